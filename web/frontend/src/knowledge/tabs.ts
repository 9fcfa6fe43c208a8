// The tabs of the knowledge desk as a table: what each shows, who sees it, what waits in it.
import type { Role } from "@/shared/types";
import { useQuery } from "@/shared/query";
import { computed, type Component, type WritableComputedRef } from "vue";

import { EDITORS, HOTLINE_ROLES, UNIT_ROLES } from "./readers";
import ArticlesTab from "./articles/ArticlesTab.vue";
import type { KnowledgeCounts } from "./types";

export type TabKey = "articles";

interface Waiting { waiting: number; late: boolean }
interface Tab { shows: Component; for: readonly Role[]; waits: (counts: KnowledgeCounts) => Waiting }

const ALL: Role[] = [...EDITORS, ...HOTLINE_ROLES, ...UNIT_ROLES];

export const TABS: Record<TabKey, Tab> = {
  articles: {
    shows: ArticlesTab,
    for: ALL,
    waits: (counts) => ({ waiting: counts.unit_review + counts.editor_review, late: false }),
  },
};

/** The tabs that somebody of these roles sees, in their order. */
export function tabsFor(roles: readonly Role[]): TabKey[] {
  return (Object.keys(TABS) as TabKey[]).filter((key) => TABS[key].for.some((role) => roles.includes(role)));
}

/** The tab in the address. Another tab takes its own filters: those of the one before leave the address with it. */
export function useTab(keys: readonly TabKey[]): { tab: WritableComputedRef<TabKey> } {
  const query = useQuery({ tab: keys[0] as string });
  const tab = computed<TabKey>({
    get: () => keys.find((key) => key === query.tab) ?? keys[0]!,
    set: (next) => {
      history.replaceState(history.state, "", location.pathname);
      query.tab = next;
    },
  });
  return { tab };
}
