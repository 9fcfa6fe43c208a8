// Hearing a word again: one stretch of a leg's recording at a time, in that leg's own seconds; the utterance's number tells the
// server which leg. Choosing the word that is being heard stops it.
import { onScopeDispose, ref, type Ref } from "vue";

import type { Spoken, Segment } from "@/shared/types";

/** A word begins a little before its time, and is understood by what follows. */
const BEFORE_S = 0.3;
const AFTER_S = 0.4;
const LONGEST_S = 12;

export function useListening(callId: Ref<string | null>, failed: () => void) {
  const hearing = ref<{ seq: number; at: number } | null>(null);
  const sound = new Audio();
  sound.preload = "none";
  sound.addEventListener("ended", stop);
  sound.addEventListener("error", () => {
    if (!hearing.value) return;
    stop();
    failed();
  });

  function stop(): void {
    sound.pause();
    hearing.value = null;
  }

  function hear(segment: Segment, said: Spoken | null): void {
    const at = said?.from_s ?? segment.start_s;
    if (hearing.value?.seq === segment.seq && hearing.value.at === at) return stop();
    const from = Math.max(0, at - BEFORE_S);
    const to = Math.min(from + LONGEST_S, Math.max(segment.end_s, said?.to_s ?? 0) + AFTER_S);
    const asked = { role: segment.role, from_s: from.toFixed(2), to_s: to.toFixed(2), seq: String(segment.seq) };
    hearing.value = { seq: segment.seq, at };
    sound.src = `/api/v1/calls/${callId.value}/audio?${new URLSearchParams(asked).toString()}`;
    // A sound stopped or replaced before it began rejects; what really failed is told by the error event.
    void sound.play().catch(() => undefined);
  }

  onScopeDispose(stop);
  return { hearing, hear };
}
