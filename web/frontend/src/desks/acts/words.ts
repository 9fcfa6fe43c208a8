// What the fields of an action's form are called, and what belongs into them. A field may be called more exactly in one action's form.
import { i18n, t, word } from "@/shared/i18n";

const { te } = i18n.global;

/** The label of a field in the form of that action. */
export function labelOf(action: string, name: string): string {
  const exact = `desks.given_of.${action}_${name}`;
  return te(exact) ? t(exact) : word("desks.given", name);
}

/** What to write into it, where the trade expects something particular. */
export function hintOf(action: string, name: string): string | undefined {
  const exact = `desks.hint_of.${action}_${name}`;
  return te(exact) ? t(exact) : undefined;
}
