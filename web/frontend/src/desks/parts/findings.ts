// What the server finds in a reply while it is written (POST /replies/check); asked again a moment after the last key.
import { onScopeDispose, ref, watch, type Ref } from "vue";

import { api } from "@/shared/api";
import type { Finding } from "@/shared/types";

const SETTLE_MS = 400;

/** The words that are checked together: a reply's two texts and whether it says solved. */
export interface Checked {
  reply_public: string;
  reply_internal: string;
  solved: string;
}

/** A run of the text, with what was found in it; runs follow each other without gaps. */
export interface Run {
  text: string;
  finding: Finding | null;
}

/** The findings in the reply on that ticket, live. */
export function useFindings(ticketId: Ref<number>, reply: () => Checked): Ref<Finding[]> {
  const findings = ref<Finding[]>([]);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let turn = 0;

  async function check(): Promise<void> {
    const mine = ++turn;
    const { reply_public, reply_internal, solved } = reply();
    if (!reply_public.trim()) return void (findings.value = []);
    const body = { ticket_id: ticketId.value, reply_public, reply_internal, solved };
    // Hints are a help: without an answer one writes on, and the auditor looks again.
    const found = await api.post<{ findings: Finding[] }>("/replies/check", body).catch(() => null);
    if (mine === turn) findings.value = found?.findings ?? [];
  }
  watch([ticketId, () => JSON.stringify(reply())], () => {
    clearTimeout(timer);
    timer = setTimeout(check, SETTLE_MS);
  }, { immediate: true });
  onScopeDispose(() => clearTimeout(timer));
  return findings;
}

/** The text cut at the findings in `field`; where two overlap the first one counts. Offsets are in characters, not in UTF-16 units. */
export function runsOf(text: string, findings: readonly Finding[], field: string): Run[] {
  const letters = Array.from(text);
  const runs: Run[] = [];
  let at = 0;
  const here = findings.filter((one) => one.field === field && one.end > one.start).sort((a, b) => a.start - b.start);
  for (const finding of here) {
    if (finding.start < at || finding.end > letters.length) continue;
    runs.push({ text: letters.slice(at, finding.start).join(""), finding: null });
    runs.push({ text: letters.slice(finding.start, finding.end).join(""), finding });
    at = finding.end;
  }
  runs.push({ text: letters.slice(at).join(""), finding: null });
  return runs.filter((run) => run.text);
}
