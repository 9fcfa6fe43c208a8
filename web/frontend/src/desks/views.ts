// The views of a desk (to sign, near, over …) with their counts, and the choice kept in the address bar.
import { computed, onScopeDispose, ref, type ComputedRef, type Ref } from "vue";

import { api } from "@/shared/api";
import { t } from "@/shared/i18n";
import { useQuery } from "@/shared/query";
import { onPush, onReconnect } from "@/shared/socket";
import type { ViewCounts } from "@/shared/types";

import { useFilters, type Filters } from "./filters";

const SETTLE_MS = 700;

export interface DeskView {
  key: string;
  label: string;
  count?: number;
  tone?: "red" | "amber";
}

/** How many tickets stand in each view, live. */
function useCounts(): Ref<Record<string, number>> {
  const counts = ref<Record<string, number>>({});
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function count(): Promise<void> {
    // Counts are a convenience beside the list: when they fail the list says what is wrong.
    const found = await api.get<ViewCounts>("/tickets/counts").catch(() => null);
    if (found) counts.value = found.counts;
  }
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(count, SETTLE_MS);
  };
  onPush("ticket", soon);
  onPush("assignment", soon);
  onPush("notice", soon);
  onReconnect(soon);
  onScopeDispose(() => clearTimeout(timer));
  void count();
  return counts;
}

export interface Place {
  view: Ref<string>;
  /** Id of the chosen ticket. */
  chosen: Ref<number | null>;
}

/** Which view and which ticket, in the URL (`?view=…&ticket=…`). Another view lets the ticket go. */
export function usePlace(firstView: string): Place {
  const query = useQuery({ view: firstView, ticket: "" });
  const view = computed({
    get: () => query.view,
    set: (next) => {
      query.view = next;
      query.ticket = "";
    },
  });
  const chosen = computed({
    get: () => (/^\d+$/.test(query.ticket) ? Number(query.ticket) : null),
    set: (next) => (query.ticket = next === null ? "" : String(next)),
  });
  return { view, chosen };
}

export interface Desk extends Place {
  views: ComputedRef<DeskView[]>;
  filters: Filters;
  /** The view of the address, or the first one where it names none of this desk. */
  known: ComputedRef<string>;
}

/** A desk of these views: the one and the ticket in the address, the counts, the filters. */
export function useDesk(keys: readonly string[], first = keys[0]): Desk {
  const { view, chosen } = usePlace(first);
  const known = computed(() => (keys.includes(view.value) ? view.value : first));
  return { views: viewsOf(keys, useCounts()), view, chosen, filters: useFilters(), known };
}

const LATE = new Set(["overdue", "orders_overdue"]);
const SOON = new Set(["near", "coming_due", "returns", "redo", "sent_back", "to_approve", "ordered", "orders_proposed", "appeals"]);

/** The views named by `keys` with their words and counts. */
function viewsOf(keys: readonly string[], counts: Ref<Record<string, number>>): ComputedRef<DeskView[]> {
  return computed(() =>
    keys.map((key) => ({
      key,
      label: t(`desks.view.${key}`),
      count: counts.value[key],
      tone: LATE.has(key) ? "red" : SOON.has(key) ? "amber" : undefined,
    })),
  );
}
