// What stands in the answer while cards, wordings and phone numbers are put into it: words that the agent wrote are never replaced.
// Pure.

/** Class of the dialog in which the keys of cards and wordings go on putting words into the answer. */
export const ANSWER_DIALOG = "answer-dialog";

export interface Answering {
  answer: string;
  /** What a key put there last; the agent touched nothing while the answer still says just that. */
  inserted: string;
}

/** Whether the agent wrote in it. */
export const isOwn = (now: Answering) => !!now.answer.trim() && now.answer !== now.inserted;

/** The answer with these words put in: below what the agent wrote, instead of what another key put there. */
export function withWords(now: Answering, words: string): Answering {
  if (!words || now.answer.includes(words)) return { ...now };
  return isOwn(now) ? { answer: `${now.answer.trimEnd()}\n${words}`, inserted: "" } : { answer: words, inserted: words };
}
