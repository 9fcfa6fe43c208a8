// What a citizen has written so far. It survives a reload in this tab, and its key makes sending twice harmless; both end
// when the server has confirmed.
import { reactive, watch } from "vue";

import { freshKey } from "@/shared/api";

const STORAGE_KEY = "portal-submission";

export interface Written {
  text: string;
  area_code: string;
  address: string;
  name: string;
  phone: string;
  confidential: boolean;
  reply_wanted: boolean;
  submission_key: string;
}

const empty = (): Written => ({
  text: "", area_code: "", address: "", name: "", phone: "", confidential: false, reply_wanted: true, submission_key: freshKey(),
});

export function useWritten() {
  const kept = sessionStorage.getItem(STORAGE_KEY);
  const written = reactive<Written>(kept ? { ...empty(), ...(JSON.parse(kept) as Partial<Written>) } : empty());
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
