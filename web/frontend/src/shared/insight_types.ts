// The shapes of /api/v1 for what is seen in many requests together: repeats, incidents (集中诉求) and hot topics (热点). They mirror
// web/api/schemas/{repeats,incidents,hot_topics}.py.
import type { Act } from "./noticeboard_types";
import type { CodeRef, ExplainLine, UnitRef } from "./types";

/** As much of a ticket as a suggestion shows. */
export interface TicketBrief {
  id: number;
  number: string;
  title: string;
  state: string;
  opened_at: string;
  closed_at: string | null;
  unit: UnitRef | null;
}
export type RepeatVerdict = "merge" | "related" | "join" | "again" | "reject";
export interface Repeat {
  ticket: TicketBrief;
  score: number;
  proposal: "merge" | "related" | "again";
  reasons: ExplainLine[];
  /** What speaks against its being the same matter. */
  against: ExplainLine[];
  may: RepeatVerdict[];
  same_citizen: boolean;
}

export interface PlaceChoice { code: string; name: string; path: string | string[] }
/** A place that has to be asked for, with the sentence to ask. */
export interface PlaceQuestion { kind: "ambiguous" | "missing" | "outside" | string; words: string; choices: PlaceChoice[] }

/** Cell of a curve: tickets that came from then on. */
export interface CurvePoint { at: string; count: number }
export interface IncidentRow {
  id: number;
  version: number;
  name: string;
  state: string;
  place: string;
  area: CodeRef | null;
  category: { code: string; path: string } | null;
  size: number;
  people: number;
  /** Tickets put in during the last hour. */
  last_hour: number;
  /** Words of danger that fell in calls about it. */
  alarms: number;
  first_at: string;
  last_at: string;
  found_after: number;
  answer: string;
  keywords: string[];
  main: { id: number; number: string; state: string } | null;
  actions: Act[];
}
export interface IncidentTicketRow {
  id: number;
  number: string;
  title: string;
  opened_at: string;
  address: string;
  state: string;
  likeness: number | null;
  /** Null when the machine put it there. */
  added_by: string | null;
  may_merge: boolean;
}
export interface ReplyLeft { id: number; number: string; reason: string }
export interface ReplyProgress { total: number; done: number; left: ReplyLeft[] }
export interface IncidentDetail extends IncidentRow {
  tickets: IncidentTicketRow[];
  out: IncidentTicketRow[];
  curve: CurvePoint[];
  note: string;
  joined_into_id: number | null;
  /** How far one answer for all has come; null before there is one. */
  reply: ReplyProgress | null;
}
/** An incident that the talk may be about. */
export interface IncidentHint {
  id: number;
  name: string;
  place: string;
  size: number;
  answer: string;
  likeness: number | null;
  main: { id: number; number: string; state?: string } | null;
}

export const HEAT_PARTS = ["many", "fast", "wide", "unhappy"] as const;
export type HeatPart = (typeof HEAT_PARTS)[number];
export interface HotTopic {
  no: number;
  name: string;
  heat: number;
  parts: Record<HeatPart, number>;
  tickets: number;
  people: number;
  from: string;
  to: string;
  place: string;
  areas: { code: string; name: string; tickets: number }[];
  categories: { code: string; path: string; tickets: number }[];
  examples: { id: number; number: string; title: string }[];
  weeks: number[];
  words: string[];
  /** The fullest week less what was usual before it. */
  growth: number;
  /** Opens its tickets in the list. */
  query: string;
}
export interface HotTopics {
  report: number | null;
  starts_at: string;
  ends_at: string;
  /** Null before the first report. */
  made_at: string | null;
  tickets: number;
  topics: HotTopic[];
}
