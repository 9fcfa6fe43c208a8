// The reply form: its codes, what it begins with, what it sends. Pure. Source of the fields: handbook 3.3.
import type { Assignment, Attachment, RequestRow, TicketDetail } from "@/shared/types";

export const WORDS_MIN = 10;
export const SOLVED = ["yes", "partly", "no"];
export const TRUTHS = ["yes", "partly", "no"];
export const EXCLUSIONS = ["outside_administration", "statutory_procedure", "no_policy", "cannot_be_done", "unreasonable"];
export const FILE_CLASSES = ["licence", "contact_proof", "handling"] as const;
const AT_WORK = new Set(["to_sign", "signed", "contacted"]);

export interface Reply {
  solved: string;
  reply_public: string;
  reply_internal: string;
  is_true: string;
  beyond_duty: boolean;
  exclusion: string;
  contacted: boolean;
  contact_number: string;
  contacted_at: string;
  unsolved_reason: string;
  missing_note: string;
  files: Record<(typeof FILE_CLASSES)[number], Attachment[]>;
}

/** The words of a reply that came back (sent back inside the unit, or by the auditor), so that nothing is typed twice. */
function cameBack(ticket: TicketDetail, part: Assignment): { solved: string; reply_public: string; reply_internal: string } {
  const proposals = ticket.requests.filter((one) => one.assignment_id === part.id && one.kind === "reply" && one.state === "refused");
  const last = proposals.reduce<RequestRow | null>((newest, one) => (newest && newest.id > one.id ? newest : one), null);
  const words = (key: string) => String(last?.data[key] ?? "");
  return {
    solved: words("solved") || part.solved || "",
    reply_public: words("reply_public") || part.reply_public,
    reply_internal: words("reply_internal") || part.reply_internal,
  };
}

/** What the form begins with. */
export function blankReply(ticket: TicketDetail, part: Assignment): Reply {
  return {
    ...cameBack(ticket, part),
    is_true: "yes",
    beyond_duty: false,
    exclusion: "",
    contacted: !!part.contacted_at,
    contact_number: "",
    contacted_at: "",
    unsolved_reason: "",
    missing_note: "",
    files: { licence: [], contact_proof: [], handling: [] },
  };
}

/** Assisting and sub-dispatched parts that have not replied yet: the lead may answer without them and says so. */
export function partsAtWork(ticket: TicketDetail, part: Assignment): Assignment[] {
  const waitsFor = (one: Assignment) => one.parent_id === part.id || (part.role === "lead" && one.role === "assist" && one.round === part.round);
  return ticket.assignments.filter((one) => one.id !== part.id && AT_WORK.has(one.state) && waitsFor(one));
}

/** The form as the move carries it. */
export function givenReply(form: Reply): Record<string, unknown> {
  const { solved, is_true, beyond_duty, exclusion, contacted, contact_number, contacted_at, unsolved_reason, files } = form;
  const unsolved = solved === "yes" ? "" : unsolved_reason.trim();
  return {
    reply_public: form.reply_public.trim(),
    reply_internal: form.reply_internal.trim(),
    solved,
    missing_note: form.missing_note.trim(),
    reply_form: {
      is_true,
      beyond_duty,
      exclusion: beyond_duty ? exclusion : "",
      contacted,
      contact_number: contacted ? contact_number.trim() : "",
      contacted_at: contacted ? contacted_at : "",
      unsolved_reason: unsolved,
    },
    attachment_tokens: FILE_CLASSES.flatMap((kind) => files[kind].map((file) => file.token)),
  };
}
