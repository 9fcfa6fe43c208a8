// Moves on tickets and assignments, with the version the reader saw. A conflict is told apart: the text stays, the record is read again.
import { ref, type Ref } from "vue";

import { api, ApiError } from "@/shared/api";
import { showError } from "@/shared/errors";
import { t } from "@/shared/i18n";
import { ElMessage } from "element-plus";
import type { Action, TicketDetail } from "@/shared/types";

/** The move `action` if the reader may make it now. */
export function allowed(ticket: TicketDetail, action: string): Action | undefined {
  return ticket.actions.find((open) => open.action === action);
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

  async function move(ticket: TicketDetail, action: Action, given: Record<string, unknown>): Promise<TicketDetail | undefined> {
    if (busy.value) return undefined;
    busy.value = action.action;
    refused.value = null;
    const assignment = ticket.assignments.find((part) => part.id === action.id);
    const path = action.on === "assignment" ? `/assignments/${action.id}` : `/tickets/${ticket.id}`;
    const version = action.on === "assignment" ? assignment?.version ?? 0 : ticket.version;
    try {
      return await api.post<TicketDetail>(`${path}/actions/${action.action}`, { version, given });
    } catch (caught) {
      tell(caught);
      return undefined;
    } finally {
      busy.value = null;
    }
  }

  function tell(caught: unknown): void {
    if (!(caught instanceof ApiError)) return showError(caught);
    if (caught.status === 422) refused.value = caught;
    if (!caught.isConflict) return showError(caught);
    ElMessage({ type: "warning", message: t("desks.conflict"), duration: 8000, showClose: true, grouping: true });
    onConflict();
  }

  return { busy, refused, move };
}
