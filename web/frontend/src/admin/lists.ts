// Reading lists of the administration, and sending a change while what was typed stays when it is refused.
import { onMounted, ref, shallowRef, watch, type Ref, type ShallowRef } from "vue";

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

const SETTLE_MS = 250;

export interface Paged<T> { rows: ShallowRef<T[] | null>; after: Ref<string | null>; failed: Ref<boolean>; read: (from?: string | null) => Promise<void> }

/** A long list that is read again when what is sought changes, and goes on from `after`. `heard` is told of each answer. */
export function usePaged<T, A extends { items: T[]; after?: string | null } = { items: T[]; after?: string | null }>(
  path: () => string, sought: () => Record<string, string>, heard: (answer: A) => void = () => undefined,
): Paged<T> {
  const rows = shallowRef<T[] | null>(null);
  const after = ref<string | null>(null);
  const failed = ref(false);
  let turn = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  async function read(from: string | null = null): Promise<void> {
    const mine = ++turn;
    try {
      const answer = await api.get<A>(path(), { ...sought(), after: from });
      if (mine !== turn) return;
      [rows.value, after.value, failed.value] = [from ? [...(rows.value ?? []), ...answer.items] : answer.items, answer.after ?? null, false];
      heard(answer);
    } catch (error) {
      if (mine !== turn) return;
      failed.value = true;
      showError(error);
    }
  }
  onMounted(() => read());
  watch(() => JSON.stringify(sought()), () => {
    clearTimeout(timer);
    timer = setTimeout(() => void read(), SETTLE_MS);
  });
  return { rows, after, failed, read };
}

export function useSending(): { busy: Ref<boolean>; refused: Ref<unknown>; send: (act: () => Promise<unknown>, said?: string) => Promise<boolean> } {
  const busy = ref(false);
  const refused = ref<unknown>(null);
  /** True when it was done, and `said` (nothing when empty); else the refusal is shown and kept for the fields. */
  async function send(act: () => Promise<unknown>, said = t("admin.done")): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    refused.value = null;
    try {
      await act();
      if (said) showDone(said);
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
