// The one connection to the server's pushes. Pushes say *what* changed; pages read the record again over HTTP.
// After a reconnect every page fetches anew what it may have missed (`onReconnect`).
import { io, type Socket } from "socket.io-client";
import { onScopeDispose, ref, type Ref } from "vue";

import type { GrowingAlert, Spoken, Suggestion } from "./types";

export interface Pushes {
  call: { call_id: string; state: string; contact_id?: number; agent_id?: number };
  transcript: {
    call_id: string;
    role: string;
    text: string;
    final: boolean;
    seq: number | null;
    utterance: string;
    start_s: number;
    end_s: number;
    /** Of finals only. */
    revision?: number;
    times?: Spoken[];
    suggestions?: Suggestion[];
    /** Of lines that a person set right. */
    corrected_by_name?: string | null;
  };
  /** How well a call is heard moved: its transcript tells. */
  hearing: { call_id: string; role: string; state: string };
  cards: { contact_id: number };
  draft: { draft_id: number; contact_id: number };
  /** A word of danger was stored for a contact, or what to do about it was chosen. */
  alert: { alert_id: number; contact_id: number; partner: string; level?: string; choice?: string };
  /** A word of danger in a sentence that is still being spoken: `raised`, or taken back (`calmed`). */
  danger: GrowingAlert;
  ticket: { ticket_id: number; number: string; action: string; state: string };
  assignment: { assignment_id: number; ticket_id: number; unit_id: number; action: string; state: string };
  transfer: { transfer_id: number; contact_id: number | null; ticket_id: number | null; state: string; overdue: boolean };
  /** Somebody types on a ticket that this page watches. */
  writing: { ticket_id: number; officer_id: number; name: string };
  /** An announcement, an agreed wording or an entry of the phone book changed. */
  noticeboard: { thing: string; id: number };
  /** A 集中诉求 was seen, grew or moved. */
  incident: { id: number; action: string; size: number };
  session_ended: Record<string, never>;
  notice: Record<string, never>;
  board: Record<string, never>;
}

let shared: Socket | null = null;
const connected = ref(true);

function connection(): Socket {
  if (shared) return shared;
  // Websocket only: no sticky sessions are needed then, and the server refuses polling.
  shared = io({ transports: ["websocket"], path: "/socket.io" });
  shared.on("connect", () => (connected.value = true));
  shared.on("disconnect", () => (connected.value = false));
  return shared;
}

/** Whether pushes arrive now; a page shows a quiet line while they do not. */
export function useConnected(): Readonly<Ref<boolean>> {
  connection();
  return connected;
}

/** Hear one kind of push for as long as the calling component lives. */
export function onPush<K extends keyof Pushes>(kind: K, heard: (push: Pushes[K]) => void): void {
  const socket = connection();
  const listener = (push: Pushes[K]) => heard(push);
  socket.on(kind as string, listener);
  onScopeDispose(() => socket.off(kind as string, listener));
}

/** Called after each reconnect (not after the first connect): fetch again what may have been missed. */
export function onReconnect(again: () => void): void {
  const socket = connection();
  socket.io.on("reconnect", again);
  onScopeDispose(() => socket.io.off("reconnect", again));
}

/** Ask the server something and wait for its acknowledgement; rejects with the server's error code. */
export async function ask(event: string, ...given: unknown[]): Promise<void> {
  const answer = (await connection().timeout(5000).emitWithAck(event, ...given)) as { ok?: boolean; error?: { code: string } };
  if (answer?.error) throw new Error(answer.error.code);
}

/** Send without waiting: sound frames, twenty milliseconds each. Nothing is kept while the connection is down. */
export function tell(event: string, ...given: unknown[]): void {
  connection().volatile.emit(event, ...given);
}
