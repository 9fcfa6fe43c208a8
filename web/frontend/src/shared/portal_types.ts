// The shapes of /api/v1 that the citizens' pages use; the officers' are in types.ts.
import type { PublicAnnouncement } from "./noticeboard_types";
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
  category_code?: string | null;
}
export interface PublicAnswers {
  asked_id?: number | null;
  answer: PublicAnswer | null;
  others: PublicAnswer[];
  announcements?: PublicAnnouncement[];
  /** The search server is away; the embedded index answered. */
  degraded?: boolean;
}
export interface PublicArticle {
  article_id: number;
  title: string;
  answer: string;
  source: string;
  effective_to: string | null;
  category_code?: string | null;
  attachments?: { sha256: string; name: string }[];
}
export interface PublicRow { article_id: number; title: string }
export interface HotQuestion extends PublicRow { asked: number }
/** A subject with the number of public articles in it and below. */
export interface PublicCategory { code: string; name: string; count: number; children?: PublicCategory[] }
