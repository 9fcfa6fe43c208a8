// What the agent looks up and does with cards: search while typing, and the record of each use, from which ranking learns.
import { ref, watch, type Ref } from "vue";

import { api } from "@/shared/api";
import { showError } from "@/shared/errors";
import type { Card, Cards } from "@/shared/types";

import { PLACES } from "./places";

const SEARCH_AFTER_MS = 250;

export type Use = "opened" | "used" | "helpful" | "not_helpful";

/** Cards for the words in the field; null while nothing is looked up. */
export function useLookUp(text: Ref<string>, contactId: () => number | null) {
  const found = ref<Cards | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;

  watch(text, (now) => {
    clearTimeout(timer);
    if (!now.trim()) found.value = null;
    else timer = setTimeout(() => void search(now), SEARCH_AFTER_MS);
  });

  async function search(words: string): Promise<void> {
    clearTimeout(timer);
    try {
      // Other words ask something else: the best stands first, whatever stood there before.
      const answer = await api.post<Cards>("/knowledge/cards", { text: words, contact_id: contactId() });
      if (words === text.value) found.value = answer;
    } catch (error) {
      showError(error);
    }
  }
  return { found, search };
}

export interface Showing {
  place: "console" | "search";
  contactId: number | null;
  askedId: number | null;
}

/** Record what became of the card at that place (from 0; -1: it was opened by its title). Rejects when it was not recorded. */
export function noteUse(card: Card, kind: Use, index: number, showing: Showing): Promise<unknown> {
  return api.post(`/knowledge/articles/${card.article_id}/uses`, {
    kind,
    contact_id: showing.contactId,
    asked_id: showing.askedId,
    place: showing.place,
    rank: index < 0 ? null : Math.min(index + 1, PLACES),
    confidence: index < 0 ? null : card.confidence,
  });
}
