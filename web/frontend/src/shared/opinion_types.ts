// The shapes of what requesters think and what follows: call-backs, links, dissatisfied cases, appeals, service marks, orders.
// They mirror web/api/schemas/{callbacks,evaluations,reviews,appeals,marks,relations}.py.
import type { Action, Limit, OfficerRef, TicketRow, UnitRef } from "./types";

export type Scale = "five" | "three";
export type Question = "contacted" | "solved" | "satisfaction" | "attitude";
/** A reason of the city's list; its words come with it, as the list is data. */
export interface Reason { code: string; text: string }

export interface Attempt { at: string; connect_result: string; by: string; channel: string; counted: boolean }
/** What was said in one round. `reasons` are in words. */
export interface Said {
  round?: number;
  contacted: string | null;
  solved: string | null;
  satisfaction: string | null;
  attitude?: string | null;
  respondent?: string | null;
  reasons?: string[];
  reason_codes?: string[];
  reason: string;
  verbatim?: string;
}
export interface SentLink { sent_at: string; until: string; used_at: string | null }
/** A row of the city's table of what follows: the first whose answers all hold decides. */
export interface Consequence { when: Partial<Record<Question, string[]>>; then: "doubt" | "close" }
export interface CallbackRow {
  id: number;
  ticket: TicketRow;
  round: number;
  state: string;
  plan: string;
  channel: string;
  opens_at: string | null;
  try_after: string | null;
  slots_tried: string[];
  link: SentLink | null;
  first: Said | null;
  script: string;
  scale: Scale;
  reasons: Reason[];
  consequences: Consequence[];
  due: Limit | null;
  contact_name: string;
  contact_phone: string;
  public_reply: string;
  unit_says_solved: string | null;
  attempts: Attempt[];
  attempts_max: number;
  claimed_by: OfficerRef | null;
}
export interface CallbackResult { outcome: string; ticket_state: string }
export interface CallbackFact extends Omit<Said, "round" | "verbatim"> {
  id: number;
  round: number;
  state: string;
  at: string | null;
  channel: string;
  source: string | null;
  /** Whether the reader may object to it now. */
  appealable: boolean;
}
export interface ReviewRow extends Omit<Said, "round"> {
  ticket: TicketRow;
  contacted: string;
  solved: string;
  satisfaction: string;
  verbatim: string;
  first: Said | null;
  callback_id: number;
  round: number;
  public_reply: string;
  due: Limit | null;
  redo_left: number;
  /** The role that signs the reply of a redo; empty where the unit has no ladder. */
  redo_signed_by: string;
}
export interface ReviewFact {
  round: number;
  verdict: string;
  basis: string;
  decision: string;
  explanation: string;
  at: string;
  by: string;
}

export type AppealState = "asked" | "granted" | "refused";
/** An objection to one judgement: `callback_id` or `mark_id` names it. */
export interface Appeal {
  id: number;
  version: number;
  callback_id: number | null;
  mark_id: number | null;
  state: AppealState;
  unit: UnitRef | null;
  reason_code: string;
  reason_text: string;
  reason: string;
  asked_at: string;
  asked_by: OfficerRef | null;
  due: Limit | null;
  decided_at: string | null;
  decision: string;
  actions: Action[];
}
export interface AppealRow { appeal: Appeal; ticket: TicketRow; solved: string | null; satisfaction: string | null; stars: number | null }

export interface AddedMark { stars: number; words: string; at: string }
export interface MarkFact {
  id: number;
  stars: number;
  item: string;
  case_number: string;
  unit: UnitRef | null;
  labels: string[];
  words: string;
  real_name: boolean;
  given_at: string;
  rectified_at: string | null;
  added: AddedMark | null;
  excluded: { at: string; reason: string } | null;
  appeal: { id: number; state: AppealState } | null;
  may_exclude: boolean;
  /** Whether the reader may object to it now. */
  appealable?: boolean;
}
/** A bad mark in a list, with the ticket it became. */
export interface MarkRow extends MarkFact { ticket: TicketRow | null }

export type OrderState = "proposed" | "issued" | "answered" | "closed";
export type OrderKind = "prompt" | "order" | "summons" | "criticism";
export interface Order {
  id: number;
  state: OrderState;
  version: number;
  kind: OrderKind;
  /** The late limit that the paper was drawn up for, and when it ended. */
  stage?: string | null;
  expired_at?: string | null;
  unit: UnitRef | null;
  reason_code: string;
  demand: string;
  leader: string;
  given_on: string | null;
  issued_at: string | null;
  due_at: string;
  overdue: boolean;
  answer: string;
  answered_at: string | null;
  actions?: Action[];
}
export interface OrderRow { order: Order; ticket: TicketRow }
/** Reminders that the hourly cap holds back for one receiver. */
export interface HeldAlarm { receiver: string; point: string; count: number; since: string }

/** What a link to evaluate is about; `asks` are its questions in order. */
export interface EvaluationAsked {
  kind: "matter" | "call" | "mark";
  number: string;
  title: string;
  unit: string;
  public_reply: string;
  scale: Scale;
  reasons: Reason[];
  asks: Question[];
  used: boolean;
  expired: boolean;
}
export interface EvaluationGiven {
  contacted: string;
  solved: string;
  satisfaction: string;
  attitude: string;
  reason_codes: string[];
  words: string;
}
