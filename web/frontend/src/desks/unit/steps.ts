// The steps of a unit with its own part: in the order in which they are taken, and what may be asked of the hotline. Pure.
import type { Action, TicketDetail } from "@/shared/types";

export const STEPS = ["sign", "contact", "propose_reply", "reply", "report_progress", "sub_dispatch", "name_officer"];
export const ASKS = ["ask_return", "ask_extension", "ask_commitment", "ask_suspension", "ask_termination"];
const OWN = new Set([...STEPS, ...ASKS]);

/** The moves of a unit that are open to the reader now. */
export function stepsOf(ticket: TicketDetail): Action[] {
  const proposes = ticket.actions.filter((action) => action.action === "propose_reply").map((action) => action.id);
  return ticket.actions.filter((action) => OWN.has(action.action) && !(action.action === "reply" && proposes.includes(action.id)));
}
