// Which words of the talk a field came from, and back: the pieces a segment is drawn in. Pure.
import type { Draft, Evidence, Segment } from "@/shared/types";

export interface Piece {
  text: string;
  /** The field whose value came from these words; null for the rest. */
  field: string | null;
}

interface Mark extends Evidence {
  field: string;
}

/** All evidence of a draft, with the field it belongs to. */
export function marksOf(draft: Draft | null): Mark[] {
  return Object.entries(draft?.fields ?? {}).flatMap(([field, { evidence }]) => evidence.map((piece) => ({ ...piece, field })));
}

/** A segment cut at the borders of its evidence. Where fields share words, `preferred` wins, else the shortest evidence. */
export function cut(segment: Segment, marks: Mark[], preferred: string | null): Piece[] {
  const own = marks.filter((mark) => mark.seq === segment.seq && mark.end > mark.start);
  const borders = [...new Set([0, segment.text.length, ...own.flatMap((mark) => [mark.start, mark.end])])]
    .filter((at) => at >= 0 && at <= segment.text.length)
    .sort((a, b) => a - b);
  return borders.slice(1).map((end, index) => {
    const start = borders[index]!;
    const covering = own.filter((mark) => mark.start <= start && mark.end >= end);
    const first = covering.sort((a, b) => a.end - a.start - (b.end - b.start))[0];
    const chosen = covering.find((mark) => mark.field === preferred) ?? first;
    return { text: segment.text.slice(start, end), field: chosen?.field ?? null };
  });
}
