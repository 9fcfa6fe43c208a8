// The shapes of /api/v1 as the pages use them. They mirror web/api/schemas/*.py, which is the contract; a field that
// changes there changes here. Times are ISO 8601 strings with an offset.

import type { PlaceQuestion, Repeat } from "./insight_types";
import type { Appeal, CallbackFact, MarkFact, Order, Reason, ReviewFact } from "./opinion_types";

export * from "./insight_types";
export * from "./opinion_types";
export * from "./portal_types";

export type TicketType = "enquiry" | "help" | "complaint" | "report" | "suggestion" | "praise" | "other" | "bad_mark";
export type Urgency = "normal" | "urgent" | "critical";
export type TicketState =
  | "answered" | "to_check" | "incomplete" | "pending" | "informed" | "handed_over" | "dispatched" | "handling" | "suspended"
  | "audit" | "callback" | "review" | "merged" | "closed" | "withdrawn" | "terminated" | "archived";
export type AssignmentState =
  | "to_sign" | "signed" | "contacted" | "replied" | "returned" | "recalled" | "copied" | "ended";
export type Secrecy = "normal" | "confidential" | "strict";
export type LimitState = "running" | "near" | "over" | "stopped";
export type Role =
  | "agent" | "dispatcher" | "reply_auditor" | "supervisor" | "callback_agent" | "knowledge_editor" | "shift_leader"
  | "manager" | "administrator" | "quality_inspector" | "unit_admin" | "liaison" | "handler" | "section_head" | "signing_head";

export interface UnitRef { id: number; name: string }
export interface OfficerRef { id: number; name: string }
export interface CodeRef { code: string; name: string }
export interface HandlingPath extends CodeRef { channel: string }
export interface Limit {
  stage: string;
  due_at: string;
  state: LimitState;
  provisional: boolean;
  working_days_left: number | null;
}
export interface Attachment { token: string; name: string; content_type: string; size_bytes: number; kind: string }
export interface Page<T> { items: T[]; after: string | null; total: number | null }
export interface Items<T> { items: T[] }

export interface Me {
  id: number;
  name: string;
  roles: Role[];
  units: UnitRef[];
  locale: Locale;
  pages: string[];
  csrf_token: string;
  unread: number;
}
export type Locale = "zh-CN" | "en";
export interface Notice {
  id: number;
  code: string;
  title: string;
  text: string;
  args: Record<string, unknown>;
  ticket_id: number | null;
  /** The page of what it is about. */
  link: string | null;
  at: string;
  read_at: string | null;
}
export interface Inbox { items: Notice[]; unread: number }
export interface SentMessage { at: string; to: string; channel: string; title: string; text: string }

export interface TicketRow {
  id: number;
  number: string;
  title: string;
  type: TicketType;
  urgency: Urgency;
  state: TicketState;
  channel: string;
  category: CodeRef | null;
  area: string[];
  unit: UnitRef | null;
  opened_at: string;
  closed_at: string | null;
  due: Limit | null;
  round: number;
  urge_count: number;
  return_asked: boolean;
  confidential: boolean;
  secrecy: Secrecy;
  important: boolean;
  repeat_of_id: number | null;
  version: number;
}
export interface TicketRef { id: number; number: string }
export interface TicketLink { kind: string; ticket: TicketRef; note: string; at: string }
export interface Requester { id: number | null; name: string; phone: string; masked: boolean; revealable: boolean; reply_wanted: boolean }
export interface Action { action: string; on: "ticket" | "assignment" | "order"; id: number; needs: string[] }
export interface Assignment {
  id: number;
  unit: UnitRef;
  role: "lead" | "assist" | "copied" | "sub";
  parent_id: number | null;
  designated: boolean;
  return_until: string | null;
  named_officer: OfficerRef | null;
  on_time: boolean | null;
  limit_given: string | null;
  round: number;
  state: AssignmentState;
  version: number;
  note: string;
  dispatched_at: string;
  signed_at: string | null;
  contacted_at: string | null;
  replied_at: string | null;
  limits: Limit[];
  solved: string | null;
  reply_internal: string;
  reply_public: string;
}
export interface RequestRow {
  id: number;
  kind: string;
  state: string;
  assignment_id: number;
  data: Record<string, unknown>;
  asked_at: string;
  asked_by: string;
  decided_at: string | null;
  decision: string;
  ladder: Role[];
  step: number;
  approvals: Approval[];
}
export interface Approval { role: string; by: string; at: string; note: string }
export interface AskedRow { request: RequestRow; ticket: TicketRow; unit: UnitRef }
export interface Ruling {
  id: number;
  ticket: TicketRef;
  category: CodeRef | null;
  parties: UnitRef[];
  unit: UnitRef;
  evidence: string;
  decision: string;
  basis: string;
  at: string;
}
export interface BulkResult { id: number; ok: boolean; error?: { code: string; message: string } | null }
export interface TimelineLine {
  seq: number;
  at: string;
  action: string;
  officer: string;
  unit: string;
  state_from: string;
  state_to: string;
  text: string;
  data: Record<string, unknown>;
  public: boolean;
}
export interface ExplainLine { code: string; args: Record<string, unknown> }
export interface TransferFact {
  id: number;
  partner: string;
  state: string;
  overdue: boolean;
  receipt_no: string | null;
  voice_state: string;
  voice_answered_by: string | null;
  voice_answered_at: string | null;
  created_at: string;
  sent_at: string | null;
  receipt_at: string | null;
  reason: string;
}
export interface TicketDetail extends TicketRow {
  body: string;
  wanted: string;
  address: string;
  area_code: string;
  requester: Requester;
  opened_by: string;
  public_reply: string;
  profile: string;
  path: CodeRef | null;
  contact_id: number | null;
  total_due: Limit | null;
  assignments: Assignment[];
  requests: RequestRow[];
  timeline: TimelineLine[];
  attachments: Attachment[];
  callbacks: CallbackFact[];
  reviews: ReviewFact[];
  appeals: Appeal[];
  /** Grounds on which a unit may object. */
  appeal_reasons: Reason[];
  marks: MarkFact[];
  transfers: TransferFact[];
  explain: ExplainLine[];
  actions: Action[];
  /** Whether title and text are the requester's own words; else they are redacted. */
  original: boolean;
  redacted_title: string;
  redacted_body: string;
  redaction_needed: boolean;
  complained_unit: UnitRef | null;
  merged_into: TicketRef | null;
  merged: TicketRef[];
  parent: TicketRef | null;
  children: TicketRef[];
  links: TicketLink[];
  orders: Order[];
  handed_to: CodeRef | null;
  resume_at: string | null;
  answerable_unit: UnitRef | null;
}
export interface Revealed { field: string; value: string }
export interface ViewCounts { counts: Record<string, number> }
export interface Candidate { unit: UnitRef; score: number; probability?: number; reasons: ExplainLine[]; legal_basis: string }
export interface Proposal { ticket_id: number | null; candidates: Candidate[]; assist: UnitRef[] }

