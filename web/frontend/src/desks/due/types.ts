// What GET /due answers: what the reader owes by a day, late first (web/api/schemas).
import type { Limit, TicketRow, UnitRef } from "@/shared/types";

export interface DueItem { clock_id: number; stage: string; unit: UnitRef | null; limit: Limit; ticket: TicketRow }
export interface DueGroup { key: "overdue" | "today" | "tomorrow" | "week"; total: number; after?: string | null; items: DueItem[] }
export interface DueDay { day: string; working_day: boolean; day_name: string; groups: DueGroup[]; provisional_year: number | null }
