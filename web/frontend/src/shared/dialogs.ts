// Where the keyboard stands when a dialog opens.

const OPEN = ".el-overlay:not([style*='display: none']) [aria-modal='true']";

/** For `@open-auto-focus`: the dialog takes the focus for itself first, then the first field of the one in front has it. */
export function toFirstField(): void {
  setTimeout(() => [...document.querySelectorAll(OPEN)].at(-1)?.querySelector<HTMLElement>("textarea, input")?.focus());
}
