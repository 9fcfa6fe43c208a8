// What is pinned beside a call: announcements that run in the caller's area or the whole city, and the agreed wording that
// fits what is said. Read again when the notice board changes; what is over leaves by itself.
import { computed, ref, watch, type ComputedRef } from "vue";

import { api } from "@/shared/api";
import { useNow } from "@/shared/now";
import type { Beside } from "@/shared/noticeboard_types";
import { onPush, onReconnect } from "@/shared/socket";

const READ_AFTER_MS = 900;
const LONGEST_WORDS = 500;

export function useBeside(words: () => string, area: () => string): ComputedRef<Beside> {
  const found = ref<Beside>({ announcements: [], wordings: [], spoken_announcements: [], spoken_wordings: [] });
  const now = useNow();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let turn = 0;

  async function read(): Promise<void> {
    const mine = ++turn;
    // The last words tell what the talk has come to. Without an answer the strip stays as it is.
    const read = await api.post<Beside>("/knowledge/beside", { text: words().trim().slice(-LONGEST_WORDS), area: area() }).catch(() => null);
    if (read && mine === turn) found.value = read;
  }

  watch([words, area], () => {
    clearTimeout(timer);
    timer = setTimeout(() => void read(), READ_AFTER_MS);
  });
  onPush("noticeboard", () => void read());
  onReconnect(() => void read());
  void read();

  const runs = (one: { ends_at: string }) => new Date(one.ends_at).getTime() > now.value;
  return computed(() => ({ ...found.value, announcements: found.value.announcements.filter(runs), wordings: found.value.wordings.filter(runs) }));
}
