// The pieces an utterance is drawn in: which field its words filled, when they were said, which name may be meant. Pure.
import type { Draft, Evidence, Spoken, Segment, Suggestion } from "@/shared/types";

export interface Piece {
  text: string;
  /** The field whose value came from these words; null for the rest. */
  field: string | null;
  /** When they were said; null where nothing tells. */
  said: Spoken | null;
  suggestion: Suggestion | null;
}

export interface Mark extends Evidence {
  field: string;
}

const NONE: Mark[] = [];

/** All evidence of a draft by utterance, each with the field it belongs to. */
export function marksOf(draft: Draft | null): Map<number, Mark[]> {
  const found = new Map<number, Mark[]>();
  for (const [field, { evidence }] of Object.entries(draft?.fields ?? {})) {
    for (const piece of evidence) found.set(piece.seq, [...(found.get(piece.seq) ?? NONE), { ...piece, field }]);
  }
  return found;
}

/** An utterance cut at the borders of words, names and evidence. Where fields share words, `preferred` wins, else the shortest. */
export function cut(segment: Segment, marks: Mark[] = NONE, preferred: string | null = null): Piece[] {
  const own = marks.filter((mark) => mark.end > mark.start);
  const spans = [...own, ...segment.times, ...segment.suggestions];
  const borders = [...new Set([0, segment.text.length, ...spans.flatMap((span) => [span.start, span.end])])]
    .filter((at) => at >= 0 && at <= segment.text.length)
    .sort((a, b) => a - b);
  return borders.slice(1).map((end, index) => {
    const start = borders[index]!;
    const covers = (span: { start: number; end: number }) => span.start <= start && span.end >= end;
    const covering = own.filter(covers).sort((a, b) => a.end - a.start - (b.end - b.start));
    const chosen = covering.find((mark) => mark.field === preferred) ?? covering[0];
    return {
      text: segment.text.slice(start, end),
      field: chosen?.field ?? null,
      said: segment.times.find(covers) ?? null,
      suggestion: segment.suggestions.find(covers) ?? null,
    };
  });
}
