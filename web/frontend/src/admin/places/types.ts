// What /api/v1/admin/places answers (web/api/schemas/places.py).
import type { CategoryRef } from "../catalogue/types";

export interface PlaceFacts {
  name: string;
  kind: string;
  aliases: string[];
  road: string;
  numbers_from: number | null;
  numbers_to: number | null;
  parity: string;
  grid_code: string;
  active: boolean;
}
export interface PlaceRow extends PlaceFacts { id: number; area: CategoryRef }
export interface Located {
  found: { start: number; end: number; text: string; kind: string; area: CategoryRef | null; confidence: number }[];
  area: CategoryRef | null;
  address: string;
  question: { kind: string; words: string; choices: { code: string; name: string; path: string }[] } | null;
}
