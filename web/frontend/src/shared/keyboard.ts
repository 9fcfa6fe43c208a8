// Shortcuts of a page in one registry: a key, what it does in words, and the act. `?` shows the list (ShortcutHelp).
import { onScopeDispose, shallowReactive } from "vue";

export interface Shortcut {
  /** As in `Alt+1`, `F2`, `Ctrl+Enter`, `/`, `s`. */
  keys: string;
  /** Message id of what it does. */
  label: string;
  act: () => void;
  /** Also while typing in a field; function keys and combinations always are. */
  whileTyping?: "also";
  /** Class of the dialog that lets the key act while it is in front; any other owns the keyboard. */
  inDialog?: string;
}

export const shortcuts = shallowReactive(new Map<string, Shortcut>());

function pressed(event: KeyboardEvent): string {
  // With Alt held, some layouts turn a digit into a sign: the physical key tells the digit.
  const key = event.altKey && /^Digit\d$/.test(event.code) ? event.code.slice(5) : event.key;
  const marks = [event.ctrlKey || event.metaKey ? "Ctrl" : "", event.altKey ? "Alt" : "", event.shiftKey && key.length > 1 ? "Shift" : ""];
  return [...marks.filter(Boolean), key.length === 1 ? key.toLowerCase() : key].join("+");
}

function isTyping(event: KeyboardEvent): boolean {
  const element = event.target as HTMLElement | null;
  return !!element && (/^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) || element.isContentEditable);
}

const worksInFields = (shortcut: Shortcut) =>
  shortcut.whileTyping === "also" || /^F\d+$|^Escape$/.test(shortcut.keys) || /^(Ctrl|Alt)\+/.test(shortcut.keys);

function heard(event: KeyboardEvent): void {
  if (event.isComposing || event.defaultPrevented || event.repeat) return;
  const shortcut = shortcuts.get(pressed(event));
  if (!shortcut || (isTyping(event) && !worksInFields(shortcut))) return;
  // A dialog in front owns the keyboard; only its own buttons answer, and what it lets through.
  const front = document.querySelector(".el-overlay:not([style*='display: none']) [aria-modal='true']");
  if (front && !(shortcut.inDialog && front.querySelector(`.${shortcut.inDialog}`))) return;
  // Enter alone presses what has the focus; with Ctrl it sends from wherever the reader stands.
  if (shortcut.keys === "Enter" && (event.target as HTMLElement)?.closest?.("button, a, [role='button'], [role='option']")) return;
  event.preventDefault();
  shortcut.act();
}

document.addEventListener("keydown", heard);

// A choice keeps every Enter to itself; while its list is closed, Ctrl+Enter sends from there as from any field.
function heardBeforeChoice(event: KeyboardEvent): void {
  const isClosed = (event.target as HTMLElement | null)?.matches?.("[role='combobox'][aria-expanded='false']");
  if (!isClosed || pressed(event) !== "Ctrl+Enter") return;
  heard(event);
  if (event.defaultPrevented) event.stopPropagation();
}
document.addEventListener("keydown", heardBeforeChoice, true);

// Who registered a key, the latest last: one that goes never leaves its act behind, in whatever order components go.
const holders = new Map<string, Shortcut[]>();

function hold(keys: string, next: Shortcut[]): void {
  holders.set(keys, next);
  const top = next.at(-1);
  if (top) shortcuts.set(keys, top);
  else shortcuts.delete(keys);
}

/** Register shortcuts for as long as the calling component lives. A later one for the same key wins until it goes. */
export function useShortcuts(list: Shortcut[]): void {
  for (const shortcut of list) hold(shortcut.keys, [...(holders.get(shortcut.keys) ?? []), shortcut]);
  onScopeDispose(() => {
    for (const gone of list) hold(gone.keys, (holders.get(gone.keys) ?? []).filter((held) => held !== gone));
  });
}
