// What /api/v1/admin/catalogue and /admin/duties answer (web/api/schemas/catalogue.py).
import type { Candidate, ExplainLine, UnitRef } from "@/shared/types";

export type Standing = "coming" | "in_force" | "past" | "withdrawn";
export interface CatalogueVersion {
  number: number;
  effective_from: string;
  state: Standing;
  rows: number;
  source_name: string;
  note: string;
  made_at: string;
  made_by: string | null;
}
export interface Catalogue { versions: CatalogueVersion[]; current: number | null }
export interface CategoryRef { code: string; path: string }
export interface Assisting { rule: string; name: string }
export type Conditions = Record<string, (string | number)[]>;
export interface CatalogueRow {
  id: number;
  category: CategoryRef;
  area_rule: string;
  conditions: Conditions;
  unit_rule: string;
  unit_name: string;
  assist: Assisting[];
  legal_basis: string;
  source: string;
  effective_from: string | null;
  effective_to: string | null;
}
export interface Finding { row: number; field: string; rule: string; message?: string; given: string }
export interface ListOutcome {
  dry: boolean;
  rows: number;
  added: number;
  changed: number;
  removed: number;
  unchanged: number;
  findings: Finding[];
  version?: number | null;
}
export interface Difference { added: CatalogueRow[]; removed: CatalogueRow[]; changed: { before: CatalogueRow; after: CatalogueRow }[] }
export interface GuessedCategory { code: string; path: string; probability: number; words: string[] }
export interface Trial {
  place: { area_code: string | null; path: string; words: string[] | string; question: { words: string } | null };
  categories: GuessedCategory[];
  candidates: Candidate[];
  assist: UnitRef[];
  guards: ExplainLine[];
  catalogue_version: number;
  model_number: number | null;
  automatic: boolean;
}
export interface Coverage {
  totals: Record<string, number>;
  categories_without_unit: { code: string; path: string; areas: string[] }[];
  units_without_rows: UnitRef[];
  units_without_duties: UnitRef[];
  rows_outside_duties: { row: CatalogueRow; unit: UnitRef }[];
  ending: CatalogueRow[];
}
export interface DutyRow { id: number; unit: UnitRef; category: CategoryRef; basis: string; effective_from: string; effective_to: string | null }
