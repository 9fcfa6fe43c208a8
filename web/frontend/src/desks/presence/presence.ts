// Who else is writing on the ticket that stands open. Nothing is kept: a word that is not repeated is forgotten after some seconds.
import { onScopeDispose, ref, watch, type Ref } from "vue";

import { page } from "@/shared/page";
import { ask, onPush, onReconnect, tell } from "@/shared/socket";

const FORGOTTEN_MS = 8000;
const TOLD_EVERY_MS = 3000;
const LOOK_MS = 1000;

/** Names of the officers who write on the ticket now, without oneself; typing anywhere on the page is told to the others. */
export function useWriters(ticketId: Ref<number>): Ref<string[]> {
  const names = ref<string[]>([]);
  const heard = new Map<number, { name: string; at: number }>();
  let told = 0;

  // Presence is a courtesy: when the server does not let us watch, nobody is shown and nothing else is lost.
  const join = () => void ask("ticket.watch", { ticket_id: ticketId.value }).catch(() => undefined);
  const look = () => {
    const since = Date.now() - FORGOTTEN_MS;
    for (const [id, one] of heard) if (one.at < since) heard.delete(id);
    names.value = [...heard.values()].map((one) => one.name);
  };
  const typed = (event: Event) => {
    if (!(event.target instanceof HTMLTextAreaElement) || Date.now() - told < TOLD_EVERY_MS) return;
    told = Date.now();
    tell("ticket.writing", { ticket_id: ticketId.value });
  };

  watch(ticketId, () => {
    heard.clear();
    look();
    join();
  }, { immediate: true });
  onReconnect(join);
  onPush("writing", (push) => {
    if (push.ticket_id !== ticketId.value || push.officer_id === page.me?.id) return;
    heard.set(push.officer_id, { name: push.name, at: Date.now() });
    look();
  });
  const timer = setInterval(look, LOOK_MS);
  document.addEventListener("input", typed);
  onScopeDispose(() => {
    clearInterval(timer);
    document.removeEventListener("input", typed);
  });
  return names;
}
