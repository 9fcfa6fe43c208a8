// The shapes of /api/v1 for what stands beside articles: announcements, agreed wording, the phone book, and what is owed to the
// knowledge base. They mirror web/api/schemas/noticeboard.py and feedback.py.
import type { UnitRef } from "./types";

/** What the reader may do with a thing now, and which fields that takes. */
export interface Act { action: string; needs: string[] }
export type Phase = "coming" | "running" | "over";

export interface PublicAnnouncement {
  id: number;
  kind: string;
  title: string;
  body: string;
  areas: string[];
  places: string;
  starts_at: string;
  ends_at: string;
  phase: Phase;
}
export interface Announcement extends PublicAnnouncement {
  version: number;
  /** None named: the whole city. */
  area_codes: string[];
  is_public: boolean;
  unit: UnitRef | null;
  state: string;
  actions: Act[];
}
export interface Wording {
  id: number;
  version: number;
  title: string;
  event: string;
  keywords: string[];
  words: string;
  not_to_say: string;
  starts_at: string;
  ends_at: string;
  unit: UnitRef | null;
  state: string;
  phase: Phase;
  actions: Act[];
}
export interface Beside {
  announcements: Announcement[];
  wordings: Wording[];
  /** Ids of those that a word of the talk names; the others only run. */
  spoken_announcements: number[];
  spoken_wordings: number[];
}

export interface PublicPhone {
  id: number;
  name: string;
  phones: string[];
  duty_phone: string;
  hours: string;
  address: string;
  note: string;
}
export interface PhoneFacts {
  kind: string;
  name: string;
  phones: string[];
  duty_phone: string;
  hours: string;
  address: string;
  area_code: string | null;
  category_code: string | null;
  keywords: string[];
  note: string;
}
export interface PhoneEntry extends PhoneFacts {
  id: number;
  version: number;
  unit: UnitRef | null;
  state: string;
  replaces_id: number | null;
  /** What the entry says today, when this is a proposed change of it. */
  before: PhoneFacts | null;
  actions: Act[];
}

/** What a thing said at one save. */
export interface SavedLine { number: number; at: string; by: string; content: Record<string, unknown> }

export interface KnowledgeTask {
  id: number;
  kind: string;
  state: string;
  version: number;
  article: { id: number; title: string } | null;
  cluster: { id: number; label: string; size: number } | null;
  unit: UnitRef | null;
  field: string;
  words: string;
  reply: string;
  /** Answered by a change of the article, not by somebody's words. */
  by_itself: boolean;
  asked_at: string;
  asked_by: string;
  due_at: string;
  late: boolean;
  actions: Act[];
}
export interface QuestionCluster {
  id: number;
  label: string;
  size: number;
  first_at: string;
  last_at: string;
  unit: UnitRef | null;
  category_code: string | null;
  /** Its subject in words. */
  category: string;
  article: { id: number; title: string } | null;
  task: { id: number; state: string; due_at: string } | null;
  examples: string[];
  actions: Act[];
}

export interface Suggestion { article_id: number; title: string }
