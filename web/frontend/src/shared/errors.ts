// Errors in words: what happened, what was kept, what to do next. The server's own sentence comes first.
import { ElMessage } from "element-plus";

import { ApiError } from "./api";
import { t } from "./i18n";

export function errorWords(error: unknown): string {
  if (!(error instanceof ApiError)) return t("error.unexpected");
  if (error.status === 0) return t("error.offline");
  const words = error.message || t(`error.${[401, 403, 404, 409, 413, 422, 429, 503].includes(error.status) ? error.status : "unexpected"}`);
  return error.requestId && error.status >= 500 ? `${words} ${t("error.request", { id: error.requestId })}` : words;
}

/** Show an error without touching what was typed. */
export function showError(error: unknown): void {
  ElMessage({ type: "error", message: errorWords(error), duration: 6000, showClose: true, grouping: true });
}

/** Say why a key or a button does nothing now, and what helps. */
export function showHint(words: string): void {
  ElMessage({ type: "info", message: words, duration: 5000, showClose: true, grouping: true });
}

/** Say briefly that something was done. */
export function showDone(words: string): void {
  ElMessage({ type: "success", message: words, duration: 2500, grouping: true });
}
