// What the import, export, bundle and guide routes answer (web/api/schemas/knowledge*.py).
export interface Finding { row: number; field: string; rule: string; given: string; level: "error" | "warning"; message: string }
/** `state`: checked (dry run), waiting, running, finished; in lists without findings. */
export interface ImportRun {
  id: number;
  name: string;
  dry: boolean;
  becomes: string;
  total: number;
  done: number;
  taken: number;
  refused: number;
  state: "checked" | "waiting" | "running" | "finished";
  may_be_taken: boolean;
  findings: Finding[];
  requested_at: string;
  finished_at: string | null;
}
export interface ImportRuns { items: ImportRun[]; choices: string[]; most: number }
export interface Bundle { name: string; size_bytes: number; at: string; edition: "staff" | "public"; articles: number }
export interface GuideState {
  configured: boolean;
  source: string;
  running: boolean;
  synced_at: string | null;
  taken: number;
  removed: number;
  failed: number;
  /** Code of what broke the last look off. */
  error: string;
  findings: { origin_id: string; field: string; rule: string; message: string }[];
  articles: number;
}
