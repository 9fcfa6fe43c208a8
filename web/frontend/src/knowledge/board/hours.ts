// From when until when a new notice stands unless somebody says otherwise: sensible beginnings, in the city's time. Pure.
import { localMoment } from "@/shared/time";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const CLOSING_HOUR = 18;
const SHORTEST_HOURS = 2;

/** The city's moment for a time, cut to the half hour before it. */
function halfHour(at: number): string {
  const half = HOUR_MS / 2;
  return localMoment(new Date(Math.floor(at / half) * half).toISOString());
}

/** The same day's closing hour. */
const closingOf = (moment: string) => `${moment.slice(0, 11)}${CLOSING_HOUR}:00:00${moment.slice(19)}`;

/** From now to the end of the working day; when that is near, to the end of the next. */
export function thisDay(now: number): { starts_at: string; ends_at: string } {
  const starts_at = halfHour(now);
  const today = closingOf(starts_at);
  const far = new Date(today).getTime() - now >= SHORTEST_HOURS * HOUR_MS;
  return { starts_at, ends_at: far ? today : closingOf(halfHour(now + DAY_MS)) };
}

/** From now for so many days, to the end of the last. */
export function forDays(now: number, days: number): { starts_at: string; ends_at: string } {
  return { starts_at: halfHour(now), ends_at: closingOf(halfHour(now + days * DAY_MS)) };
}
