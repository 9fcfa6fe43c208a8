// How a talk runs: long silences between two utterances, and both parties speaking at once. Pure.
import type { Segment } from "@/shared/types";

/** So long nobody says anything before a silence is worth a line. */
export const SILENCE_S = 5;
/** Parties' clocks differ by the moment their audio began: less than that is no overlap. */
const OVERLAP_S = 0.5;

export interface Rhythm {
  /** Seconds of silence before this utterance; 0 for a short one. */
  silence: number;
  /** Began while the other party was speaking. */
  overlaps: boolean;
}

export const STEADY: Rhythm = { silence: 0, overlaps: false };

/** The rhythm of each utterance by its number; those in a steady talk are left out. */
export function rhythmOf(segments: Segment[]): Map<number, Rhythm> {
  const found = new Map<number, Rhythm>();
  const until = new Map<string, number>();
  for (const segment of segments) {
    const others = Math.max(0, ...[...until].filter(([role]) => role !== segment.role).map(([, end]) => end));
    const before = Math.max(0, ...until.values());
    const silence = until.size && segment.start_s - before >= SILENCE_S ? Math.round(segment.start_s - before) : 0;
    const overlaps = others - segment.start_s > OVERLAP_S && (until.get(segment.role) ?? 0) <= segment.start_s;
    if (silence || overlaps) found.set(segment.seq, { silence, overlaps });
    until.set(segment.role, Math.max(until.get(segment.role) ?? 0, segment.end_s));
  }
  return found;
}
