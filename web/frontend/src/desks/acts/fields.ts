// Which fields an action's form has: what its row of the life cycle needs, and what it may take besides. Pure.
// The names are those of web/api/schemas/tickets.py (Given); their words are in the catalogue (`desks.given`).
import type { UnitRef } from "@/shared/types";

export type FieldKind =
  | "text" | "words" | "choice" | "unit" | "units" | "number" | "day" | "moment" | "tick" | "ticket" | "officer" | "changes" | "children" | "path" | "target";

export interface FieldSpec {
  name: string;
  kind: FieldKind;
  required: boolean;
  /** Codes of a choice and the catalogue group of their words. */
  choices?: readonly string[];
  group?: string;
}

export type Values = Record<string, unknown>;

const WORDS_MIN = 2;

export const RETURN_REASONS = ["not_competent", "other_unit", "outside_area", "not_acceptable", "repeat", "unclear", "other"] as const;
export const ORDER_REASONS = ["overdue", "dissatisfied", "refuses_duty", "redo_failed", "leader", "other"] as const;
export const ORDER_KINDS = ["order", "prompt", "summons", "criticism"] as const;
const VERDICTS = ["reasonable", "partly", "unreasonable"] as const;
const SECRECY = ["normal", "confidential", "strict"] as const;

type Known = Omit<FieldSpec, "name" | "required">;
const KNOWN: Record<string, Known> = {
  note: { kind: "words" },
  public_note: { kind: "words" },
  reason: { kind: "words" },
  plan: { kind: "words" },
  basis: { kind: "words" },
  evidence: { kind: "words" },
  explanation: { kind: "words" },
  missing_note: { kind: "words" },
  answer: { kind: "words" },
  legal_basis: { kind: "words" },
  redacted_body: { kind: "words" },
  redacted_title: { kind: "text" },
  leader: { kind: "text" },
  handed_to: { kind: "target" },
  path_code: { kind: "path" },
  days: { kind: "number" },
  given_on: { kind: "day" },
  until: { kind: "moment" },
  due_at: { kind: "moment" },
  unit_id: { kind: "unit" },
  competent_unit_id: { kind: "unit" },
  complained_unit_id: { kind: "unit" },
  unit_ids: { kind: "units" },
  copy_unit_ids: { kind: "units" },
  assist_unit_ids: { kind: "units" },
  officer_id: { kind: "officer" },
  main_id: { kind: "ticket" },
  other_id: { kind: "ticket" },
  important: { kind: "tick" },
  changes: { kind: "changes" },
  children: { kind: "children" },
  kind: { kind: "choice", choices: ORDER_KINDS, group: "desks.order_kind" },
  secrecy: { kind: "choice", choices: SECRECY, group: "secrecy" },
  verdict: { kind: "choice", choices: VERDICTS, group: "desks.verdict" },
};

// What an action takes beside what its row needs; a trailing star makes it required on the page.
const BESIDES: Record<string, string[]> = {
  correct: ["changes*"],
  set_secrecy: ["redacted_title", "redacted_body", "complained_unit_id", "important"],
  send_back: ["public_note"],
  supervise: ["kind", "unit_id"],
  ask_return: ["competent_unit_id"],
  ask_termination: ["competent_unit_id"],
  sub_dispatch: ["due_at", "note"],
  add_assist: ["note"],
  copy: ["note"],
  relate: ["note"],
  redispatch: ["assist_unit_ids"],
  approve: ["note"],
  sign: [],
};

/** The codes of a reason differ by what it is a reason for. */
function reasonCodes(action: string): Known {
  return action === "supervise"
    ? { kind: "choice", choices: ORDER_REASONS, group: "desks.order_reason" }
    : { kind: "choice", choices: RETURN_REASONS, group: "desks.return_reason" };
}

/** The fields of an action's form in the order in which they are asked. */
export function fieldsOf(action: string, needs: readonly string[]): FieldSpec[] {
  const besides = (BESIDES[action] ?? []).map((name) => ({ name: name.replace("*", ""), required: name.endsWith("*") }));
  const all = [...needs.map((name) => ({ name, required: true })), ...besides.filter((one) => !needs.includes(one.name))];
  const specs = all.map(({ name, required }) => ({ name, required, ...(name === "reason_code" ? reasonCodes(action) : KNOWN[name] ?? { kind: "words" as const }) }));
  const reasonLast = (spec: FieldSpec) => (spec.name === "note" ? 1 : 0);
  return specs.sort((a, b) => reasonLast(a) - reasonLast(b));
}

/** An empty form. */
export function blankOf(fields: readonly FieldSpec[]): Values {
  return Object.fromEntries(fields.map((field) => [field.name, blank(field)]));
}

function blank(field: FieldSpec): unknown {
  if (field.kind === "units" || field.kind === "children") return [];
  if (field.kind === "changes") return {};
  if (field.kind === "tick") return false;
  if (["unit", "officer", "ticket", "number"].includes(field.kind)) return null;
  return "";
}

/** Whether the field holds what the form needs before it is sent. */
export function isFilled(field: FieldSpec, value: unknown): boolean {
  if (field.kind === "words") return String(value ?? "").trim().length >= WORDS_MIN;
  if (field.kind === "children") return Array.isArray(value) && value.length > 0 && value.every((child) => child.title?.trim() && child.body?.trim());
  if (Array.isArray(value)) return value.length > 0;
  if (field.kind === "changes") return Object.keys((value as object) ?? {}).length > 0;
  return value !== null && value !== undefined && value !== "";
}

/** The values as the move carries them: texts trimmed, units by id, empty ones left out. */
export function givenOf(fields: readonly FieldSpec[], values: Values): Values {
  const filled = fields.filter((field) => field.kind === "tick" || isSet(values[field.name]));
  return Object.fromEntries(filled.map((field) => [field.name, carried(field, values[field.name])]));
}

function isSet(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return value !== null && value !== undefined && value !== "";
}

function carried(field: FieldSpec, value: unknown): unknown {
  if (typeof value === "string") return value.trim();
  if (field.kind === "unit" || field.kind === "officer" || field.kind === "ticket") return (value as UnitRef).id;
  if (field.kind === "units") return (value as UnitRef[]).map((unit) => unit.id);
  return value;
}
