// Evaluations by citizens: the questions and their choices, and the token of a link, which never stands in an address for long.
import type { EvaluationGiven, Question, Scale } from "@/shared/types";

const TOKEN_KEY = "portal-evaluation";

const LEVELS: Record<Scale, readonly string[]> = {
  five: ["very_satisfied", "satisfied", "fairly_satisfied", "dissatisfied", "very_dissatisfied"],
  three: ["satisfied", "fairly_satisfied", "dissatisfied"],
};
/** Whoever is judged by it may stay unjudged: the evaluation counts without. */
export const OPTIONAL: readonly Question[] = ["attitude"];

/** The choices of a question, best first. */
export function choicesOf(question: Question, scale: Scale): readonly string[] {
  if (question === "contacted") return ["yes", "no", "unknown"];
  if (question === "solved") return ["yes", "partly", "no", "unclear"];
  return LEVELS[scale];
}

export const blankEvaluation = (): EvaluationGiven => ({ contacted: "", solved: "", satisfaction: "", attitude: "", reason_codes: [], words: "" });

/** Whether it is worth asking what was wrong. */
export function isUnhappy(given: EvaluationGiven): boolean {
  return ["no", "partly"].includes(given.solved) || [given.satisfaction, given.attitude].some((level) => level.endsWith("dissatisfied"));
}

/** The token behind `#` of the link that was opened; taken out of the address bar and kept for this tab until it is used. */
export function takeToken(): string {
  const given = location.hash.slice(1);
  if (!given) return sessionStorage.getItem(TOKEN_KEY) ?? "";
  sessionStorage.setItem(TOKEN_KEY, given);
  history.replaceState(history.state, "", location.pathname);
  return given;
}

export const forgetToken = (): void => sessionStorage.removeItem(TOKEN_KEY);
