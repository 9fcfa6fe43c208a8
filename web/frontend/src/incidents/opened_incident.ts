// The incident that stands open: read again when a push says that it changed, its counts then change in place.
import { onScopeDispose, ref, shallowRef, watch, type Ref } from "vue";

import { api, ApiError } from "@/shared/api";
import type { IncidentDetail } from "@/shared/insight_types";
import { onPush, onReconnect } from "@/shared/socket";

const SETTLE_MS = 500;

export interface OpenedIncident {
  incident: Ref<IncidentDetail | null>;
  error: Ref<unknown>;
  reload: () => Promise<void>;
}

/** The incident of `id`, live. Null shows none. */
export function useOpenedIncident(id: Ref<number | null>): OpenedIncident {
  const incident = shallowRef<IncidentDetail | null>(null);
  const error = ref<unknown>(null);
  let turn = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function reload(): Promise<void> {
    const mine = ++turn;
    const wanted = id.value;
    if (wanted === null) {
      incident.value = null;
      return;
    }
    try {
      const found = await api.get<IncidentDetail>(`/incidents/${wanted}`);
      if (mine !== turn) return;
      incident.value = found;
      error.value = null;
    } catch (caught) {
      if (mine !== turn) return;
      error.value = caught;
      if (caught instanceof ApiError && caught.status === 404) incident.value = null;
    }
  }

  // In a surge pushes come faster than they could be read: the first of them starts one reading, the others wait for it.
  const soon = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void reload();
    }, SETTLE_MS);
  };
  watch(id, () => {
    if (incident.value?.id !== id.value) incident.value = null;
    error.value = null;
    void reload();
  }, { immediate: true });
  onPush("incident", (push) => push.id === id.value && soon());
  onReconnect(soon);
  onScopeDispose(() => clearTimeout(timer));

  return { incident, error, reload };
}
