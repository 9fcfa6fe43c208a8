// Moves on tickets, assignments and orders, with the version the reader saw. A conflict is told apart: the text stays, the record is
// read again. Sending once more what got no answer uses the same key, so that nothing is done twice.
import { ref, type Ref } from "vue";

import { api, ApiError, freshKey } from "@/shared/api";
import { showError } from "@/shared/errors";
import { t } from "@/shared/i18n";
import { ElMessage } from "element-plus";
import type { Action, TicketDetail } from "@/shared/types";

import { askOverride, isGuarded } from "./overriding";

// Reasons of a conflict that mean no more than that somebody was faster.
const OVERTAKEN = new Set(["stale", "no-such-move", "integrity"]);
const PLACES = { ticket: "tickets", assignment: "assignments", order: "orders" } as const;

/** The move `action` if the reader may make it now. */
export function allowed(ticket: TicketDetail, action: string): Action | undefined {
  return ticket.actions.find((open) => open.action === action);
}

/** The version of what the action is on, as the reader saw it. */
function versionOf(ticket: TicketDetail, action: Action): number {
  if (action.on === "ticket") return ticket.version;
  const things: { id: number; version: number }[] = action.on === "order" ? ticket.orders : ticket.assignments;
  return things.find((one) => one.id === action.id)?.version ?? 0;
}

export interface Mover {
  /** The action being sent, for the button that shows it. */
  busy: Ref<string | null>;
  /** Set when the last move was refused because of a field. */
  refused: Ref<ApiError | null>;
  /** Make the move; undefined when it was refused (the reader was told). */
  move: (ticket: TicketDetail, action: Action, given: Record<string, unknown>) => Promise<TicketDetail | undefined>;
}

/** A way to make moves; `onConflict` reads the record again. */
export function useMover(onConflict: () => void): Mover {
  const busy = ref<string | null>(null);
  const refused = ref<ApiError | null>(null);
  let unanswered: { what: string; key: string } | null = null;

  async function move(ticket: TicketDetail, action: Action, given: Record<string, unknown>): Promise<TicketDetail | undefined> {
    if (busy.value) return undefined;
    busy.value = action.action;
    refused.value = null;
    const path = `/${PLACES[action.on]}/${action.id}/actions/${action.action}`;
    const body = { version: versionOf(ticket, action), given };
    try {
      const moved = await api.post<TicketDetail>(path, body, keyOf(path + JSON.stringify(body)));
      unanswered = null;
      // A moved order answers with itself; its ticket is what the reader has before them.
      return action.on === "order" ? await api.get<TicketDetail>(`/tickets/${ticket.id}`) : moved;
    } catch (caught) {
      if (!isGuarded(caught)) {
        tell(caught);
        return undefined;
      }
      busy.value = null;
      const override = await askOverride(caught);
      return override ? await move(ticket, action, { ...given, override }) : undefined;
    } finally {
      busy.value = null;
    }
  }

  function keyOf(what: string): string {
    if (unanswered?.what !== what) unanswered = { what, key: freshKey() };
    return unanswered.key;
  }

  function tell(caught: unknown): void {
    if (!(caught instanceof ApiError) || !caught.isPassing) unanswered = null;
    if (!(caught instanceof ApiError)) return showError(caught);
    if (caught.status === 422) refused.value = caught;
    if (!caught.isConflict) return showError(caught);
    const plain = !caught.message || !caught.details.reason || OVERTAKEN.has(String(caught.details.reason));
    ElMessage({ type: "warning", message: plain ? t("desks.conflict") : caught.message, duration: 8000, showClose: true, grouping: true });
    onConflict();
  }

  return { busy, refused, move };
}
