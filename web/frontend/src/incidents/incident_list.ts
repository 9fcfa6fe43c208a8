// Incidents, live ones first. A push changes the counts of the rows in sight and moves none of them; one that was not there yet
// waits above the list until its reader asks for it.
import { computed, onScopeDispose, ref, watch, type Ref } from "vue";

import { api } from "@/shared/api";
import type { IncidentRow } from "@/shared/insight_types";
import { onPush, onReconnect } from "@/shared/socket";
import type { Page } from "@/shared/types";

const SETTLE_MS = 700;

export interface IncidentList {
  rows: Ref<IncidentRow[]>;
  after: Ref<string | null>;
  loading: Ref<boolean>;
  error: Ref<unknown>;
  /** Those that were not there when the list was read. */
  coming: Ref<IncidentRow[]>;
  load: () => Promise<void>;
  /** Put what the server knows now into the rows where they stand. */
  look: () => Promise<void>;
  /** Put these below the others. */
  take: (added: IncidentRow[]) => void;
  more: () => Promise<void>;
}

/** The incidents of `state` ("live" or "all"). */
export function useIncidentList(state: () => string): IncidentList {
  const rows = ref<IncidentRow[]>([]);
  const after = ref<string | null>(null);
  const loading = ref(true);
  const error = ref<unknown>(null);
  const latest = ref<IncidentRow[]>([]);
  const coming = computed(() => latest.value.filter((one) => !rows.value.some((row) => row.id === one.id)));
  let turn = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const page = (cursor: string | null) => api.get<Page<IncidentRow>>("/incidents", { state: state(), after: cursor });

  async function load(): Promise<void> {
    const mine = ++turn;
    loading.value = true;
    try {
      const found = await page(null);
      if (mine !== turn) return;
      rows.value = found.items;
      after.value = found.after;
      latest.value = [];
      error.value = null;
    } catch (caught) {
      if (mine === turn) error.value = caught;
    } finally {
      if (mine === turn) loading.value = false;
    }
  }

  async function more(): Promise<void> {
    const mine = turn;
    const found = await page(after.value).catch((caught: unknown) => void (error.value = caught));
    if (!found || mine !== turn) return;
    rows.value = [...rows.value, ...found.items.filter((one) => !rows.value.some((row) => row.id === one.id))];
    after.value = found.after;
  }

  async function look(): Promise<void> {
    const mine = turn;
    const found = await page(null).catch(() => null);
    if (!found || mine !== turn) return;
    const now = new Map(found.items.map((one) => [one.id, one]));
    rows.value = rows.value.map((row) => now.get(row.id) ?? row);
    latest.value = found.items;
  }

  const take = (added: IncidentRow[]) => (rows.value = [...rows.value, ...added]);

  const soon = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void look();
    }, SETTLE_MS);
  };
  onPush("incident", soon);
  onReconnect(soon);
  onScopeDispose(() => clearTimeout(timer));
  watch(state, () => void load());

  return { rows, after, loading, error, coming, load, look, take, more };
}
