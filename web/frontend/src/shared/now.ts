// A clock that ticks for whoever shows a running time; it stops with the component.
import { onScopeDispose, ref, type Ref } from "vue";

/** Milliseconds since the epoch, renewed every `everyMs`. */
export function useNow(everyMs = 30_000): Ref<number> {
  const now = ref(Date.now());
  const timer = setInterval(() => (now.value = Date.now()), everyMs);
  onScopeDispose(() => clearInterval(timer));
  return now;
}
