// What kind of value a rule has, so that each kind gets a fitting field; and its codes in words. Pure but for the catalogue.
import { i18n, t, word } from "@/shared/i18n";

import type { RuleValue } from "../timing/types";

export type Shape = "flag" | "number" | "text" | "words" | "pairs" | "spans" | "rows" | "fields" | "json";

// Which group of the catalogue words the codes under a name; the others have groups of their own.
const GROUPS: Record<string, string> = {
  stage: "stage", stages: "stage", unit: "timing.unit", type: "type", types: "type", urgency: "urgency", urgencies: "urgency", except_urgencies: "urgency",
  profile: "timing.profile", profiles: "timing.profile", unit_class: "admin.unit_class", unit_classes: "admin.unit_class", secrecy: "secrecy", solved: "solved",
  contacted: "contacted", satisfaction: "satisfaction", attitude: "satisfaction", roles: "admin.role", role: "admin.role",
  suspend: "stage", send_back: "stage", signed_by: "admin.role", "callback.final_results": "desks.connect", "redo.signed_by": "admin.role",
};

const OWN_GROUPS: Record<string, string> = {
  ahead: "ahead", point: "point", points: "point", tells: "who", channels: "channel", then: "then", unanswered: "unanswered", roster: "roster", except_rosters: "roster", hours: "roster", season: "roster",
  "callback.scale": "scale",
};
// How a table of records is read from left to right; what is not named here comes after.
const ORDER = ["name", "code", "point", "roster", "stage", "stages", "types", "urgencies", "urgency", "unit_class", "when", "at_least", "unit", "ahead", "amount", "after", "percent", "tells", "channels", "then"];
/** The conditions a case may be asked for, with a first value each. */
export const CONDITIONS: Record<string, RuleValue> = { types: [], urgencies: [], profiles: [], channels: [], secrecy: [], anonymous: true, important: true, again: true };

const isScalar = (value: RuleValue): value is string | number | boolean | null => value === null || typeof value !== "object";
const isPair = (value: RuleValue): boolean => Array.isArray(value) && value.length === 2 && value.every((one) => typeof one === "string" || typeof one === "number");
const isPairs = (value: RuleValue): boolean => Array.isArray(value) && value.every(isPair);
const isRecord = (value: RuleValue): boolean => !isScalar(value) && !Array.isArray(value);

/** Whether a record fits into a cell: its parts are plain or lists of plain ones. */
export function isFlat(value: RuleValue): boolean {
  return Object.values(record(value)).every((part) => isScalar(part) || (Array.isArray(part) && part.every(isScalar)));
}

/** Whether a record is an amount of time, read without labels. */
export const isAmount = (value: RuleValue): boolean => Object.keys(record(value)).sort().join() === "amount,unit";

/** The kind of `value`; empty lists are words, for nothing tells otherwise. */
export function shapeOf(value: RuleValue): Shape {
  if (typeof value === "boolean") return "flag";
  if (typeof value === "number") return "number";
  if (value === null || typeof value === "string") return "text";
  if (!Array.isArray(value)) return "fields";
  if (!value.length || value.every(isScalar)) return "words";
  if (value.every(isRecord)) return "rows";
  if (isPairs(value)) return "pairs";
  return value.every(isPairs) ? "spans" : "json";
}

export const groupOf = (name: string): string => GROUPS[name] ?? `timing.code.${OWN_GROUPS[name] ?? "value"}`;

/** A code in words, as far as the catalogue knows it. */
export function codeWord(name: string, value: RuleValue): string {
  if (value === null) return t("timing.rules.nothing");
  if (typeof value === "boolean") return t(value ? "timing.rules.yes" : "timing.rules.no");
  return typeof value === "string" ? word(groupOf(name), value) : String(value);
}

/** The codes the catalogue knows for a name, to choose from; empty where anything may stand. */
export function choicesOf(name: string): string[] {
  if (!(name in GROUPS) && !(name in OWN_GROUPS)) return [];
  return Object.keys(i18n.global.tm(groupOf(name)) as Record<string, unknown>);
}

/** The word for a name within a rule. */
export const fieldWord = (name: string): string => word("timing.field", name);

/** The columns of a table of records, the telling ones first. */
export function columnsOf(rows: RuleValue[]): string[] {
  const place = (column: string): number => (ORDER.includes(column) ? ORDER.indexOf(column) : ORDER.length);
  return [...new Set(rows.flatMap((row) => Object.keys(row as Record<string, RuleValue>)))].sort((a, b) => place(a) - place(b));
}

/** 09:00-12:00, 13:30-17:30. */
export const pairsText = (value: RuleValue): string => (value as (string | number)[][]).map((pair) => pair.join("-")).join(", ");

/** The pairs that `text` names; null when it names none or wrongly. */
export function pairsOf(text: string): RuleValue[] | null {
  const parts = text.split(/[,，、;；\s]+/).filter(Boolean).map((part) => part.split(/[\p{Pd}~\u81f3]/u));
  if (parts.some((part) => part.length !== 2 || part.some((one) => !one.trim()))) return null;
  return parts.map((part) => part.map((one) => (/^\d+$/.test(one) ? Number(one) : one)));
}

export const record = (value: RuleValue): Record<string, RuleValue> => (value ?? {}) as Record<string, RuleValue>;
export const list = (value: RuleValue): RuleValue[] => (Array.isArray(value) ? value : []);
