// The words of one call: finished segments in order, and the piece being spoken now, which its final text replaces.
// A gap in the sequence (a missed push) is fetched again. What was heard better, or set right, comes under the same number.
import { reactive, ref, watch, type Ref } from "vue";

import { api } from "@/shared/api";
import { ask, onPush, onReconnect } from "@/shared/socket";
import type { Gap, Segment, Transcript } from "@/shared/types";

export interface Partial {
  utterance: string;
  role: string;
  text: string;
}

export function useTranscript(callId: Ref<string | null>) {
  const segments = ref<Segment[]>([]);
  const partials = reactive(new Map<string, Partial>());
  const gaps = ref<Gap[]>([]);
  const trouble = ref<string | null>(null);
  const last = () => segments.value.at(-1)?.seq ?? 0;

  /** Newer wordings replace older ones; lines that did not change stay the same objects, so that nothing redraws them. */
  function add(more: Segment[]): void {
    const bySeq = new Map(segments.value.map((segment) => [segment.seq, segment]));
    for (const segment of more) {
      if ((bySeq.get(segment.seq)?.revision ?? -1) < segment.revision) bySeq.set(segment.seq, segment);
    }
    segments.value = [...bySeq.values()].sort((a, b) => a.seq - b.seq);
  }

  async function fetchMissed(after = firstGap()): Promise<void> {
    if (!callId.value) return;
    const asked = callId.value;
    const found = await api.get<Transcript>(`/calls/${asked}/transcript`, { after });
    if (asked !== callId.value) return;
    add(found.segments);
    gaps.value = found.gaps;
  }

  function firstGap(): number {
    const gap = segments.value.find((segment, index) => index > 0 && segment.seq !== segments.value[index - 1]!.seq + 1);
    return gap ? segments.value[segments.value.indexOf(gap) - 1]!.seq : last();
  }

  /** Say what was said there. Rejects with a conflict when it was heard anew, or set right by somebody else, meanwhile. */
  async function correct(segment: Segment, text: string): Promise<void> {
    const path = `/calls/${callId.value}/transcript/${segment.seq}`;
    add([await api.put<Segment>(path, { text, revision: segment.revision })]);
  }

  onPush("transcript", (push) => {
    if (push.call_id !== callId.value) return;
    if (!push.final) {
      partials.set(push.utterance, push);
      return;
    }
    partials.delete(push.utterance);
    if (push.seq === null) return;
    const missed = push.seq > last() + 1 && segments.value.length > 0;
    const { seq, role, text, start_s, end_s, times = [], suggestions = [], revision = 0 } = push;
    add([{ seq, role, text, start_s, end_s, times, suggestions, revision, corrected_by_name: null }]);
    // A part heard late fills a gap.
    if (missed || gaps.value.length) void fetchMissed().catch(() => undefined);
  });

  onPush("hearing", (push) => {
    if (push.call_id !== callId.value) return;
    if (push.state !== "ended") trouble.value = push.state === "started" ? null : push.state;
    if (push.state !== "started") void fetchMissed().catch(() => undefined);
  });

  function follow(): void {
    if (!callId.value) return;
    void ask("call.watch", { call_id: callId.value }).catch(() => undefined);
    void fetchMissed(0).catch(() => undefined);
  }

  onReconnect(follow);
  watch(callId, () => {
    segments.value = [];
    gaps.value = [];
    partials.clear();
    trouble.value = null;
    follow();
  });

  return { segments, partials, gaps, trouble, add, correct, read: () => fetchMissed(0) };
}
