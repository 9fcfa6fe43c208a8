// A short table edited as a whole: read, changed on the page, saved in one piece; unsaved rows hold the reader back.
import { api } from "@/shared/api";
import { showDone, showError } from "@/shared/errors";
import { t } from "@/shared/i18n";
import type { Items } from "@/shared/types";
import { computed, onMounted, ref, type ComputedRef, type Ref } from "vue";

import { holdUnsaved } from "../unsaved";

export interface WordList<T> {
  rows: Ref<T[] | null>;
  failed: Ref<unknown>;
  refused: Ref<unknown>;
  busy: Ref<boolean>;
  dirty: ComputedRef<boolean>;
  read: () => Promise<void>;
  save: () => Promise<void>;
  add: (row: T) => void;
  remove: (row: T) => void;
}

export function useWordList<T>(path: string): WordList<T> {
  const rows = ref<T[] | null>(null) as Ref<T[] | null>;
  const failed = ref<unknown>(null);
  const refused = ref<unknown>(null);
  const busy = ref(false);
  const base = ref("");
  const dirty = computed(() => rows.value !== null && JSON.stringify(rows.value) !== base.value);
  holdUnsaved(() => dirty.value);

  function settle(found: Items<T>): void {
    rows.value = found.items;
    base.value = JSON.stringify(found.items);
  }

  async function read(): Promise<void> {
    try {
      settle(await api.get<Items<T>>(path));
      failed.value = null;
    } catch (error) {
      failed.value = error;
    }
  }
  onMounted(read);

  async function save(): Promise<void> {
    if (busy.value || !dirty.value) return;
    busy.value = true;
    refused.value = null;
    try {
      settle(await api.put<Items<T>>(path, { items: rows.value }));
      showDone(t("knowledge.form.saved"));
    } catch (error) {
      refused.value = error;
      showError(error);
    } finally {
      busy.value = false;
    }
  }

  const add = (row: T) => (rows.value = [row, ...(rows.value ?? [])]);
  const remove = (row: T) => (rows.value = (rows.value ?? []).filter((one) => one !== row));
  return { rows, failed, refused, busy, dirty, read, save, add, remove };
}
