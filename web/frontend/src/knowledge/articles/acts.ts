// What may be done to an article, as the pages offer it: which acts ask something first, which stand out, which warn.
import type { Act } from "../types";

export type Asked = "note" | "review_due" | "effective_to";
type Tone = "primary" | "plain" | "danger";

interface Manner {
  tone: Tone;
  /** Offered beside what the act needs. */
  offers: Asked[];
  /** Asks even when nothing is needed. */
  asks: boolean;
  /** Stands behind what is done every day. */
  aside: boolean;
}

const PLAIN: Manner = { tone: "plain", offers: [], asks: false, aside: false };
const MANNERS: Record<string, Partial<Manner>> = {
  submit_to_editor: { tone: "primary" },
  submit: { tone: "primary" },
  approve: { tone: "primary", offers: ["note"], asks: true },
  publish: { tone: "primary", offers: ["note", "review_due"], asks: true },
  take: { tone: "primary", offers: ["note", "review_due"], asks: true },
  confirm: { tone: "primary", offers: ["note"], asks: true },
  renew: { tone: "primary", offers: ["effective_to", "review_due"], asks: true },
  expire: { tone: "danger", offers: ["note"], asks: true, aside: true },
  come_due: { offers: ["note"], asks: true, aside: true },
  send_back: { asks: true },
  withdraw: { tone: "danger", offers: ["note"], asks: true, aside: true },
};
/** Acts that are no moves: they open something on the page. */
export const OPENING = ["edit", "change", "restore", "correct"];
const ORDER = Object.keys(MANNERS);

export const mannerOf = (action: string): Manner => ({ ...PLAIN, ...MANNERS[action] });

/** The moves among `actions`, the main ones first. */
export function movesOf(actions: readonly Act[]): Act[] {
  const at = (act: Act) => (ORDER.includes(act.action) ? ORDER.indexOf(act.action) : ORDER.length);
  return actions.filter((act) => !OPENING.includes(act.action)).sort((a, b) => at(a) - at(b));
}

/** What a dialog asks for an act: what it needs first, then what it offers. */
export function askedBy(act: Act): { name: Asked; needed: boolean }[] {
  const needed = act.needs as Asked[];
  const offered = mannerOf(act.action).offers.filter((name) => !needed.includes(name));
  return [...needed.map((name) => ({ name, needed: true })), ...offered.map((name) => ({ name, needed: false }))];
}

export const mayDo = (actions: readonly Act[], action: string): boolean => actions.some((act) => act.action === action);
