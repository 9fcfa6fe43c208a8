// The contact in hand: everything the console shows beside each other, read once and then kept fresh by pushes.
// Its id stands in the address bar, so that a reload comes back to the same caller.
import { computed, ref } from "vue";

import { api } from "@/shared/api";
import { showError } from "@/shared/errors";
import { onPush, onReconnect } from "@/shared/socket";
import type { Alert, Card, Contact, Draft, Items, TransferFact } from "@/shared/types";

import { settled } from "./places";

export function useContact() {
  const contact = ref<Contact | null>(null);
  const cards = ref<Card[]>([]);
  const id = computed(() => contact.value?.id ?? null);

  function show(found: Contact | null): void {
    contact.value = found;
    cards.value = [];
    const search = found ? `?contact=${found.id}` : location.pathname;
    history.replaceState(history.state, "", search);
    if (found) void readCards();
  }

  async function open(contactId: number): Promise<void> {
    try {
      show(await api.get<Contact>(`/contacts/${contactId}`));
    } catch (error) {
      show(null);
      showError(error);
    }
  }

  async function reread(): Promise<void> {
    if (!contact.value) return;
    const asked = contact.value.id;
    const found = await api.get<Contact>(`/contacts/${asked}`);
    if (contact.value?.id === asked) contact.value = found;
  }

  async function readCards(): Promise<void> {
    if (!contact.value) return;
    const asked = contact.value.id;
    const shown = cards.value.map((card) => card.article_id).join(",");
    const found = await api.get<Items<Card>>(`/contacts/${asked}/cards`, { shown });
    if (contact.value?.id === asked) cards.value = settled(cards.value, found.items);
  }

  async function readDraft(draftId: number): Promise<void> {
    const found = await api.get<Draft>(`/drafts/${draftId}`);
    putDraft(found);
  }

  function putDraft(found: Draft): void {
    if (contact.value?.id !== found.contact_id) return;
    const known = contact.value.drafts.findIndex((draft) => draft.id === found.id);
    if (known < 0) contact.value.drafts.push(found);
    else if (contact.value.drafts[known]!.version <= found.version) contact.value.drafts[known] = found;
  }

  function putAlerts(found: Alert[]): void {
    if (!contact.value) return;
    const byId = new Map([...contact.value.alerts, ...found].map((alert) => [alert.id, alert]));
    contact.value.alerts = [...byId.values()];
  }

  function putTransfer(found: TransferFact): void {
    if (!contact.value) return;
    contact.value.transfers = [...contact.value.transfers.filter((transfer) => transfer.id !== found.id), found];
  }

  const quietly = (work: Promise<void>) => void work.catch(() => undefined);
  const mine = (contactId: number | null | undefined) => contactId !== null && contactId === id.value;
  onPush("draft", (push) => mine(push.contact_id) && quietly(readDraft(push.draft_id)));
  onPush("cards", (push) => {
    if (!mine(push.contact_id)) return;
    quietly(readCards());
    // What was heard after hang-up is in the summary too.
    if (contact.value?.call?.state === "ended") quietly(reread());
  });
  onPush("alert", (push) => mine(push.contact_id) && quietly(reread()));
  onPush("transfer", (push) => mine(push.contact_id) && quietly(reread()));
  onPush("call", (push) => push.call_id === contact.value?.call?.id && quietly(reread()));
  onReconnect(() => quietly(reread().then(readCards)));

  return { contact, cards, show, open, reread, putDraft, putAlerts, putTransfer };
}
