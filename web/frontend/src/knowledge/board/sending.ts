// Sending a change: one at a time, the refusal kept for its field, nothing typed is touched.
import { ref, type Ref } from "vue";

import { showDone, showError } from "@/shared/errors";

import { recount } from "../counts";

export interface Sending {
  busy: Ref<boolean>;
  refused: Ref<unknown>;
  /** True when it was done; else the refusal was shown and is kept. */
  send: (act: () => Promise<unknown>, done: string) => Promise<boolean>;
}

export function useSending(): Sending {
  const busy = ref(false);
  const refused = ref<unknown>(null);

  async function send(act: () => Promise<unknown>, done: string): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    refused.value = null;
    try {
      await act();
      showDone(done);
      void recount();
      return true;
    } catch (error) {
      refused.value = error;
      showError(error);
      return false;
    } finally {
      busy.value = false;
    }
  }
  return { busy, refused, send };
}
