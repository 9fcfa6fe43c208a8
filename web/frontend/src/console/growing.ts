// Words of danger while they are being spoken: on the screen before the sentence ends. The whole sentence decides: it becomes an
// alert of the contact, or the server takes it back.
import { computed, ref, watch, type Ref } from "vue";

import { onPush } from "@/shared/socket";
import type { Alert, GrowingAlert } from "@/shared/types";

const same = (one: GrowingAlert, other: GrowingAlert) => one.utterance === other.utterance && one.word === other.word;

export function useGrowingAlerts(callId: Ref<string | null>, known: () => Alert[]) {
  const raised = ref<GrowingAlert[]>([]);

  onPush("danger", (told) => {
    if (told.call_id !== callId.value) return;
    raised.value = raised.value.filter((one) => !same(one, told));
    if (told.state === "raised") raised.value.push(told);
  });
  watch(callId, () => (raised.value = []));

  /** One a word; none that the contact has as an alert already, decided or not. */
  const growing = computed(() => {
    const words = new Map(raised.value.map((one) => [one.word, one]));
    return [...words.values()].filter((one) => !known().some((alert) => alert.word === one.word));
  });
  return growing;
}
