// The one door to /api/v1: CSRF header, JSON, uploads with progress, and errors as ApiError. Pages never call fetch.
import { csrfToken } from "./page";

const BASE = "/api/v1";

/** What the server (or the network) refused. `field` and `rule` name what to mend; `status` 0 means no answer came. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: Record<string, unknown>,
    readonly requestId: string,
  ) {
    super(message);
  }

  get field(): string | null {
    return typeof this.details.field === "string" ? this.details.field : null;
  }

  get rule(): string | null {
    return typeof this.details.rule === "string" ? this.details.rule : null;
  }

  get isConflict(): boolean {
    return this.status === 409;
  }

  /** No answer, or the server is being restarted: the same request may be sent again. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

type Query = Record<string, string | number | boolean | null | undefined>;

function address(path: string, query?: Query): string {
  const pairs = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null && value !== "");
  const search = new URLSearchParams(pairs.map(([key, value]) => [key, String(value)])).toString();
  return `${BASE}${path}${search ? `?${search}` : ""}`;
}

function asError(status: number, text: string): ApiError {
  try {
    const { error } = JSON.parse(text) as { error: { code: string; message: string; details?: Record<string, unknown>; request_id?: string } };
    return new ApiError(status, error.code, error.message, error.details ?? {}, error.request_id ?? "");
  } catch {
    return new ApiError(status, status === 413 ? "too-large" : `http-${status}`, "", {}, "");
  }
}

interface Options {
  query?: Query;
  body?: unknown;
  idempotencyKey?: string;
  signal?: AbortSignal;
}

async function call<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRF-Token"] = csrfToken();
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  if (options.idempotencyKey) headers["Idempotency-Key"] = options.idempotencyKey;
  let response: Response;
  try {
    response = await fetch(address(path, options.query), {
      method,
      headers,
      credentials: "same-origin",
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: options.signal,
    });
  } catch (cause) {
    if ((cause as Error).name === "AbortError") throw cause;
    throw new ApiError(0, "offline", "", {}, "");
  }
  const text = await response.text();
  if (!response.ok) throw asError(response.status, text);
  return (text ? JSON.parse(text) : undefined) as T;
}

export const api = {
  get: <T>(path: string, query?: Query, signal?: AbortSignal) => call<T>("GET", path, { query, signal }),
  post: <T>(path: string, body: unknown = {}, idempotencyKey?: string) =>
    call<T>("POST", path, { body, idempotencyKey }),
  patch: <T>(path: string, body: unknown) => call<T>("PATCH", path, { body }),
  put: <T>(path: string, body: unknown) => call<T>("PUT", path, { body }),
  delete: <T>(path: string) => call<T>("DELETE", path),
};

/** Send one file; `onProgress` hears 0-1. Fetch tells nothing about progress, therefore XMLHttpRequest. */
export function upload<T>(path: string, file: File, fields: Record<string, string>, onProgress: (share: number) => void): Promise<T> {
  const form = new FormData();
  form.append("file", file);
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address(path));
    request.setRequestHeader("X-CSRF-Token", csrfToken());
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onerror = () => reject(new ApiError(0, "offline", "", {}, ""));
    request.onload = () =>
      request.status < 300
        ? resolve(JSON.parse(request.responseText) as T)
        : reject(asError(request.status, request.responseText));
    request.send(form);
  });
}

/** A key that makes sending twice harmless. `crypto.randomUUID` needs a secure context, which an intranet may lack. */
export function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
