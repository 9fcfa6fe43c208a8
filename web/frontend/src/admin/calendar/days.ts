// A year's days as the page shows them: what is stored with what has been changed here and not yet applied. Until the
// server has the change, a plain day counts as worked from Monday to Friday.
import type { CalendarDay, DayChange } from "../timing/types";

const SATURDAY = 6;

const worksBy = (weekday: number, kind: DayChange["kind"]): boolean => (kind === null ? weekday < SATURDAY : kind === "workday");

/** The stored days with the changes laid over them. */
export function asShown(days: CalendarDay[], edited: Map<string, DayChange>): CalendarDay[] {
  return days.map((one) => {
    const change = edited.get(one.day);
    return change ? { ...one, kind: change.kind, name: change.name, works: worksBy(one.weekday, change.kind) } : one;
  });
}

/** The days that differ from their weekday, which is what the server takes as the year. */
export function worksAfter(days: CalendarDay[]): DayChange[] {
  return days.filter((one) => one.kind !== null).map(({ day, kind, name }) => ({ day, kind, name }));
}

/** What a file changes of the stored year: its rows, and the stored special days that it no longer names. */
export function changesOf(days: CalendarDay[], read: DayChange[]): Map<string, DayChange> {
  const named = new Map(read.map((one) => [one.day, one]));
  const found = new Map<string, DayChange>();
  for (const one of days) {
    const change = named.get(one.day) ?? { day: one.day, kind: null, name: "" };
    if (change.kind !== one.kind || (change.kind && change.name !== one.name)) found.set(one.day, change);
  }
  return found;
}