export interface Call {
  id: string;
  state: string;
  number: string;
  origin: string;
  offered_at: string;
  answered_at: string | null;
  ended_at: string | null;
  agent: string | null;
  contact_id: number | null;
  audio_port: number;
}
/** A call whose audio came and that nobody took. */
export interface UntakenCall extends Call { audio_seconds: number; words: string }
/** Characters `start` to `end` of a text, and the seconds of the recording in which they were said. */
export interface Spoken { start: number; end: number; from_s: number; to_s: number }
/** A name of the city that may be meant there. */
export interface Suggestion { start: number; end: number; name: string; likeness: number }
export interface Segment {
  seq: number;
  /** Its name: as long as it grows and when it is said anew, the same. It begins with that of its leg. */
  utterance: string;
  role: string;
  text: string;
  start_s: number;
  end_s: number;
  times: Spoken[];
  suggestions: Suggestion[];
  revision: number;
  corrected_by_name: string | null;
}
/** A recording of a party, whose seconds count from `offset_s` of the call. `trouble`: why not all of it is heard as it is spoken. */
export interface Leg { stream: string; role: string; offset_s: number; trouble: string }
/** A stretch of a leg that was not heard; state live, waiting or failed. */
export interface Gap { stream: string; role: string; from_s: number; to_s: number; state: string }
export interface Transcript { call_id: string; segments: Segment[]; legs: Leg[]; gaps: Gap[] }
export interface Matter { segments: number[]; title: string }
export interface GrowingAlert { call_id: string; utterance: string; state: string; word: string; level: string; partner: string }
export interface Evidence { seq: number; start: number; end: number }
export interface DraftField { value: string; source: "machine" | "person"; confidence: number | null; evidence: Evidence[] }
export interface Draft {
  id: number;
  contact_id: number;
  state: string;
  version: number;
  fields: Record<string, DraftField>;
  candidates: Candidate[];
  repeats: Repeat[];
  /** A place that has to be asked for. */
  place_question?: PlaceQuestion | null;
  ticket_id: number | null;
  /** Several matters that were told, to be split. */
  matters: Matter[];
  ticket_number: string | null;
}
export interface Card {
  article_id: number;
  title: string;
  answer: string;
  source: string;
  confidence: number;
  sure: boolean;
  because: string;
  effective_to: string | null;
}
/** Cards for words that were looked up. `noted`: no sure answer, and the question stands on the editors' list. */
export interface Cards { items: Card[]; asked_id?: number | null; noted?: boolean; degraded?: boolean }
export interface Alert {
  id: number;
  word: string;
  level: string;
  partner: string;
  at: string;
  choice: string | null;
  reason: string;
}
export interface CitizenCard { id: number | null; name: string; phone: string; contacts: number; tickets: number }
export interface Contact {
  id: number;
  channel: string;
  number: string;
  opened_at: string;
  closed_at: string | null;
  summary_code: string | null;
  /** What the call was about, drawn up when it ends. */
  summary: string;
  note: string;
  call: Call | null;
  citizen: CitizenCard;
  open_tickets: TicketRow[];
  history: TicketRow[];
  drafts: Draft[];
  alerts: Alert[];
  transfers: TransferFact[];
  transcript: Segment[];
}
export interface UnitRow {
  id: number;
  code: string;
  name: string;
  level: string;
  kind: string;
  phone: string;
  superior: UnitRef | null;
}
export interface CategoryNode {
  code: string;
  name: string;
  path: string[];
  leaf: boolean;
  definition: string;
  contrast: string;
  extra: Record<string, unknown>;
}
export interface AreaNode { code: string; name: string; level: string; parent_code: string | null }

export interface Metric {
  key: string;
  value: number | null;
  gross: number | null;
  numerator: number;
  denominator: number;
  excluded: number;
  target: number | null;
  formula: string;
  numerator_query: string;
  denominator_query: string;
}
export interface DayNumbers { day: string; received: number; direct: number; dispatched: number; closed: number }
export interface UnitNumbers {
  unit: UnitRef;
  unit_class: string;
  dispatched: number;
  open: number;
  overdue: number;
  on_time: number | null;
  satisfaction: number | null;
  resolution: number | null;
  returned: number;
}
export interface CategoryNumbers { code: string; name: string; count: number }
export interface Board {
  start: string;
  end: string;
  metrics: Metric[];
  calls: { judged: number; content: number; value: number | null; formula: string };
  days: DayNumbers[];
  units: UnitNumbers[];
  categories: CategoryNumbers[];
}
