// The dialogs of the console with what each is opened with: an answer on the spot, joining an open ticket, a hand-over, the end.
import { reactive, ref, type Ref } from "vue";

import { t } from "@/shared/i18n";
import type { Alert, Card, Contact, Draft, GrowingAlert, TicketBrief } from "@/shared/types";

import type { Asked } from "./transfers";

export type JoinKind = "supplement" | "urge";

export function useDialogs(contact: Ref<Contact | null>, draft: Ref<Draft | null>, typed: (field: string) => string) {
  const open = reactive({ finish: false, answer: false, join: false, transfer: false });
  const answerCard = ref<Card | null>(null);
  const answerWords = ref("");
  const joining = reactive<{ kind: JoinKind; ticketId: number | null; tickets: TicketBrief[] }>({ kind: "supplement", ticketId: null, tickets: [] });
  const asked = ref<Asked>({ partner: "110", reason: "", place: "", summary: "", alert: null, choice: "transfer" });

  function answerWith(card: Card | null, words = ""): void {
    if (!contact.value || contact.value.closed_at) return;
    answerCard.value = card;
    answerWords.value = words;
    open.answer = true;
  }

  function join(kind: JoinKind, ticket: TicketBrief | null = null): void {
    if (!draft.value) return;
    const others = contact.value!.open_tickets.filter((one) => one.id !== ticket?.id);
    Object.assign(joining, { kind, ticketId: ticket?.id ?? null, tickets: ticket ? [ticket, ...others] : others });
    open.join = true;
  }

  function transfer(alert: Alert | null, choice: Asked["choice"] = "transfer"): void {
    const reason = alert ? t("console.danger", { word: alert.word }) : "";
    asked.value = { partner: alert?.partner ?? "110", reason, place: typed("address"), summary: typed("title"), alert, choice };
    open.transfer = true;
  }

  /** Before the sentence is over there is no alert yet to decide about. */
  function transferGrowing(alert: GrowingAlert): void {
    transfer(null);
    Object.assign(asked.value, { partner: alert.partner, reason: t("console.danger", { word: alert.word }) });
  }

  return { open, answerCard, answerWords, joining, asked, answerWith, join, transfer, transferGrowing };
}
