// One explanation at a time for the limits of a page: who asked for it, opened by pointer, focus or key, closed by Escape.
// LimitTag asks, LimitPopover (in the frame) shows; a list of hundreds of limits costs one box.
import { shallowRef } from "vue";

import type { Limit } from "./types";

export interface Asked { anchor: HTMLElement; ticketId: number; limit: Limit; held: "hover" | "held" }
export const POPOVER_ID = "limit-popover";

const OPEN_MS = 250;
const CLOSE_MS = 200;

export const asked = shallowRef<Asked | null>(null);
let timer: ReturnType<typeof setTimeout> | undefined;

/** Show after a moment, as a pointer that only passes by wants nothing. */
export function hover(next: Asked): void {
  clearTimeout(timer);
  if (asked.value?.held === "held") return;
  timer = setTimeout(() => (asked.value = next), asked.value ? 0 : OPEN_MS);
}

/** Show at once and keep it until it is closed. */
export function hold(next: Asked): void {
  clearTimeout(timer);
  asked.value = next;
}

/** Close after a moment, in which the pointer may go into the box. */
export function leave(): void {
  clearTimeout(timer);
  if (asked.value?.held !== "held") timer = setTimeout(() => (asked.value = null), CLOSE_MS);
}

/** The pointer is in the box: it stays. */
export function stay(): void {
  clearTimeout(timer);
}

export function close(): void {
  clearTimeout(timer);
  asked.value = null;
}
