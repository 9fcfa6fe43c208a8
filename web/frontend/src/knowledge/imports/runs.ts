// One file on its way in: sent and checked, then taken a batch at a time while its progress is polled.
import { api, upload } from "@/shared/api";
import { showError } from "@/shared/errors";
import { onScopeDispose, ref, shallowRef, type Ref } from "vue";

import type { ImportRun } from "./types";

const POLL_MS = 1000;

export interface RunState {
  run: Ref<ImportRun | null>;
  /** How much of the file is sent, 0-1; null when nothing is being sent. */
  sent: Ref<number | null>;
  busy: Ref<boolean>;
  check: (file: File) => Promise<void>;
  take: (becomes: string) => Promise<void>;
  /** Look at an earlier file again. */
  open: (id: number) => Promise<void>;
}

/** `finished` is called when a run that takes rows has ended. */
export function useRun(finished: () => void): RunState {
  const run = shallowRef<ImportRun | null>(null);
  const sent = ref<number | null>(null);
  const busy = ref(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  onScopeDispose(() => clearTimeout(timer));

  async function poll(): Promise<void> {
    const watched = run.value?.id;
    if (!watched) return;
    const now = await api.get<ImportRun>(`/knowledge/imports/${watched}`).catch(() => null);
    if (run.value?.id !== watched) return;
    if (now) run.value = now;
    if (now?.finished_at) finished();
    else timer = setTimeout(() => void poll(), POLL_MS);
  }

  function show(next: ImportRun): void {
    clearTimeout(timer);
    run.value = next;
    if (!next.finished_at) timer = setTimeout(() => void poll(), POLL_MS);
  }

  async function doing(act: () => Promise<ImportRun>): Promise<void> {
    if (busy.value) return;
    busy.value = true;
    try {
      show(await act());
      finished();
    } catch (error) {
      showError(error);
    } finally {
      [busy.value, sent.value] = [false, null];
    }
  }

  const check = (file: File) => doing(() => upload<ImportRun>("/knowledge/imports", file, { dry: "1" }, (share) => (sent.value = share)));
  const open = (id: number) => doing(() => api.get<ImportRun>(`/knowledge/imports/${id}`));
  const take = (becomes: string) => doing(() => api.post<ImportRun>(`/knowledge/imports/${run.value?.id}/take`, { becomes }));
  return { run, sent, busy, check, take, open };
}
