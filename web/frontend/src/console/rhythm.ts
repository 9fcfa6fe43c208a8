// How a talk runs: what follows what, long silences between two utterances, both parties speaking at once. Pure.
// Seconds of an utterance count from the first audio of its leg; a leg's own beginning tells when that was in the call.
import type { Gap, Leg, Segment } from "@/shared/types";

/** So long nobody says anything before a silence is worth a line. */
export const SILENCE_S = 5;
/** When a leg began is known to about that: a shorter overlap may be none. */
const OVERLAP_S = 0.5;

export interface Rhythm {
  /** Seconds of silence before this utterance; 0 for a short one. */
  silence: number;
  /** Began while another party was speaking. */
  overlaps: boolean;
}

export const STEADY: Rhythm = { silence: 0, overlaps: false };

/** The leg an utterance was heard from, by the beginning of its name. */
export const streamOf = (utterance: string): string => utterance.split("-", 1)[0]!;

/** Seconds of the call at which a leg began; 0 while nothing tells. */
export function offsetOf(legs: Leg[], stream: string): number {
  return legs.find((leg) => leg.stream === stream)?.offset_s ?? 0;
}

/** A line of the talk, or a stretch of which there is none, at a second of the call. */
export interface Entry {
  at: number;
  segment?: Segment;
  gap?: Gap;
}

/**
 * All in the order in which it was said. Utterances are numbered as they are stored, and what is heard late, leg by leg, comes
 * last. Of a leg that is not known yet, a line stays where it came in.
 */
export function inOrder(segments: Segment[], legs: Leg[], gaps: Gap[]): Entry[] {
  let latest = 0;
  const lines = segments.map((segment): Entry => {
    const leg = legs.find((one) => one.stream === streamOf(segment.utterance));
    const at = leg ? leg.offset_s + segment.start_s : latest;
    latest = Math.max(latest, at);
    return { at, segment };
  });
  const silent = gaps.map((gap): Entry => ({ at: offsetOf(legs, gap.stream) + gap.from_s, gap }));
  return [...lines, ...silent].sort((one, other) => one.at - other.at);
}

/** The rhythm of each utterance by its number; those in a steady talk are left out. */
export function rhythmOf(segments: Segment[], legs: Leg[]): Map<number, Rhythm> {
  const found = new Map<number, Rhythm>();
  const until = new Map<string, number>();
  const spoken = segments.map((segment) => ({ segment, offset: offsetOf(legs, streamOf(segment.utterance)) }));
  // They are numbered as they end: a long sentence comes after the word that fell into it.
  spoken.sort((one, other) => one.offset + one.segment.start_s - (other.offset + other.segment.start_s));
  for (const { segment, offset } of spoken) {
    const begin = offset + segment.start_s;
    const others = Math.max(0, ...[...until].filter(([role]) => role !== segment.role).map(([, end]) => end));
    const before = Math.max(0, ...until.values());
    const silence = until.size && begin - before >= SILENCE_S ? Math.round(begin - before) : 0;
    const overlaps = others - begin > OVERLAP_S;
    if (silence || overlaps) found.set(segment.seq, { silence, overlaps });
    until.set(segment.role, Math.max(until.get(segment.role) ?? 0, offset + segment.end_s));
  }
  return found;
}
