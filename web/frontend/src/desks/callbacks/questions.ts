// The questions of a call-back, their choices in the order of the digits that answer them, and what the answers lead to.
// Pure; the contract is schemas/callbacks.py, the answers that lead to a review come with the row, as the city's rules say.
import type { CallbackRow, Question, Scale } from "@/shared/types";

export const CONNECT_RESULTS = ["reached", "no_answer", "busy", "off", "wrong_number", "refused", "third_person"];
export const RESPONDENTS = ["self", "family", "other"];

const LEVELS: Record<Scale, string[]> = {
  five: ["very_satisfied", "satisfied", "fairly_satisfied", "dissatisfied", "very_dissatisfied"],
  three: ["satisfied", "fairly_satisfied", "dissatisfied"],
};

export interface Asked {
  key: Question;
  /** Catalogue group of the choices. */
  words: string;
  choices: string[];
  /** Whether the call can be recorded without it. */
  optional: boolean;
}
export type Given = Record<Question, string>;

/** The questions of one call: three about the matter, then how the requester was treated. */
export function questionsOf(scale: Scale): Asked[] {
  return [
    { key: "contacted", words: "contacted", choices: ["yes", "no", "unknown"], optional: false },
    { key: "solved", words: "solved", choices: ["yes", "partly", "no", "unclear"], optional: false },
    { key: "satisfaction", words: "satisfaction", choices: LEVELS[scale], optional: false },
    { key: "attitude", words: "attitude", choices: LEVELS[scale], optional: true },
  ];
}

/** Whether a reason is worth asking for. */
export function asksReason(given: Given): boolean {
  return ["no", "partly"].includes(given.solved) || [given.satisfaction, given.attitude].some((level) => level.endsWith("dissatisfied"));
}

/** What the answers lead to by the table that came with the row: its first row that holds; closed when none does. */
export function followsOf(given: Given, consequences: CallbackRow["consequences"]): "review" | "closed" {
  const holds = (when: Partial<Record<Question, string[]>>) => Object.entries(when).every(([key, codes]) => codes?.includes(given[key as Question]));
  return consequences.find((row) => holds(row.when))?.then === "doubt" ? "review" : "closed";
}
