// Why the limits of a ticket end when they end: asked once a ticket when somebody wants to know, and again after it moved.
import { api } from "./api";
import { onPush } from "./socket";
import type { ExplainLine, UnitRef } from "./types";

export interface ExplainedClock {
  id: number;
  stage: string;
  unit: UnitRef | null;
  state: "running" | "paused" | "stopped" | "cancelled" | string;
  started_at: string;
  due_at: string;
  provisional: boolean;
  paused: boolean;
  expired: boolean;
  policy: { version: number; source: string };
  lines: ExplainLine[];
  /** The whole sum in the reader's language. */
  sentence: string;
}

const HANDLING = new Set(["handle", "redo"]);
const asked = new Map<number, Promise<ExplainedClock[]>>();

/** The limits of a ticket with their sums; a failed question is not remembered. */
export function explained(ticketId: number): Promise<ExplainedClock[]> {
  const known = asked.get(ticketId);
  if (known) return known;
  const question = api.get<{ clocks: ExplainedClock[] }>(`/tickets/${ticketId}/explain`).then((answer) => answer.clocks);
  question.catch(() => asked.delete(ticketId));
  asked.set(ticketId, question);
  return question;
}

export function forget(ticketId: number): void {
  asked.delete(ticketId);
}

/** Forget what was asked about tickets that move meanwhile; called in a component's setup. */
export function forgetMoved(): void {
  onPush("ticket", (push) => forget(push.ticket_id));
  onPush("assignment", (push) => forget(push.ticket_id));
}

/** Whether it is the citizen's whole limit, a unit's limit for handling, or one of the steps. */
export function kindOf(clock: { stage: string }): "total" | "handle" | "step" {
  if (clock.stage === "total") return "total";
  return HANDLING.has(clock.stage) ? "handle" : "step";
}

/** The latest clock of a stage, which is the one a list shows. */
function latest(clocks: ExplainedClock[], fits: (clock: ExplainedClock) => boolean): ExplainedClock[] {
  const open = clocks.filter((one) => fits(one) && one.state !== "cancelled");
  const running = open.filter((one) => one.state !== "stopped");
  return (running.length ? running : open).slice(-1);
}

/** What a row's limit is explained by: the step that is shown, then both named times, each once. */
export function chosenClocks(clocks: ExplainedClock[], stage: string): ExplainedClock[] {
  const found = [
    ...latest(clocks, (one) => one.stage === stage),
    ...latest(clocks, (one) => kindOf(one) === "total"),
    ...latest(clocks, (one) => kindOf(one) === "handle"),
  ];
  return [...new Map(found.map((one) => [one.id, one])).values()];
}
