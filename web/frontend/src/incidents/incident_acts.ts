// Acts on one incident with the version its reader saw. A conflict says so and has the incident read again; what was typed stays
// with the form that sent it. Sending once more what got no answer uses the same key.
import { ElMessage } from "element-plus";
import { nextTick, ref, type Ref } from "vue";

import { askOverride, isGuarded } from "@/desks/overriding";
import { api, ApiError, freshKey } from "@/shared/api";
import { showDone, showError } from "@/shared/errors";
import { t } from "@/shared/i18n";
import type { IncidentRow } from "@/shared/insight_types";

// Reasons of a conflict that mean no more than that somebody was faster.
const OVERTAKEN = new Set(["stale", "no-such-move", "integrity"]);

export interface IncidentActs {
  /** The act being sent, for the button that shows it. */
  busy: Ref<string | null>;
  /** Why the last act was refused; its field shows it. */
  refused: Ref<ApiError | null>;
  /** Send to `/incidents/<id>/<path>`; undefined when it was refused (the reader was told). */
  send: <T = unknown>(path: string, given: Record<string, unknown>, done: string) => Promise<T | undefined>;
  /** The move `action` of its life. */
  move: (action: string, given?: Record<string, unknown>) => Promise<boolean>;
}

/** Whether the reader may do this now. */
export const mayAct = (incident: IncidentRow, action: string): boolean => incident.actions.some((one) => one.action === action);

/** What people decide of an incident; calls that come in change only the rest: its size, and the name of one that nobody confirmed. */
const decided = ({ state, answer, main }: IncidentRow): string => JSON.stringify([state, answer, main?.id]);

const isStale = (caught: unknown): boolean => caught instanceof ApiError && caught.isConflict && caught.details.reason === "stale";

/** A way to act; `changed` reads the incident again after an act and after a conflict. */
export function useIncidentActs(incident: () => IncidentRow, changed: () => Promise<void>): IncidentActs {
  const busy = ref<string | null>(null);
  const refused = ref<ApiError | null>(null);
  let unanswered: { what: string; key: string } | null = null;

  async function send<T>(path: string, given: Record<string, unknown>, done: string): Promise<T | undefined> {
    if (busy.value) return undefined;
    busy.value = path;
    refused.value = null;
    const seen = incident();
    const body = { version: seen.version, ...given };
    try {
      const answer = await api.post<T>(`/incidents/${seen.id}/${path}`, body, keyOf(path + JSON.stringify(body)));
      unanswered = null;
      showDone(done);
      await changed();
      return (answer ?? {}) as T;
    } catch (caught) {
      if (isStale(caught) && (await onlyGrew(seen))) {
        busy.value = null;
        return await send<T>(path, given, done);
      }
      if (!isGuarded(caught)) {
        await tell(caught);
        return undefined;
      }
      busy.value = null;
      const override = await askOverride(caught);
      return override ? await send<T>(path, { ...given, override }, done) : undefined;
    } finally {
      busy.value = null;
    }
  }

  /** Whether more calls are all that came since: then what was decided holds as it was meant. */
  async function onlyGrew(seen: IncidentRow): Promise<boolean> {
    await changed();
    await nextTick();
    const now = incident();
    return now.id === seen.id && now.version !== seen.version && decided(now) === decided(seen);
  }

  function keyOf(what: string): string {
    if (unanswered?.what !== what) unanswered = { what, key: freshKey() };
    return unanswered.key;
  }

  async function tell(caught: unknown): Promise<void> {
    if (!(caught instanceof ApiError)) return showError(caught);
    if (!caught.isPassing) unanswered = null;
    refused.value = caught;
    if (!caught.isConflict) return showError(caught);
    const plain = !caught.message || !caught.details.reason || OVERTAKEN.has(String(caught.details.reason));
    ElMessage({ type: "warning", message: plain ? t("incident.conflict") : caught.message, duration: 8000, showClose: true, grouping: true });
    await changed();
  }

  async function move(action: string, given: Record<string, unknown> = {}): Promise<boolean> {
    return (await send(`actions/${action}`, { given }, t(`incident.done.${action}`))) !== undefined;
  }

  return { busy, refused, send, move };
}
