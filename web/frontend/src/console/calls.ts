// Calls waiting and one's own: the list, answering, hanging up, a call from this page.
import { computed, onMounted, ref } from "vue";

import { api, freshKey } from "@/shared/api";
import { onPush, onReconnect } from "@/shared/socket";
import type { Call, Contact, Items } from "@/shared/types";

/** The demo segment that no person has; a call from this page shows a number of it. */
const PAGE_CALL_NUMBER = "19900009001";

export function useCalls() {
  const calls = ref<Call[]>([]);
  const waiting = computed(() => calls.value.filter((call) => call.state === "offered"));
  const talking = computed(() => calls.value.find((call) => call.state === "talking") ?? null);

  async function read(): Promise<void> {
    calls.value = (await api.get<Items<Call>>("/calls")).items;
  }

  async function answer(call: Call): Promise<Contact> {
    try {
      return await api.post<Contact>(`/calls/${call.id}/answer`);
    } finally {
      void read().catch(() => undefined);
    }
  }

  async function hangUp(callId: string): Promise<void> {
    await api.post<Call>(`/calls/${callId}/hangup`);
    await read();
  }

  const callFromHere = () => api.post<Call>("/calls/offer", { number: PAGE_CALL_NUMBER, origin: "browser" }, freshKey());

  const quietly = () => void read().catch(() => undefined);
  onPush("call", quietly);
  onReconnect(quietly);
  onMounted(quietly);

  return { waiting, talking, read, answer, hangUp, callFromHere };
}
