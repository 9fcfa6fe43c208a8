// Where a citizen stands in the self-service: a question, an article, a category, the phone book. It lives in the address, each
// step is one of the browser's own, so that "back" does what a thumb expects.
import { onScopeDispose, reactive } from "vue";

const BLANK = { question: "", article: "", category: "", part: "", area: "" };
export type Spot = typeof BLANK;

/** The area goes along from place to place; the rest belongs to one. */
const KEPT = ["area"] as const;

function read(): Spot {
  const given = new URLSearchParams(location.search);
  return Object.fromEntries(Object.keys(BLANK).map((key) => [key, given.get(key) ?? ""])) as Spot;
}

export function useSpot() {
  const spot = reactive<Spot>(read());

  function addressOf(next: Partial<Spot>): string {
    const kept = Object.fromEntries(KEPT.map((key) => [key, spot[key]]));
    const filled = Object.entries({ ...kept, ...next }).filter(([, value]) => value);
    const search = new URLSearchParams(filled).toString();
    return search ? `?${search}` : location.pathname;
  }

  function go(next: Partial<Spot>): void {
    history.pushState(null, "", addressOf(next));
    Object.assign(spot, read());
    scrollTo(0, 0);
  }

  const wentBack = () => Object.assign(spot, read());
  addEventListener("popstate", wentBack);
  onScopeDispose(() => removeEventListener("popstate", wentBack));
  return { spot, addressOf, go };
}

export type Walk = ReturnType<typeof useSpot>;
