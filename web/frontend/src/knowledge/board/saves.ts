// What one save of a thing changed, field by field, from the saves as they are kept. Pure.
import type { SavedLine } from "@/shared/noticeboard_types";

export interface FieldChange { field: string; before: string; after: string }
export interface SaveChange { line: SavedLine; action: string; changes: FieldChange[] }

// The move and where it led are told by the line itself; ids say nothing to a reader.
const UNTOLD = new Set(["version", "id", "replaces_id", "unit_id", "action", "state"]);

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join("\n");
  if (value === true) return "✓";
  if (value === false || value === null || value === undefined) return "";
  return String(value);
}

/** The saves with what each changed, the newest first; the oldest says everything. */
export function changesOf(lines: readonly SavedLine[]): SaveChange[] {
  const ascending = [...lines].sort((a, b) => a.number - b.number);
  const changed = ascending.map((line, index) => ({
    line,
    action: shown(line.content.action),
    changes: differences(ascending[index - 1]?.content ?? {}, line.content),
  }));
  return changed.reverse();
}

/** Fields that differ, in the order in which the later one has them. */
export function differences(before: Record<string, unknown>, after: Record<string, unknown>): FieldChange[] {
  return Object.keys({ ...after, ...before })
    .filter((field) => !UNTOLD.has(field))
    .map((field) => ({ field, before: shown(before[field]), after: shown(after[field]) }))
    .filter((change) => change.before !== change.after);
}
