// The shapes of /api/v1 that the citizens' pages use; the officers' are in types.ts.
import type { Reason, Scale } from "./opinion_types";
import type { Attachment, TicketState, TicketType } from "./types";

export interface Submitted { number: string; query_code: string; due_at: string | null; due_provisional: boolean }
export interface PublicLine { at: string; action: string; state_to: string; unit: string; text: string }
export interface PublicTicket {
  number: string;
  title: string;
  body: string;
  type: TicketType;
  state: TicketState;
  unit: string;
  opened_at: string;
  closed_at: string | null;
  due_at: string | null;
  due_provisional: boolean;
  public_reply: string;
  timeline: PublicLine[];
  attachments: Attachment[];
  can_add: boolean;
  can_urge: boolean;
  can_evaluate: boolean;
  /** Of the evaluation: its levels and the reasons to choose from. */
  scale: Scale;
  reasons: Reason[];
}
export interface PublicAnswer {
  article_id: number;
  title: string;
  answer: string;
  source: string;
  confidence: number;
  sure: boolean;
}
export interface PublicAnswers { answer: PublicAnswer | null; others: PublicAnswer[] }
