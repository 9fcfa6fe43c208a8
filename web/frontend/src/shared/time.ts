// Times in words people use: 剩余3小时, 剩余2个工作日, 已超期1天. The exact moment stays within reach (`exactTime`).
// The server decides what is near or over and counts working days; nothing here knows a calendar.
import { t } from "./i18n";
import { page } from "./page";
import type { Limit } from "./types";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const LOCAL_ZONE = "Asia/Shanghai";
/** How a field for day and time hands over what was chosen: the city's time, wherever the browser stands. That zone has one offset. */
export const LOCAL_MOMENT = "YYYY-MM-DDTHH:mm:ss[+08:00]";

const LOCAL_OFFSET_MS = 8 * HOUR;
/** A moment of the server as such a field takes it. */
export const localMoment = (at: string): string => `${new Date(new Date(at).getTime() + LOCAL_OFFSET_MS).toISOString().slice(0, 19)}+08:00`;

function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(page.locale, { timeZone: LOCAL_ZONE, hourCycle: "h23", ...options });
}

const exact = format({ year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" });
const short = format({ month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" });
const clock = format({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const dayOnly = format({ year: "numeric", month: "2-digit", day: "2-digit" });

/** 2026/11/22 14:05, local time. */
export const exactTime = (at: string | null): string => (at ? exact.format(new Date(at)) : "");
/** 11/22 14:05. */
export const shortTime = (at: string | null): string => (at ? short.format(new Date(at)) : "");
/** 14:05:09. */
export const clockTime = (at: string | null): string => (at ? clock.format(new Date(at)) : "");
/** 2026/11/22. */
export const dayTime = (at: string | null): string => (at ? dayOnly.format(new Date(at)) : "");

function span(milliseconds: number): string {
  if (milliseconds >= DAY) return t("time.days", { n: Math.floor(milliseconds / DAY) });
  if (milliseconds >= HOUR) return t("time.hours", { n: Math.floor(milliseconds / HOUR) });
  return t("time.minutes", { n: Math.max(1, Math.floor(milliseconds / MINUTE)) });
}

/** How much of a limit is left or how far it is passed. `now` in milliseconds, for tests and ticking clocks. */
export function limitWords(limit: Limit, now: number = Date.now()): string {
  const left = new Date(limit.due_at).getTime() - now;
  if (limit.state === "stopped") return t("time.stopped");
  if (limit.state === "over" || left < 0) return t("time.over", { span: span(Math.abs(left)) });
  if (limit.working_days_left !== null && limit.working_days_left >= 1) {
    return t("time.left", { span: t("time.working_days", { n: limit.working_days_left }) });
  }
  return t("time.left", { span: span(left) });
}

/** How long ago, for lists of recent things; the exact time from a day on. */
export function agoWords(at: string, now: number = Date.now()): string {
  const passed = now - new Date(at).getTime();
  if (passed < MINUTE) return t("time.just_now");
  return passed < DAY ? t("time.ago", { span: span(passed) }) : shortTime(at);
}

/** 3:07 – seconds as minutes and seconds. */
export function minutes(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** 3:07 – minutes and seconds since a moment; talking and waiting times. */
export function duration(since: string, now: number = Date.now()): string {
  return minutes((now - new Date(since).getTime()) / 1000);
}
