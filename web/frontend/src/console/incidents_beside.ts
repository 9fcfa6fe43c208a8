// Incidents (集中诉求) that the talk may be about. Read again a moment after the words change and when one grows; those on the screen
// keep their place, only their numbers change.
import { ref, watch, type Ref } from "vue";

import { api } from "@/shared/api";
import type { IncidentHint } from "@/shared/insight_types";
import { onPush, onReconnect } from "@/shared/socket";
import type { Items } from "@/shared/types";

const READ_AFTER_MS = 900;
const LONGEST_WORDS = 500;

export interface Said { text: string; area: string; address: string; category: string }

export function useIncidentsBeside(said: () => Said): Ref<IncidentHint[]> {
  const found = ref<IncidentHint[]>([]);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let turn = 0;

  async function read(): Promise<void> {
    timer = undefined;
    const mine = ++turn;
    const { text, area, address, category } = said();
    const words = text.trim().slice(-LONGEST_WORDS);
    // Without an answer the reminder stays as it is; without words there is nothing to be reminded of.
    const answer = words ? await api.post<Items<IncidentHint>>("/incidents/beside", { text: words, area, address, category }).catch(() => null) : { items: [] };
    if (!answer || mine !== turn) return;
    const now = new Map(answer.items.map((one) => [one.id, one]));
    const staying = found.value.flatMap((one) => now.get(one.id) ?? []);
    found.value = [...staying, ...answer.items.filter((one) => !found.value.some((shown) => shown.id === one.id))];
  }

  watch(() => JSON.stringify(said()), () => {
    clearTimeout(timer);
    timer = setTimeout(() => void read(), READ_AFTER_MS);
  });
  // In a surge pushes come with every call: one reading answers many of them.
  const soon = () => (timer ??= setTimeout(() => void read(), READ_AFTER_MS));
  onPush("incident", soon);
  onReconnect(soon);
  return found;
}
