// The record that stands open beside a list: read again when it is pushed, never while its reader is sending something.
import { onScopeDispose, ref, shallowRef, watch, type Ref } from "vue";

import { api, ApiError } from "@/shared/api";
import { onPush, onReconnect } from "@/shared/socket";
import type { TicketDetail } from "@/shared/types";

const SETTLE_MS = 500;

export interface OpenedTicket {
  ticket: Ref<TicketDetail | null>;
  loading: Ref<boolean>;
  error: Ref<unknown>;
  reload: () => Promise<void>;
  /** Show what a move answered without asking again. */
  show: (ticket: TicketDetail) => void;
}

/** The ticket of `id`, live. Null `id` shows none. */
export function useOpenedTicket(id: Ref<number | null>): OpenedTicket {
  const ticket = shallowRef<TicketDetail | null>(null);
  const loading = ref(false);
  const error = ref<unknown>(null);
  let turn = 0;

  async function reload(): Promise<void> {
    const mine = ++turn;
    const wanted = id.value;
    if (wanted === null) {
      ticket.value = null;
      loading.value = false;
      return;
    }
    loading.value = true;
    error.value = null;
    try {
      const found = await api.get<TicketDetail>(`/tickets/${wanted}`);
      if (mine === turn) ticket.value = found;
    } catch (caught) {
      if (mine !== turn) return;
      error.value = caught;
      if (caught instanceof ApiError && caught.status === 404) ticket.value = null;
    } finally {
      if (mine === turn) loading.value = false;
    }
  }

  watch(id, () => {
    if (ticket.value?.id !== id.value) ticket.value = null;
    void reload();
  }, { immediate: true });

  let timer: ReturnType<typeof setTimeout> | undefined;
  const again = (touched: number) => {
    if (touched !== id.value) return;
    clearTimeout(timer);
    timer = setTimeout(reload, SETTLE_MS);
  };
  onPush("ticket", (push) => again(push.ticket_id));
  onPush("assignment", (push) => again(push.ticket_id));
  onPush("transfer", (push) => push.ticket_id !== null && again(push.ticket_id));
  onReconnect(() => id.value !== null && again(id.value));
  onScopeDispose(() => clearTimeout(timer));

  return { ticket, loading, error, reload, show: (shown) => (ticket.value = shown) };
}
