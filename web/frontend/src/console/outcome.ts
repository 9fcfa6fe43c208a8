// What happened in this contact, newest last, to propose the code of the 来电小结.
import { computed, ref, watch, type Ref } from "vue";

import type { Contact } from "@/shared/types";

export type Outcome = "ticket_opened" | "direct_answer" | "transferred" | "urged" | "supplemented";

export function useOutcome(contact: Ref<Contact | null>) {
  const noted = ref<Outcome | null>(null);
  watch(() => contact.value?.id, () => (noted.value = null));

  const proposed = computed<string>(() => {
    if (noted.value) return noted.value;
    if (contact.value?.drafts.some((draft) => draft.ticket_id)) return "ticket_opened";
    if (contact.value?.transfers.length) return "transferred";
    return "";
  });

  return { proposed, note: (outcome: Outcome) => (noted.value = outcome) };
}
