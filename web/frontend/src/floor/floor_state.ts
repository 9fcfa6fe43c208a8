// What the shift leader watches: calls, alerts that wait for a choice, hand-overs without a receipt or an answer. Pushes tell that
// something changed; the records are read over HTTP. Alerts are heard as they fall, their words read from the contact.
import { computed, onMounted, ref } from "vue";

import { api } from "@/shared/api";
import { onPush, onReconnect } from "@/shared/socket";
import type { Alert, Call, Contact, GrowingAlert, Items, TransferFact } from "@/shared/types";

export interface FloorAlert extends Alert {
  contactId: number;
  agent: string;
}

export function useFloor() {
  const calls = ref<Call[]>([]);
  const transfers = ref<TransferFact[]>([]);
  const alerts = ref<FloorAlert[]>([]);
  /** In sentences that are still being spoken. */
  const growing = ref<GrowingAlert[]>([]);
  const failed = ref(false);
  const loaded = ref(false);

  const waiting = computed(() => calls.value.filter((call) => call.state === "offered"));
  const talking = computed(() => calls.value.filter((call) => call.state === "talking"));
  const openAlerts = computed(() => alerts.value.filter((alert) => !alert.choice));

  const callOf = (alert: GrowingAlert) => talking.value.find((one) => one.id === alert.call_id);
  const openGrowing = computed(() =>
    growing.value.flatMap((alert) => {
      const call = callOf(alert);
      const stored = alerts.value.some((one) => one.contactId === call?.contact_id && one.word === alert.word);
      return call && !stored ? [{ ...alert, contactId: call.contact_id, agent: call.agent ?? "" }] : [];
    }),
  );

  async function readCalls(): Promise<void> {
    calls.value = (await api.get<Items<Call>>("/calls")).items;
  }

  async function readTransfers(): Promise<void> {
    const found = (await api.get<Items<TransferFact>>("/transfers", { open: 1 })).items;
    transfers.value = found.filter((transfer) => transfer.state !== "receipted" || transfer.voice_state === "calling");
  }

  async function readAlerts(contactId: number): Promise<void> {
    const contact = await api.get<Contact>(`/contacts/${contactId}`);
    const found = contact.alerts.map((alert) => ({ ...alert, contactId, agent: contact.call?.agent ?? "" }));
    alerts.value = [...alerts.value.filter((alert) => alert.contactId !== contactId), ...found];
  }

  /** What a live incident holds back rises no second time here: its words were stored, and are not growing any more. */
  async function forgetHeldBack(): Promise<void> {
    for (const { contactId, word } of openGrowing.value) {
      const stored = contactId && (await api.get<Contact>(`/contacts/${contactId}`)).alerts.some((alert) => alert.word === word);
      if (stored) growing.value = growing.value.filter((one) => one.word !== word || callOf(one)?.contact_id !== contactId);
    }
  }

  /** Everything anew, alerts of calls in progress included. */
  async function read(): Promise<void> {
    try {
      await Promise.all([readCalls(), readTransfers()]);
      const contacts = new Set(talking.value.flatMap((call) => (call.contact_id ? [call.contact_id] : [])));
      for (const alert of openAlerts.value) contacts.add(alert.contactId);
      await Promise.all([...contacts].map(readAlerts));
      failed.value = false;
    } catch {
      failed.value = true;
    } finally {
      loaded.value = true;
    }
  }

  const quietly = (work: Promise<void>) => void work.catch(() => (failed.value = true));
  onPush("call", () => quietly(readCalls()));
  onPush("transfer", () => quietly(readTransfers()));
  onPush("alert", (push) => quietly(readAlerts(push.contact_id)));
  onPush("danger", (told) => {
    growing.value = growing.value.filter((one) => one.utterance !== told.utterance || one.word !== told.word);
    if (told.state === "raised") growing.value.push(told);
  });
  onPush("incident", (push) => push.action === "alarm" && quietly(forgetHeldBack()));
  onReconnect(() => quietly(read()));
  onMounted(() => quietly(read()));

  return { waiting, talking, openAlerts, openGrowing, transfers, failed, loaded, read };
}
