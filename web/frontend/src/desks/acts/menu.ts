// Which moves stand in the menu of further actions: all that no panel of the page offers already. Pure.
import type { Action, TicketDetail } from "@/shared/types";

import { stepsOf } from "../unit/steps";

// Moves that a panel of their own offers (`work/TicketWork.vue`).
const IN_PANELS = new Set(["check", "dispatch", "pass_reply", "reject_reply", "approve", "disapprove", "designate_here", "designate_other"]);
const DECISIONS = /^(grant|refuse)_/;
// A dissatisfied case is decided with its own form, which knows what the requester said.
const REVIEWED = new Set(["redo", "keep_closed"]);
// Moves of a dispatcher beside the units: the panel has buttons for them.
const BESIDE_DISPATCH = new Set(["inform", "withdraw"]);

/** The moves of the menu; the words of a unit are added where several parts have the same move. */
export function menuOf(ticket: TicketDetail): Action[] {
  const shown = new Set(stepsOf(ticket).map(keyOf));
  const dispatches = ticket.actions.some((action) => action.action === "dispatch");
  return ticket.actions.filter(
    (action) =>
      action.on !== "order" && !shown.has(keyOf(action)) && !IN_PANELS.has(action.action) && !DECISIONS.test(action.action) &&
      !(action.on === "ticket" && ticket.state === "review" && (REVIEWED.has(action.action) || action.action === "terminate")) &&
      !(dispatches && BESIDE_DISPATCH.has(action.action)) && !(action.action === "reply" && shown.size > 0),
  );
}

/** What tells one move from another. */
export function keyOf(action: Action): string {
  return `${action.on}.${action.id}.${action.action}`;
}
