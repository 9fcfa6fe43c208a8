// What waits for the reader in the knowledge base; looked at again when something was pushed or done here.
import { api } from "@/shared/api";
import { onPush, onReconnect } from "@/shared/socket";
import { onScopeDispose, ref, type Ref } from "vue";

import type { KnowledgeCounts } from "./types";

const SETTLE_MS = 700;
const NOTHING: KnowledgeCounts = {
  drafts: 0, unit_review: 0, editor_review: 0, due: 0, expiring: 0, tasks_open: 0, tasks_late: 0, clusters: 0, phone_proposals: 0,
};

// One page has one set of counts, wherever they are shown.
const counts = ref<KnowledgeCounts>({ ...NOTHING });

/** Ask again: something was done that may have changed what waits. */
export async function recount(): Promise<void> {
  // Counts are a convenience beside the lists: when they fail the list says what is wrong.
  const found = await api.get<KnowledgeCounts>("/knowledge/counts").catch(() => null);
  if (found) counts.value = { ...NOTHING, ...found };
}

/** The counts, live for as long as the calling component lives. */
export function useKnowledgeCounts(): Ref<KnowledgeCounts> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void recount(), SETTLE_MS);
  };
  onPush("notice", soon);
  onReconnect(soon);
  onScopeDispose(() => clearTimeout(timer));
  void recount();
  return counts;
}
