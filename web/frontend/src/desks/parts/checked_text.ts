// The findings of a reply's text: asked of the server a moment after the last key, and laid over the text. Offsets count code points.
import { onScopeDispose, ref, watch, type Ref } from "vue";

import { api, ApiError } from "@/shared/api";

const PAUSE_MS = 400;

export type ReplyField = "reply_public" | "reply_internal";

export interface Finding {
  code: string;
  severity: "stop" | "warn" | "hint";
  field: ReplyField;
  start: number;
  end: number;
}

export interface ReplyWords {
  reply_public: string;
  reply_internal: string;
  solved: string;
}

export interface Piece {
  text: string;
  finding: Finding | null;
}

export interface Checked {
  findings: Ref<Finding[]>;
  /** The text that the findings are about. */
  text: Ref<string>;
}

/** What is found in one field of the reply to a ticket, kept up with the words. */
export function useCheck(ticketId: () => number, field: ReplyField, reply: () => ReplyWords): Checked {
  const findings = ref<Finding[]>([]);
  const text = ref("");
  let timer = 0;
  let newest = 0;

  async function ask(): Promise<void> {
    const turn = ++newest;
    const { reply_public, reply_internal, solved } = reply();
    try {
      const answer = await api.post<{ findings: Finding[] }>("/replies/check", { ticket_id: ticketId(), reply_public, reply_internal, solved });
      if (turn !== newest) return;
      findings.value = answer.findings.filter((one) => one.field === field);
      text.value = reply()[field] === (field === "reply_public" ? reply_public : reply_internal) ? reply()[field] : "";
    } catch (error) {
      // The check helps; without an answer the form works on.
      if (!(error instanceof ApiError)) throw error;
      findings.value = [];
    }
  }

  watch(
    () => [ticketId(), reply().reply_public, reply().reply_internal, reply().solved],
    () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => void ask(), PAUSE_MS);
    },
    { immediate: true },
  );
  onScopeDispose(() => window.clearTimeout(timer));
  return { findings, text };
}

/** The text cut at the findings that still lie where they were found: those before the first change since. */
export function pieces(text: string, checked: string, findings: Finding[]): Piece[] {
  const signs = Array.from(text);
  const before = Array.from(checked);
  const changed = signs.findIndex((sign, at) => sign !== before[at]);
  const sure = changed < 0 ? Math.min(signs.length, before.length) : changed;
  const found: Piece[] = [];
  let at = 0;
  for (const finding of findings) {
    if (finding.start < at || finding.end > sure || finding.end === finding.start) continue;
    if (finding.start === 0 && finding.end === before.length) continue; // about the text as a whole
    found.push({ text: signs.slice(at, finding.start).join(""), finding: null });
    found.push({ text: signs.slice(finding.start, finding.end).join(""), finding });
    at = finding.end;
  }
  found.push({ text: signs.slice(at).join(""), finding: null });
  return found.filter((piece) => piece.text);
}

/** An offset in code points as the browser counts it. */
export function browserOffset(text: string, codePoints: number): number {
  return Array.from(text).slice(0, codePoints).join("").length;
}
