// What a desk's list is narrowed by; the same names stand in the page's address and in the question to the server.
import { useQuery } from "@/shared/query";

const BLANK = { search: "", type: "", channel: "" };
export type Filters = typeof BLANK;

/** The filters of this page, kept in its address. */
export function useFilters(): Filters {
  return useQuery({ ...BLANK });
}

/** Whether anything is left out. */
export function isNarrow(filters: Filters): boolean {
  return Object.values(filters).some(Boolean);
}
