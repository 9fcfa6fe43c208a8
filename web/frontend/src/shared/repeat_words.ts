// What speaks for and against two matters being one, in words. Pure but for the catalogue.
import { t } from "./i18n";
import type { Repeat } from "./insight_types";
import type { ExplainLine } from "./types";

function line(key: string, one: ExplainLine): string {
  const words = one.args.hours === "0" ? t("repeat_reason.just-now") : t(key, one.args);
  // Where nothing is named the blank before it goes.
  return words === key ? one.code : words.trim();
}

export const forWords = (repeat: Repeat): string => repeat.reasons.map((one) => line(`repeat_reason.${one.code}`, one)).join(t("desks.comma"));
export const againstWords = (repeat: Repeat): string => repeat.against.map((one) => line(`repeat_against.${one.code}`, one)).join(t("desks.comma"));

/** The caller's own first, then the most like; within both the order of the server stays. */
export const ownFirst = (repeats: readonly Repeat[]): Repeat[] => [...repeats].sort((a, b) => Number(b.same_citizen) - Number(a.same_citizen));
