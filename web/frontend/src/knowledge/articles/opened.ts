// The article that stands open: read again when it changed elsewhere, never while its reader types in it.
import { api, ApiError } from "@/shared/api";
import { onReconnect } from "@/shared/socket";
import { ref, shallowRef, watch, type Ref } from "vue";

import type { ArticleDetail } from "../types";

export interface OpenedArticle {
  article: Ref<ArticleDetail | null>;
  loading: Ref<boolean>;
  error: Ref<unknown>;
  reload: () => Promise<void>;
  /** Show what an act answered without asking again. */
  show: (article: ArticleDetail) => void;
}

/** The article of `id`; null and 0 (one being written) show none. */
export function useOpenedArticle(id: Ref<number | null>): OpenedArticle {
  const article = shallowRef<ArticleDetail | null>(null);
  const loading = ref(false);
  const error = ref<unknown>(null);
  let turn = 0;

  async function reload(): Promise<void> {
    const mine = ++turn;
    error.value = null;
    if (!id.value) {
      [article.value, loading.value] = [null, false];
      return;
    }
    loading.value = true;
    try {
      const found = await api.get<ArticleDetail>(`/knowledge/articles/${id.value}`);
      if (mine === turn) article.value = found;
    } catch (caught) {
      if (mine !== turn) return;
      error.value = caught;
      if (caught instanceof ApiError && caught.status === 404) article.value = null;
    } finally {
      if (mine === turn) loading.value = false;
    }
  }

  watch(id, () => {
    if (article.value?.id === id.value) return;
    article.value = null;
    void reload();
  }, { immediate: true });
  onReconnect(() => void reload());

  const show = (shown: ArticleDetail) => {
    turn++;
    loading.value = false;
    article.value = shown;
  };
  return { article, loading, error, reload, show };
}
