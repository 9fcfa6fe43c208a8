// The questions of a call-back and their choices, in the order of the digits that answer them. Pure; the contract is schemas/callbacks.py.
export const CONNECT_RESULTS = ["reached", "no_answer", "busy", "off", "wrong_number", "refused", "third_person"];

export interface Question {
  key: "contacted" | "solved" | "satisfaction";
  /** Catalogue group of the choices. */
  words: string;
  choices: string[];
}

export const QUESTIONS: Question[] = [
  { key: "contacted", words: "contacted", choices: ["yes", "no", "unknown"] },
  { key: "solved", words: "solved", choices: ["yes", "partly", "no", "unclear"] },
  {
    key: "satisfaction",
    words: "satisfaction",
    choices: ["very_satisfied", "satisfied", "fairly_satisfied", "dissatisfied", "very_dissatisfied"],
  },
];

/** Whether a reason is worth asking for. What follows from the answers is for the city's rules, on the server. */
export function asksReason(answers: { solved: string; satisfaction: string }): boolean {
  return ["no", "partly"].includes(answers.solved) || answers.satisfaction.endsWith("dissatisfied");
}
