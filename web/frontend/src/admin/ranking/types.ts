// What /api/v1/admin/ranking and /dispatch/samples answer (web/api/schemas/ranking.py).
import type { ExplainLine, UnitRef } from "@/shared/types";

export interface Metrics { top1: number; top3: number; macro_f1: number; ece: number; at_70: number; at_50: number; coverage_95: number; seconds: number; ms: number }
export interface Switched { action: string; at: string; by: string | null; note: string }
export interface Model {
  number: number;
  trained_at: string;
  tickets: number;
  since: string;
  until: string;
  metrics: Partial<Metrics>;
  note: string;
  live: boolean;
  switched: Switched[];
}
export interface Month { month: string; decisions: number; top1: number; top3: number; returned: number; overridden: number; automatic: number; samples: number; samples_right: number }
export interface OfCategory { code: string; path: string; decisions: number; top1: number; top3: number; returned: number }
export interface OfUnit { unit: UnitRef; decisions: number; top1: number; returned: number }
export interface Bin { from: number; to: number; said: number; was: number; count: number }
export interface Ranking {
  live: number | null;
  models: Model[];
  baseline: Partial<Metrics> | null;
  curve: { share: number; accuracy: number }[];
  quality: { months: Month[]; categories: OfCategory[]; units: OfUnit[]; calibration: Bin[]; drift: { mix: number; top1_before: number | null; top1_now: number | null; since: string } | null };
  automatic: { allowed: boolean; precision: number; threshold: number | null; sample_share: number; categories: string[] };
  training: { state: string; started_at: string } | null;
}
export interface Sample { id: number; ticket: { id: number; number: string; title: string }; unit: UnitRef; probability: number; reasons: ExplainLine[]; at: string }
