// The tabs of the knowledge desk as a table: what each shows, who sees it, what waits in it.
import { useQuery } from "@/shared/query";
import type { Role } from "@/shared/types";
import { computed, defineAsyncComponent, type Component, type WritableComputedRef } from "vue";

import ArticlesTab from "./articles/ArticlesTab.vue";
import { EDITORS, HOTLINE_ROLES, UNIT_ROLES } from "./readers";
import type { KnowledgeCounts } from "./types";

export type TabKey = "articles" | "tasks" | "questions" | "announcements" | "wordings" | "phones" | "import" | "report" | "words";

interface Waiting { waiting: number; late: boolean }
interface Tab { shows: Component; for: readonly Role[]; waits: (counts: KnowledgeCounts) => Waiting }

const ALL: readonly Role[] = [...EDITORS, ...HOTLINE_ROLES, ...UNIT_ROLES];
const KEEPERS: readonly Role[] = [...EDITORS, ...UNIT_ROLES];
const LEADERS: readonly Role[] = ["shift_leader", "manager", "administrator"];
const nothing = (): Waiting => ({ waiting: 0, late: false });

export const TABS: Record<TabKey, Tab> = {
  articles: {
    shows: ArticlesTab,
    for: ALL,
    waits: (counts) => ({ waiting: counts.unit_review + counts.editor_review, late: false }),
  },
  tasks: {
    shows: defineAsyncComponent(() => import("./tasks/TasksTab.vue")),
    for: ALL,
    waits: (counts) => ({ waiting: counts.tasks_open, late: counts.tasks_late > 0 }),
  },
  questions: {
    shows: defineAsyncComponent(() => import("./questions/QuestionsTab.vue")),
    for: KEEPERS,
    waits: (counts) => ({ waiting: counts.clusters, late: false }),
  },
  announcements: { shows: defineAsyncComponent(() => import("./announcements/AnnouncementsTab.vue")), for: ALL, waits: nothing },
  wordings: { shows: defineAsyncComponent(() => import("./wordings/WordingsTab.vue")), for: [...EDITORS, ...HOTLINE_ROLES], waits: nothing },
  phones: {
    shows: defineAsyncComponent(() => import("./phones/PhonesTab.vue")),
    for: ALL,
    waits: (counts) => ({ waiting: counts.phone_proposals, late: false }),
  },
  import: { shows: defineAsyncComponent(() => import("./imports/ImportTab.vue")), for: [...KEEPERS, ...LEADERS], waits: nothing },
  report: {
    shows: defineAsyncComponent(() => import("./report/ReportTab.vue")),
    for: [...KEEPERS, ...LEADERS],
    waits: nothing,
  },
  words: { shows: defineAsyncComponent(() => import("./words/WordsTab.vue")), for: [...EDITORS, "administrator"], waits: nothing },
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
