// What /api/v1/admin answers on time: calendar, limits by version, rules, recounts (web/api/schemas).

export interface RecountStarted { recount_id: number | null }
export interface Recount {
  id: number;
  cause: "policy" | "calendar" | string;
  reference: number;
  source: string;
  requested_at: string;
  requested_by: string | null;
  begins_at: string;
  seen: number;
  total: number;
  changed: number;
  finished_at: string | null;
}
export interface PreviewItem {
  ticket_id: number;
  number: string;
  stage: string;
  unit: string | null;
  was: string;
  becomes: string;
  now_provisional: boolean;
  newly_late: boolean;
}
export interface Preview {
  checked: number;
  changed: number;
  earlier: number;
  later: number;
  newly_late: number;
  /** Limits that are no more provisional, wherever they end. */
  settled: number;
  by_stage: { stage: string; changed: number }[];
  items: PreviewItem[];
  took_ms: number;
}

export type DayKind = "holiday" | "workday";
export interface DayChange { day: string; kind: DayKind | null; name: string }
export interface CalendarYearRow {
  year: number;
  status: "announced" | "not_announced";
  source: string;
  changed_at: string | null;
  working_days: number;
  provisional_clocks: number;
}
export interface CalendarYears { years: CalendarYearRow[]; warning: { year: number; months_left: number } | null }
export interface CalendarDay { day: string; weekday: number; works: boolean; kind: DayKind | null; name: string; source: string }
export interface CalendarYear { year: number; status: CalendarYearRow["status"]; source: string; working_days: number; days: CalendarDay[] }
export interface CalendarFinding { line: number; field: string; rule: string; given: string; message: string }
export interface CalendarRead { year: number; days: DayChange[]; findings: CalendarFinding[] }

export type VersionStatus = "draft" | "published" | "discarded";
export interface PolicyVersion {
  version: number;
  status: VersionStatus;
  name: string;
  origin: string;
  note: string;
  effective_from: string | null;
  published_at: string | null;
  published_by: string | null;
  rows: number;
  in_force: boolean;
}
export interface PolicyProfile { code: string; name: string; source: string }
export interface PolicyWords {
  stages: string[];
  units_of_time: string[];
  start_rules: string[];
  start_events: string[];
  /** From which events a stage may be counted. */
  starts_of_stages: Record<string, string[]>;
  types: string[];
  urgencies: string[];
  profiles_of_tickets: string[];
  unit_classes: string[];
}
export interface Policies extends PolicyWords { versions: PolicyVersion[]; profiles: PolicyProfile[] }
/** For whom a row holds; null means any. */
export interface PolicyFor { stage: string; type: string | null; urgency: string | null; profile: string | null; unit_class: string | null }
export interface PolicyRow extends PolicyFor {
  id: number | null;
  amount: number;
  unit: string;
  start_rule: string;
  start_event: string;
  source: string;
  changed?: "added" | "changed" | null;
  was?: { amount: number; unit: string } | null;
}
export interface PolicyVersionDetail extends Omit<PolicyVersion, "rows"> { rows: PolicyRow[]; against: number | null; removed: PolicyRow[] }
export interface Trial { policy: PolicyRow; roster: string; due_at: string; warn_at: string | null; provisional: boolean; sentence: string }

export interface RuleHistory { effective_from: string; value: RuleValue; source: string; by: string | null }
export type RuleValue = null | boolean | number | string | RuleValue[] | { [key: string]: RuleValue };
export interface Rule {
  key: string;
  group: string;
  value: RuleValue;
  source: string;
  effective_from: string | null;
  default: RuleValue;
  history: RuleHistory[];
}
