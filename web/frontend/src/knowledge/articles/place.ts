// Which articles are listed, which one is open and how: all of it in the address, so that a link or a reload shows the same.
import { useQuery } from "@/shared/query";
import { computed, type WritableComputedRef } from "vue";

export type Filters = Record<"state" | "search" | "unit" | "unit_name" | "category" | "material" | "mine", string>;
export type Mode = "read" | "edit" | "versions";

const NARROWING = ["search", "unit", "category", "material", "mine"] as const;
const MODES: readonly string[] = ["read", "edit", "versions"];

export interface ArticlePlace {
  filters: Filters;
  /** Id of the open article; 0 is one that is being written for the first time. */
  article: WritableComputedRef<number | null>;
  mode: WritableComputedRef<Mode>;
}

export function useArticlePlace(): ArticlePlace {
  const query = useQuery({ state: "", search: "", unit: "", unit_name: "", category: "", material: "", mine: "", article: "", mode: "" });
  const article = computed<number | null>({
    get: () => (query.article === "new" ? 0 : /^\d+$/.test(query.article) ? Number(query.article) : null),
    set: (next) => {
      query.article = next === null ? "" : next === 0 ? "new" : String(next);
      query.mode = next === 0 ? "edit" : "";
    },
  });
  const mode = computed<Mode>({
    get: () => (MODES.includes(query.mode) ? (query.mode as Mode) : "read"),
    set: (next) => (query.mode = next === "read" ? "" : next),
  });
  return { filters: query, article, mode };
}

/** Whether the list is narrowed by anything but its state. */
export const isNarrow = (filters: Filters): boolean => NARROWING.some((name) => filters[name] !== "");
