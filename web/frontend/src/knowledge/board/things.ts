// A list of the notice board or of what is owed, page after page. What is pushed meanwhile moves nothing: a line says that there is
// news, and reading it is the reader's choice.
import { onScopeDispose, ref, watch, type Ref } from "vue";

import { api } from "@/shared/api";
import { onPush, onReconnect } from "@/shared/socket";
import type { Page } from "@/shared/types";

const TYPING_MS = 250;
/** The push about one's own act comes this soon after it. */
const OWN_MS = 1500;

type Query = Record<string, string | null | undefined>;
type ThingPage<T> = Page<T> & { may_add?: boolean };

export interface Things<T> {
  items: Ref<T[] | null>;
  after: Ref<string | null>;
  /** Whether the reader may add one. */
  mayAdd: Ref<boolean>;
  failed: Ref<unknown>;
  /** Something changed since it was read. */
  news: Ref<boolean>;
  read: () => Promise<void>;
  more: () => Promise<void>;
}

export function useThings<T>(path: string, query: () => Query): Things<T> {
  const items = ref<T[] | null>(null) as Ref<T[] | null>;
  const after = ref<string | null>(null);
  const mayAdd = ref(false);
  const failed = ref<unknown>(null);
  const news = ref(false);
  let turn = 0;
  let readAt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function load(from: string | null): Promise<void> {
    const mine = ++turn;
    try {
      const page = await api.get<ThingPage<T>>(path, { ...query(), after: from });
      if (mine !== turn) return;
      items.value = from ? [...(items.value ?? []), ...page.items] : page.items;
      after.value = page.after;
      mayAdd.value = page.may_add ?? false;
      failed.value = null;
    } catch (error) {
      if (mine === turn) failed.value = error;
    }
  }

  async function read(): Promise<void> {
    news.value = false;
    readAt = Date.now();
    await load(null);
  }

  const heard = () => (news.value = Date.now() - readAt > OWN_MS);
  watch(query, () => {
    clearTimeout(timer);
    timer = setTimeout(() => void read(), TYPING_MS);
  });
  onPush("noticeboard", heard);
  onPush("notice", heard);
  onReconnect(heard);
  onScopeDispose(() => clearTimeout(timer));
  void read();
  return { items, after, mayAdd, failed, news, read, more: () => load(after.value) };
}
