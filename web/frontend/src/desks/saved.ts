// Text half written, kept in this browser until it was sent: a reload, a conflict or a crash loses nothing.
import { reactive, watch } from "vue";

import { page } from "@/shared/page";

const PREFIX = "hotline.desk";

export interface Saved<T> {
  values: T;
  /** Whether something was found from before. */
  found: boolean;
  /** Forget it: sent, or thrown away. */
  clear: () => void;
}

/** Form values kept under `name` for this officer; `blank` are the values of an empty form. */
export function useSaved<T extends object>(name: string, blank: T): Saved<T> {
  const place = `${PREFIX}.${page.me?.id ?? 0}.${name}`;
  const kept = read<T>(place);
  const values = reactive({ ...structuredClone(blank), ...kept }) as T;
  watch(values, () => write(place, values), { deep: true });
  return {
    values,
    found: kept !== null,
    clear: () => {
      Object.assign(values, structuredClone(blank));
      // The watcher writes the blank form in the same tick; take it away after that.
      queueMicrotask(() => setTimeout(() => localStorage.removeItem(place)));
    },
  };
}

function read<T>(place: string): Partial<T> | null {
  try {
    const text = localStorage.getItem(place);
    return text ? (JSON.parse(text) as Partial<T>) : null;
  } catch {
    return null;
  }
}

function write(place: string, values: object): void {
  try {
    localStorage.setItem(place, JSON.stringify(values));
  } catch {
    // Storage full or switched off: the form still works, it only does not survive a reload.
  }
}
