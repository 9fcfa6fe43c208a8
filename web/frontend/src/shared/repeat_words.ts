// What speaks for and against two matters being one, in words. Pure but for the catalogue.
import { t, word } from "./i18n";
import type { Repeat } from "./insight_types";
import type { ExplainLine } from "./types";

// Codes whose args are themselves codes of a group.
const CODED: Record<string, string> = { type: "type", state: "state" };

function line(key: string, one: ExplainLine): string {
  const args = Object.fromEntries(Object.entries(one.args ?? {}).map(([name, value]) => [name, readable(name, value)]));
  const words = t(key, args);
  return words === key ? one.code : words;
}

function readable(key: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.join(t("desks.comma"));
  return CODED[key] ? word(CODED[key], String(value)) : value;
}

export const forWords = (repeat: Repeat): string => repeat.reasons.map((one) => line(`repeat_reason.${one.code}`, one)).join(t("desks.comma"));
export const againstWords = (repeat: Repeat): string => repeat.against.map((one) => line(`repeat_against.${one.code}`, one)).join(t("desks.comma"));

/** The caller's own first, then the most like; within both the order of the server stays. */
export const ownFirst = (repeats: readonly Repeat[]): Repeat[] => [...repeats].sort((a, b) => Number(b.same_citizen) - Number(a.same_citizen));
