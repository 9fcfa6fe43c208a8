// The words of one call: finished segments in order, and the piece being spoken now, which its final text replaces.
// A gap in the sequence (a missed push) is fetched again.
import { reactive, ref, watch, type Ref } from "vue";

import { api } from "@/shared/api";
import { ask, onPush, onReconnect } from "@/shared/socket";
import type { Segment, Transcript } from "@/shared/types";

export interface Partial {
  utterance: string;
  role: string;
  text: string;
}

export function useTranscript(callId: Ref<string | null>) {
  const segments = ref<Segment[]>([]);
  const partials = reactive(new Map<string, Partial>());
  const trouble = ref<string | null>(null);
  const last = () => segments.value.at(-1)?.seq ?? 0;

  function add(more: Segment[]): void {
    const bySeq = new Map([...segments.value, ...more].map((segment) => [segment.seq, segment]));
    segments.value = [...bySeq.values()].sort((a, b) => a.seq - b.seq);
  }

  async function fetchMissed(): Promise<void> {
    if (!callId.value) return;
    const asked = callId.value;
    const found = await api.get<Transcript>(`/calls/${asked}/transcript`, { after: firstGap() });
    if (asked === callId.value) add(found.segments);
  }

  function firstGap(): number {
    const gap = segments.value.find((segment, index) => index > 0 && segment.seq !== segments.value[index - 1]!.seq + 1);
    return gap ? segments.value[segments.value.indexOf(gap) - 1]!.seq : last();
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
    add([{ seq: push.seq, role: push.role, text: push.text, start_s: push.start_s, end_s: push.end_s }]);
    if (missed) void fetchMissed().catch(() => undefined);
  });

  onPush("hearing", (push) => {
    if (push.call_id !== callId.value || push.state === "ended") return;
    trouble.value = push.state === "started" ? null : push.state;
  });

  function follow(): void {
    if (!callId.value) return;
    void ask("call.watch", { call_id: callId.value }).catch(() => undefined);
    void fetchMissed().catch(() => undefined);
  }

  onReconnect(follow);
  watch(callId, () => {
    segments.value = [];
    partials.clear();
    trouble.value = null;
    follow();
  });

  return { segments, partials, trouble, add };
}
