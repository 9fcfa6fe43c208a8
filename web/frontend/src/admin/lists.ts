// Reading one list of the administration, and sending a change while what was typed stays when it is refused.
import { onMounted, ref, type Ref } from "vue";

import { api } from "@/shared/api";
import { showDone, showError } from "@/shared/errors";
import { t } from "@/shared/i18n";

export function useList<T>(path: () => string): { data: Ref<T | null>; failed: Ref<boolean>; read: () => Promise<void> } {
  const data = ref<T | null>(null) as Ref<T | null>;
  const failed = ref(false);
  let turn = 0;
  async function read(): Promise<void> {
    const mine = ++turn;
    try {
      const answer = await api.get<T>(path());
      if (mine === turn) [data.value, failed.value] = [answer, false];
    } catch (error) {
      if (mine !== turn) return;
      failed.value = true;
      showError(error);
    }
  }
  onMounted(read);
  return { data, failed, read };
}

export function useSending(): { busy: Ref<boolean>; refused: Ref<unknown>; send: (act: () => Promise<unknown>) => Promise<boolean> } {
  const busy = ref(false);
  const refused = ref<unknown>(null);
  /** True when it was done; else the refusal is shown and kept for the fields. */
  async function send(act: () => Promise<unknown>): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    refused.value = null;
    try {
      await act();
      showDone(t("admin.done"));
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
