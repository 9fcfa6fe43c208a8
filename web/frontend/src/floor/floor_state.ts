// What the shift leader watches: calls, alerts that wait for a choice, hand-overs without a receipt or an answer. Pushes tell that
// something changed; the records are read over HTTP. Alerts are heard as they fall, their words read from the contact.
import { computed, onMounted, ref } from "vue";

import { api } from "@/shared/api";
import { onPush, onReconnect } from "@/shared/socket";
import type { Alert, Call, Contact, Items, TransferFact } from "@/shared/types";

export interface FloorAlert extends Alert {
  contactId: number;
  agent: string;
}

export function useFloor() {
  const calls = ref<Call[]>([]);
  const transfers = ref<TransferFact[]>([]);
  const alerts = ref<FloorAlert[]>([]);
  const failed = ref(false);
  const loaded = ref(false);

  const waiting = computed(() => calls.value.filter((call) => call.state === "offered"));
  const talking = computed(() => calls.value.filter((call) => call.state === "talking"));
  const openAlerts = computed(() => alerts.value.filter((alert) => !alert.choice));

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
  onReconnect(() => quietly(read()));
  onMounted(() => quietly(read()));

  return { waiting, talking, openAlerts, transfers, failed, loaded, read };
}
