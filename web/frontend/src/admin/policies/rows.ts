// Rows of a version of the limits: for whom they hold, in words, and how two versions differ.
import { t, word } from "@/shared/i18n";

import type { PolicyFor, PolicyRow, PolicyWords } from "../timing/types";

const HOUR_MINUTES = 60;
const OWN_RULE = /\bown\b/g;
export const CONDITIONS = ["type", "urgency", "profile", "unit_class"] as const;
export type Condition = (typeof CONDITIONS)[number];

/** The word for one condition's value. */
export function conditionWord(condition: Condition, value: string): string {
  if (condition === "unit_class") return word("admin.unit_class", value);
  return condition === "profile" ? word("timing.profile", value) : word(condition, value);
}

/** For whom a row holds: 投诉 · 紧急, or 不限. */
export function forWhom(row: PolicyFor): string {
  const said = CONDITIONS.filter((one) => row[one]).map((one) => conditionWord(one, row[one] ?? ""));
  return said.join(" · ") || t("timing.policy.any");
}

/** 15个工作日; whole hours of minutes as hours. */
export function amountWords(limit: { amount: number; unit: string }): string {
  const inHours = limit.unit === "minutes" && limit.amount >= HOUR_MINUTES && limit.amount % HOUR_MINUTES === 0;
  return t("timing.policy.amount", { n: inHours ? limit.amount / HOUR_MINUTES : limit.amount, unit: word("desks.amount", inHours ? "hours" : limit.unit) });
}

/** What a value rests on; "own" marks, alone or within, what the city set itself. */
export const sourceWords = (source: string): string => source.replace(OWN_RULE, t("desks.own_rule"));

export function blankRow(stage: string, words: PolicyWords): PolicyRow {
  const start_event = words.starts_of_stages[stage]?.[0] ?? words.start_events[0]!;
  return { id: null, stage, type: null, urgency: null, profile: null, unit_class: null, amount: 1, unit: "working_days", start_rule: "next_day", start_event, source: "" };
}

/** What the server takes of a row. */
export function asGiven(row: PolicyRow): Omit<PolicyRow, "id" | "changed" | "was"> {
  const { stage, type, urgency, profile, unit_class, amount, unit, start_rule, start_event, source } = row;
  return { stage, type, urgency, profile, unit_class, amount, unit, start_rule, start_event, source };
}

/** The rows of each stage in the order of `stages`. */
export function byStage(rows: PolicyRow[], stages: string[]): { stage: string; rows: PolicyRow[] }[] {
  return stages.map((stage) => ({ stage, rows: rows.filter((row) => row.stage === stage) })).filter((group) => group.rows.length);
}
