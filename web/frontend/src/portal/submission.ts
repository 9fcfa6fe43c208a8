// What a citizen has written so far, and the question it began with. It survives a reload in this tab, and its key makes sending
// twice harmless; all end when the server has confirmed.
import { reactive, watch } from "vue";

import { freshKey } from "@/shared/api";

const STORAGE_KEY = "portal-submission";

/** A question that found no answer, taken along to a person. */
export interface AskedAlong { id: number | null; text: string; category_code: string | null }

export interface Written {
  text: string;
  area_code: string;
  address: string;
  name: string;
  phone: string;
  confidential: boolean;
  reply_wanted: boolean;
  submission_key: string;
  asked: AskedAlong | null;
}

const empty = (): Written => ({
  text: "", area_code: "", address: "", name: "", phone: "", confidential: false, reply_wanted: true, submission_key: freshKey(), asked: null,
});

function kept(): Written {
  const text = sessionStorage.getItem(STORAGE_KEY);
  return text ? { ...empty(), ...(JSON.parse(text) as Partial<Written>) } : empty();
}

/** Put a question into the form that is opened next. Words written there before stay above it. */
export function keepAsked(asked: AskedAlong): void {
  const written = kept();
  const text = written.text.includes(asked.text) ? written.text : [written.text.trim(), asked.text].filter(Boolean).join("\n");
  sessionStorage.setItem(STORAGE_KEY, JSON.stringify({ ...written, text, asked }));
}

/** The question taken along, as long as its words stand in what was written. */
export const askedIn = (written: Written): AskedAlong | null =>
  written.asked?.text && written.text.includes(written.asked.text) ? written.asked : null;

export function useWritten() {
  const written = reactive<Written>(kept());
  watch(written, () => sessionStorage.setItem(STORAGE_KEY, JSON.stringify(written)));

  function clear(): void {
    Object.assign(written, empty());
    sessionStorage.removeItem(STORAGE_KEY);
  }

  return { written, clear };
}

const CODE_KEY = "portal-query-code";

/** Hand number and code to the follow page without the code ever standing in an address. */
export function rememberCode(number: string, code: string): void {
  sessionStorage.setItem(CODE_KEY, JSON.stringify({ number, code }));
}

export function rememberedCode(): { number: string; code: string } | null {
  const kept = sessionStorage.getItem(CODE_KEY);
  return kept ? (JSON.parse(kept) as { number: string; code: string }) : null;
}

export function forgetCode(): void {
  sessionStorage.removeItem(CODE_KEY);
}
