// What the Jinja shell hands to a page: who is signed in, the language, whether this is the demo city. Read once.
import type { Locale, Me } from "./types";

export interface PageData {
  me: Me | null;
  locale: Locale;
  demo: boolean;
  /** Largest file the server takes; null when the shell does not say. */
  upload_max_bytes: number | null;
}

function read(): PageData {
  const element = document.getElementById("page-data");
  const given = element?.textContent ? (JSON.parse(element.textContent) as Partial<PageData>) : {};
  return { me: given.me ?? null, locale: given.locale ?? "zh-CN", demo: given.demo ?? false, upload_max_bytes: given.upload_max_bytes ?? null };
}

export const page: PageData = read();

/** The token that every writing request carries; the session answers with a newer one when it changes. */
export function csrfToken(): string {
  return page.me?.csrf_token ?? document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
}
