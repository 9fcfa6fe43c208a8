// The fields of an article in the order of the form, and how a value of one is read by people.
import { word } from "@/shared/i18n";
import { dayTime } from "@/shared/time";

import type { ArticleWords } from "../types";

export const SINGLE_FIELDS = ["item_code", "area_code", "audience", "source_document", "source_number", "source_date", "issuing_body"] as const;
const DAYS: readonly string[] = ["source_date", "effective_from", "effective_to", "review_due"];
const PLACES: readonly string[] = ["category_code", "area_code"];

export const EMPTY_WORDS: ArticleWords = {
  title: "", questions: [], answer_agent: "", answer_public: "", category_code: null, item_code: "", area_code: null, audience: "",
  source_document: "", source_number: "", source_date: null, issuing_body: "", material: "", keywords: [], secrecy: "public",
  effective_from: null, effective_to: null, review_due: null,
};
export const FIELDS = Object.keys(EMPTY_WORDS) as (keyof ArticleWords)[];

/** The value of a field as words; lists line by line, nothing as an empty text. */
export function valueWords(field: string, value: unknown, nameOf: (code: string | null) => string): string {
  if (value === null || value === undefined || value === "") return "";
  if (Array.isArray(value)) return value.map((one) => (typeof one === "object" ? String((one as { name?: string }).name ?? "") : String(one))).join("\n");
  if (DAYS.includes(field)) return dayTime(String(value));
  if (PLACES.includes(field)) return nameOf(String(value));
  return field === "secrecy" ? word("knowledge.secrecy", String(value)) : String(value);
}
