// Cards that keep their place: whoever reads one does not lose it when the next sentence brings others. Pure.
import type { Card } from "@/shared/types";

export const PLACES = 3;

/** The next cards, those shown already where they stand, new ones in the places that became free. */
export function settled(shown: readonly Card[], next: readonly Card[]): Card[] {
  const coming = new Map(next.slice(0, PLACES).map((card) => [card.article_id, card]));
  const places = shown.slice(0, PLACES).map((card) => coming.get(card.article_id) ?? null);
  const fresh = [...coming.values()].filter((card) => !shown.some((one) => one.article_id === card.article_id));
  const filled = places.map((card) => card ?? fresh.shift() ?? null);
  return [...filled, ...fresh].filter((card): card is Card => card !== null);
}
