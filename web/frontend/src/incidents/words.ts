// What is told of an incident in a line: where, since when, how fast it grows. Pure but for the catalogue.
import { t } from "@/shared/i18n";
import type { IncidentRow } from "@/shared/insight_types";
import { shortTime } from "@/shared/time";

type Placed = Pick<IncidentRow, "place" | "area">;

/** Area and place; a place that begins with the area's name does not say it twice. */
export function whereWords({ place, area }: Placed): string {
  if (!area || place.startsWith(area.name)) return place;
  return [area.name, place].filter(Boolean).join(" ");
}

/** Since when, and the last one. */
export const sinceWords = (row: IncidentRow): string => t("incident.since", { first: shortTime(row.first_at), last: shortTime(row.last_at) });

/** How many came in the last hour, when any did. */
export const growthWords = (row: IncidentRow): string => (row.last_hour ? t("incident.last_hour", { n: row.last_hour }) : "");

export const TONES: Record<string, "amber" | "blue" | "green" | "plain"> = { spotted: "amber", confirmed: "blue", answered: "green" };
