// Days of a period in the city's own time, as YYYY-MM-DD. Pure but for the clock.
const LOCAL_ZONE = "Asia/Shanghai";
const DAY_MS = 86_400_000;
// The Swedish way of writing a date is ISO 8601.
const isoDay = new Intl.DateTimeFormat("sv-SE", { timeZone: LOCAL_ZONE });

/** The last `count` days with today. */
export function lastDays(count: number, now: number = Date.now()): { from: string; to: string } {
  return { from: isoDay.format(now - (count - 1) * DAY_MS), to: isoDay.format(now) };
}
