// One ticket being filled: what the server has, what was typed since, and sending it in small steps. Nothing typed is
// lost: it stays in this tab's storage until the server has it, survives a reload, and a conflict shows both texts.
import { computed, reactive, ref, watch } from "vue";

import { api, ApiError } from "@/shared/api";
import type { Draft } from "@/shared/types";

const SAVE_AFTER_MS = 600;
const RETRY_AFTER_MS = 4000;

export interface Clash {
  field: string;
  mine: string;
  theirs: string;
}

export function useDraft(given: Draft, onSaved: (draft: Draft) => void) {
  const draft = ref<Draft>(given);
  const typed = reactive<Record<string, string>>(restore(given.id));
  const clashes = ref<Clash[]>([]);
  const state = ref<"saved" | "waiting" | "saving" | "failed">("saved");
  const error = ref<unknown>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<void> | null = null;

  const value = (field: string): string => typed[field] ?? draft.value.fields[field]?.value ?? "";
  const isMachine = (field: string): boolean =>
    typed[field] === undefined && draft.value.fields[field]?.source === "machine" && value(field) !== "";
  const hasMachine = computed(() => Object.keys(draft.value.fields).some(isMachine));
  const dirty = computed(() => Object.keys(typed).length > 0);

  function set(field: string, text: string): void {
    if (text === value(field) && !isMachine(field)) return;
    typed[field] = text;
    later(SAVE_AFTER_MS);
  }

  /** Make the machine's word one's own: it is then a person's and no later sentence changes it. */
  function accept(field: string): void {
    if (isMachine(field)) set(field, value(field));
  }

  /** The same with every word of the machine. */
  function acceptAll(): void {
    for (const field of Object.keys(draft.value.fields)) accept(field);
  }

  function later(milliseconds: number): void {
    state.value = "waiting";
    clearTimeout(timer);
    timer = setTimeout(() => void save().catch(() => undefined), milliseconds);
  }

  /** Send what was typed; rejects when the server refused it. Safe to call at any time. */
  function save(): Promise<void> {
    clearTimeout(timer);
    running = (running ?? Promise.resolve()).catch(() => undefined).then(send);
    return running;
  }

  async function send(): Promise<void> {
    const fields = Object.fromEntries(Object.entries(typed).filter(([field]) => !clashes.value.some((clash) => clash.field === field)));
    if (!Object.keys(fields).length) return;
    state.value = "saving";
    try {
      const saved = await api.patch<Draft>(`/drafts/${draft.value.id}`, { version: draft.value.version, fields });
      for (const [field, text] of Object.entries(fields)) if (typed[field] === text) delete typed[field];
      take(saved);
      error.value = null;
      state.value = dirty.value ? "waiting" : "saved";
      onSaved(saved);
    } catch (cause) {
      await refused(cause);
    }
  }

  async function refused(cause: unknown): Promise<void> {
    if (cause instanceof ApiError && cause.isConflict) {
      const before = draft.value;
      take(await api.get<Draft>(`/drafts/${before.id}`));
      clashes.value = clashesSince(before);
      later(50);
      return;
    }
    error.value = cause;
    state.value = "failed";
    if (cause instanceof ApiError && cause.isPassing) later(RETRY_AFTER_MS);
    throw cause;
  }

  /** Fields that somebody else wrote since `before` and that were typed here too. A machine's new word is no clash. */
  function clashesSince(before: Draft): Clash[] {
    return Object.keys(typed).flatMap((field) => {
      const theirs = draft.value.fields[field];
      const changed = theirs?.source === "person" && theirs.value !== before.fields[field]?.value && theirs.value !== typed[field];
      return changed ? [{ field, mine: typed[field]!, theirs: theirs.value }] : [];
    });
  }

  function settle(clash: Clash, keep: "mine" | "theirs"): void {
    clashes.value = clashes.value.filter((other) => other !== clash);
    if (keep === "theirs") delete typed[clash.field];
    later(50);
  }

  /** A newer state from the server; what is being typed stays. */
  function take(newer: Draft): void {
    if (newer.version >= draft.value.version) draft.value = newer;
  }

  watch(typed, () => keep(given.id, typed), { deep: true });
  if (dirty.value) later(SAVE_AFTER_MS);

  return { draft, typed, clashes, state, error, value, isMachine, hasMachine, set, accept, acceptAll, save, settle, take };
}

export type DraftInHand = ReturnType<typeof useDraft>;

const storageKey = (draftId: number) => `draft-${draftId}`;

function restore(draftId: number): Record<string, string> {
  return JSON.parse(sessionStorage.getItem(storageKey(draftId)) ?? "{}") as Record<string, string>;
}

function keep(draftId: number, typed: Record<string, string>): void {
  if (Object.keys(typed).length) sessionStorage.setItem(storageKey(draftId), JSON.stringify(typed));
  else sessionStorage.removeItem(storageKey(draftId));
}
