// Filters that live in the address bar: a reload, a bookmark or a sent link shows the same list.
import { reactive, watch } from "vue";

/** A reactive record of text values kept in the URL's query; empty values leave the URL. */
export function useQuery<T extends Record<string, string>>(defaults: T): T {
  const given = new URLSearchParams(location.search);
  const values = reactive({ ...defaults }) as T;
  for (const key of Object.keys(defaults)) {
    const value = given.get(key);
    if (value !== null) (values as Record<string, string>)[key] = value;
  }
  watch(values, () => {
    const search = new URLSearchParams(location.search);
    for (const [key, value] of Object.entries(values)) {
      if (value && value !== defaults[key]) search.set(key, value);
      else search.delete(key);
    }
    const text = search.toString();
    history.replaceState(history.state, "", text ? `?${text}` : location.pathname);
  });
  return values;
}
