// The shapes of /api/v1/knowledge as these pages use them; they mirror web/api/schemas/knowledge*.py.
import type { Act } from "@/shared/noticeboard_types";
import type { UnitRef } from "@/shared/types";

export interface KnowledgeCounts {
  drafts: number;
  unit_review: number;
  editor_review: number;
  due: number;
  expiring: number;
  tasks_open: number;
  tasks_late: number;
  clusters: number;
  phone_proposals: number;
}

export type ArticleState = "draft" | "unit_review" | "editor_review" | "published" | "due" | "expired" | "withdrawn" | "taken";
export type { Act };

export interface ArticleRow {
  id: number;
  code: string | null;
  title: string;
  state: ArticleState;
  revision: number;
  category_code: string | null;
  category_path: string[];
  material: string;
  secrecy: "public" | "internal";
  owner_unit: UnitRef | null;
  effective_from: string | null;
  effective_to: string | null;
  review_due: string | null;
  step_due_at: string | null;
  replaces_id: number | null;
  change: { id: number; state: ArticleState } | null;
  updated_at: string;
  /** Parts of the title that the search words found: start and end, counted in characters. */
  highlights?: [number, number][];
  uses?: number | null;
}

export interface ArticleFile { sha256: string; name: string; content_type: string; size_bytes: number }
export interface ArticleStep { action: string; source: string; target: string; note: string; at: string; by: string }
export interface Standing { shown: number; used: number; helpful: number; not_helpful: number }

/** What somebody writes in an article; dates as YYYY-MM-DD. */
export interface ArticleWords {
  title: string;
  questions: string[];
  answer_agent: string;
  answer_public: string;
  category_code: string | null;
  item_code: string;
  area_code: string | null;
  audience: string;
  source_document: string;
  source_number: string;
  source_date: string | null;
  issuing_body: string;
  material: string;
  keywords: string[];
  secrecy: "public" | "internal";
  effective_from: string | null;
  effective_to: string | null;
  review_due: string | null;
}

export interface ArticleDetail extends Omit<ArticleRow, keyof ArticleWords>, ArticleWords {
  version: number;
  actions: Act[];
  source: string;
  attachments: ArticleFile[];
  steps: ArticleStep[];
  origin: string | null;
  ticket_id: number | null;
  owner_unit_id: number | null;
  review_note: string;
  /** The article a change will be taken into: its newest revision, and the one the change began from. */
  replaces: { id: number; title: string; revision: number; began_from: number } | null;
  tasks_open: number;
  standing: Standing | null;
}

export interface ArticleVersion { revision: number; at: string; by: string; note: string }
export interface Part { kind: "same" | "removed" | "added"; text: string }
export interface FieldDifference { field: string; left: unknown; right: unknown; changed: boolean; parts: Part[] }
export interface Comparison { left: string | number; right: string | number; fields: FieldDifference[] }
