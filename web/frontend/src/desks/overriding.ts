// A dispatch against a guard (outside a unit's duties, or pushed to the grass roots): the reason is asked for, and kept with it.
import { ApiError } from "@/shared/api";
import { t } from "@/shared/i18n";
import { ElMessageBox } from "element-plus";

const GUARDS = new Set(["outside-duties", "grass-roots"]);
const LEAST = 2;

export function isGuarded(caught: unknown): caught is ApiError {
  return caught instanceof ApiError && caught.isConflict && GUARDS.has(String(caught.details.reason));
}

/** Why it goes there all the same; nothing when the reader thinks better of it. */
export async function askOverride(refused: ApiError): Promise<string | null> {
  const least = typeof refused.details.least === "number" ? refused.details.least : LEAST;
  const instead = Array.isArray(refused.details.instead) ? refused.details.instead.join(t("desks.joiner")) : "";
  const lines = [refused.message, instead && t("desks.override.instead", { units: instead })].filter(Boolean).join(" ");
  const enough = (words: string) => words.trim().length >= least || t("desks.override.least", { n: least });
  const asked = ElMessageBox.prompt(lines, t("desks.override.title"), {
    inputType: "textarea", inputPlaceholder: t("desks.override.hint"), inputValidator: enough,
    confirmButtonText: t("desks.override.confirm"), cancelButtonText: t("common.cancel"), closeOnClickModal: false,
  });
  return asked.then(({ value }) => value.trim(), () => null);
}
