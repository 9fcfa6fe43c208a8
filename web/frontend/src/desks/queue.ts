// A working list that keeps its place: pushes never move it. What changed is written into the rows that stand there,
// what is new is counted and waits until the reader asks for it (`showNew`), what others took is marked as gone.
import { computed, onScopeDispose, reactive, ref, shallowRef, type ComputedRef, type Ref } from "vue";

import { onPush, onReconnect } from "@/shared/socket";
import type { Page } from "@/shared/types";

const PAGE_SIZE = 30;
const LARGEST_PAGE = 100;
const SETTLE_MS = 700;

export interface Queue<T> {
  rows: Ref<T[]>;
  total: Ref<number | null>;
  more: ComputedRef<boolean>;
  loading: Ref<boolean>;
  error: Ref<unknown>;
  /** How many rows wait above the list. */
  fresh: Ref<number>;
  /** Keys of rows that others have dealt with meanwhile. */
  gone: Set<number>;
  load: () => Promise<void>;
  loadMore: () => Promise<void>;
  showNew: () => Promise<void>;
  /** Take a row out after one's own act; gives the row that follows it. */
  drop: (key: number) => T | undefined;
  replace: (row: T) => void;
}

interface Source<T> {
  fetch: (after: string | null, limit: number) => Promise<Page<T>>;
  key: (row: T) => number;
  /** Called after every look at the server, for counts that stand beside the list. */
  looked?: () => void;
}

/** A list fed by `fetch`, live by the pushes of tickets and assignments. */
export function useQueue<T>({ fetch, key, looked }: Source<T>): Queue<T> {
  const rows = shallowRef<T[]>([]) as Ref<T[]>;
  const total = ref<number | null>(null);
  const after = ref<string | null>(null);
  const loading = ref(false);
  const error = ref<unknown>(null);
  const fresh = ref(0);
  const gone = reactive(new Set<number>());
  let turn = 0;

  async function load(): Promise<void> {
    const mine = ++turn;
    loading.value = true;
    error.value = null;
    try {
      const page = await fetch(null, PAGE_SIZE);
      if (mine !== turn) return;
      rows.value = page.items;
      after.value = page.after;
      total.value = page.total;
      fresh.value = 0;
      gone.clear();
    } catch (caught) {
      if (mine === turn) error.value = caught;
    } finally {
      if (mine === turn) loading.value = false;
    }
    looked?.();
  }

  async function loadMore(): Promise<void> {
    if (!after.value || loading.value) return;
    const mine = turn;
    loading.value = true;
    try {
      const page = await fetch(after.value, PAGE_SIZE);
      if (mine !== turn) return;
      const known = new Set(rows.value.map(key));
      rows.value = [...rows.value, ...page.items.filter((row) => !known.has(key(row)))];
      after.value = page.after;
    } catch (caught) {
      error.value = caught;
    } finally {
      loading.value = false;
    }
  }

  async function look(): Promise<void> {
    looked?.();
    if (loading.value) return;
    const mine = turn;
    const size = Math.min(Math.max(rows.value.length, PAGE_SIZE), LARGEST_PAGE);
    const page = await fetch(null, size).catch(() => null);
    if (!page || mine !== turn) return;
    const now = new Map(page.items.map((row) => [key(row), row]));
    const known = new Set(rows.value.map(key));
    fresh.value = page.items.filter((row) => !known.has(key(row))).length;
    total.value = page.total;
    const whole = page.after === null;
    rows.value.forEach((row, index) => {
      const seen = now.has(key(row));
      if (seen) gone.delete(key(row));
      else if (whole || index < size) gone.add(key(row));
    });
    rows.value = rows.value.map((row) => now.get(key(row)) ?? row);
  }

  let timer: ReturnType<typeof setTimeout> | undefined;
  const lookSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(look, SETTLE_MS);
  };
  onPush("ticket", lookSoon);
  onPush("assignment", lookSoon);
  onPush("notice", lookSoon);
  onReconnect(lookSoon);
  onScopeDispose(() => clearTimeout(timer));

  function drop(gonerKey: number): T | undefined {
    const index = rows.value.findIndex((row) => key(row) === gonerKey);
    if (index < 0) return undefined;
    const next = rows.value.slice(index + 1).find((row) => !gone.has(key(row))) ?? rows.value[index - 1];
    rows.value = rows.value.filter((row) => key(row) !== gonerKey);
    gone.delete(gonerKey);
    if (total.value !== null) total.value = Math.max(0, total.value - 1);
    return next;
  }

  function replace(row: T): void {
    rows.value = rows.value.map((old) => (key(old) === key(row) ? row : old));
  }

  const more = computed(() => after.value !== null);
  return { rows, total, more, loading, error, fresh, gone, load, loadMore, showNew: load, drop, replace };
}
