// The words of one call: finished segments in order, and the piece being spoken now, which its final text replaces.
// A gap in the sequence (a missed push) is fetched again. What was heard better, or set right, comes under the same number.
// Why parties are not heard stands in the record, so that whoever opens the page later reads it, too.
import { computed, reactive, ref, watch, type Ref } from "vue";

import { api } from "@/shared/api";
import { ask, onPush, onReconnect } from "@/shared/socket";
import type { Gap, Leg, Segment, Transcript } from "@/shared/types";

import { streamOf } from "./rhythm";

export interface Partial {
  utterance: string;
  role: string;
  text: string;
}

/** Why a party is not heard as it speaks; `role` is null where it is the same for all. */
export interface Trouble {
  role: string | null;
  trouble: string;
}

export type LiveTranscript = ReturnType<typeof useTranscript>;

/** The words of that call, live. */
export function useTranscript(callId: Ref<string | null>) {
  const segments = ref<Segment[]>([]);
  const partials = reactive(new Map<string, Partial>());
  const legs = ref<Leg[]>([]);
  const gaps = ref<Gap[]>([]);
  /** Legs whose beginning was asked for: one without a recording has none. */
  const asked = new Set<string>();
  let asks = 0;
  let shown = 0;
  const last = () => segments.value.at(-1)?.seq ?? 0;

  /** By the newest recording of each party: one that broke off is followed by another. */
  const troubles = computed<Trouble[]>(() => {
    const newest = [...new Map(legs.value.map(({ role, trouble }) => [role, trouble]))];
    const isSame = new Set(newest.map(([, trouble]) => trouble)).size === 1;
    const told = newest.filter(([, trouble]) => trouble).map(([role, trouble]) => ({ role, trouble }));
    return isSame ? told.slice(0, 1).map(({ trouble }) => ({ role: null, trouble })) : told;
  });

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
    const id = callId.value;
    const turn = ++asks;
    const found = await api.get<Transcript>(`/calls/${id}/transcript`, { after });
    if (id !== callId.value) return;
    add(found.segments);
    // An answer that was overtaken says how it was before.
    if (turn < shown) return;
    shown = turn;
    legs.value = found.legs;
    gaps.value = found.gaps;
  }

  function firstGap(): number {
    const gap = segments.value.find((segment, index) => index > 0 && segment.seq !== segments.value[index - 1]!.seq + 1);
    return gap ? segments.value[segments.value.indexOf(gap) - 1]!.seq : last();
  }

  /** Say what was said there. Rejects with a conflict when it is not the revision that was looked at any more. */
  async function correct(seq: number, text: string, revision: number): Promise<void> {
    add([await api.put<Segment>(`/calls/${callId.value}/transcript/${seq}`, { text, revision })]);
  }

  function isFirstOf(utterance: string): boolean {
    const stream = streamOf(utterance);
    if (asked.has(stream) || legs.value.some((leg) => leg.stream === stream)) return false;
    asked.add(stream);
    return true;
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
    const { seq, utterance, role, text, start_s, end_s, times = [], suggestions = [], revision = 0, corrected_by_name = null } = push;
    add([{ seq, utterance, role, text, start_s, end_s, times, suggestions, revision, corrected_by_name }]);
    // A part heard late fills a gap; a leg that begins tells how its seconds count.
    if (isFirstOf(utterance) || missed || gaps.value.length) void fetchMissed().catch(() => undefined);
  });

  onPush("hearing", (push) => {
    if (push.call_id === callId.value) void fetchMissed().catch(() => undefined);
  });

  function follow(): void {
    if (!callId.value) return;
    void ask("call.watch", { call_id: callId.value }).catch(() => undefined);
    void fetchMissed(0).catch(() => undefined);
  }

  onReconnect(follow);
  watch(callId, () => {
    segments.value = [];
    legs.value = [];
    gaps.value = [];
    asked.clear();
    partials.clear();
    follow();
  });

  const spoken = computed(() => [...partials.values()]);
  return reactive({ callId, segments, partials: spoken, legs, gaps, troubles, add, correct, reread: () => fetchMissed(0) });
}
