// How a row of the catalogue reads.
import { t, word } from "@/shared/i18n";

import type { CatalogueRow, Conditions } from "./types";

const CODED: Record<string, string> = { requester: "catalogue.requester", channel: "channel", profile: "timing.profile", urgency: "urgency" };

/** One condition in words, as "诉求主体：企业". */
export function conditionWords(name: string, values: (string | number)[]): string {
  const group = CODED[name];
  const said = values.map((value) => (group ? word(group, String(value)) : name === "months" ? t("catalogue.month", { n: value }) : String(value)));
  return t("catalogue.condition_is", { name: word("catalogue.condition", name), values: said.join(t("desks.joiner")) });
}

export const conditionsWords = (conditions: Conditions): string[] => Object.entries(conditions).map(([name, values]) => conditionWords(name, values));

/** What tells one row from another in a comparison. */
export const rowLine = (row: CatalogueRow): string =>
  [row.category.path, word("catalogue.area", row.area_rule), ...conditionsWords(row.conditions), row.unit_name || row.unit_rule].join(" · ");
