// What GET /knowledge/report answers (web/api/schemas/knowledge*.py); rates are shares of 0-1.
import type { UnitRef } from "@/shared/types";

export interface ReportUnit { unit: UnitRef; articles: number; due: number; late_tasks: number; used: number; helpful_rate: number | null }
export interface ReportArticle { article_id: number; title: string; used: number }
export interface KnowledgeReport {
  month: string;
  totals: {
    articles: number; answering: number; due: number; expired: number; shown: number; used: number; hit_rate: number | null;
    helpful: number; not_helpful: number; questions: number; unanswered: number;
  };
  units: ReportUnit[];
  top: ReportArticle[];
  unused: { article_id: number; title: string; shown?: number }[];
  corrections: { asked: number; in_time: number; late: number };
}
