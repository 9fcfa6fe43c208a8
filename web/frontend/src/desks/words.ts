// Coded facts of the desks in words: explanations of limits, reasons for a unit, facts of a return, sizes. Pure but for the catalogue.
import { t, word } from "@/shared/i18n";
import { dayTime, exactTime } from "@/shared/time";
import type { ExplainLine, RequestRow } from "@/shared/types";

const KILO = 1024;
const HOUR_MINUTES = 60;
// What the policies name as source when the city set the limit itself.
const OWN_RULE = "own";

const text = (value: unknown): string => (value === null || value === undefined ? "" : String(value));

function readable(key: string, value: unknown): unknown {
  if (key === "at" || key === "since" || key === "until" || key === "was") return exactTime(text(value));
  if (key === "stage") return word("stage", text(value));
  if (key === "unit") return word("desks.amount", text(value));
  if (key === "event") return word("desks.event", text(value));
  if (key === "source" && value === OWN_RULE) return t("desks.own_rule");
  if (key === "day" || key === "first" || key === "last") return dayTime(text(value));
  return value;
}

function inHours(args: Record<string, unknown>): Record<string, unknown> {
  const { unit, amount } = args;
  if (unit !== "minutes" || typeof amount !== "number" || amount % HOUR_MINUTES) return args;
  return { ...args, unit: "hours", amount: amount / HOUR_MINUTES };
}

/** One step of a limit's sum. */
export function explainWords(line: ExplainLine): string {
  const args = Object.fromEntries(Object.entries(inHours(line.args)).map(([key, value]) => [key, readable(key, value)]));
  const code = args.first !== undefined && args.first === args.last ? `${line.code}-one` : line.code;
  return t(`desks.explain.${code}`, args);
}

/** Area and address in one line; an address that begins with the area's own names does not say them twice. */
export function placeWords(area: string[], address: string): string {
  const rest = area.reduce((left, name) => (left.startsWith(name) ? left.slice(name.length) : left), address);
  return [...area, rest.trim()].filter(Boolean).join(" ");
}

/** One reason why a unit is proposed. */
export function reasonWords(reason: ExplainLine): string {
  return t(`reason.${reason.code}`, reason.args);
}

// What may be asked or proposed, in the order in which it is read; each key has its words in `desks.given`.
const REQUEST_FACTS = ["reason_code", "reason", "days", "until", "plan", "legal_basis", "solved", "reply_public", "reply_internal", "missing_note"];

function factWords(key: string, value: unknown): string {
  if (key === "reason_code") return word("desks.return_reason", text(value));
  if (key === "solved") return word("solved", text(value));
  if (key === "until") return exactTime(text(value));
  return text(value);
}

/** What was given with a request, labelled; the unit it names is shown by `UnitName`. `without` is shown elsewhere. */
export function requestFacts(request: RequestRow, without?: string): { label: string; value: string }[] {
  return REQUEST_FACTS.filter((key) => key !== without && text(request.data[key])).map((key) => ({
    label: word("desks.given", key),
    value: factWords(key, request.data[key]),
  }));
}

/** 12 KB, 3.4 MB. */
export function fileSize(bytes: number): string {
  if (bytes < KILO * KILO) return `${Math.max(1, Math.round(bytes / KILO))} KB`;
  return `${(bytes / KILO / KILO).toFixed(1)} MB`;
}

/** A share of 0-1 as per cent with one decimal; nothing to divide by is a dash. */
export function percent(share: number | null): string {
  return share === null ? "—" : `${(share * 100).toFixed(1)}%`;
}
