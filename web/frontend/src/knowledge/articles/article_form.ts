// Writing an article: what is typed, whether it is saved, and what to do when somebody else saved meanwhile. Nothing typed is
// ever thrown away but by its writer.
import { api, ApiError } from "@/shared/api";
import { showDone, showError } from "@/shared/errors";
import { t } from "@/shared/i18n";
import { page } from "@/shared/page";
import type { UnitRef } from "@/shared/types";
import { computed, reactive, ref, shallowRef, watch, type ComputedRef, type Ref } from "vue";

import { isEditor } from "../readers";
import type { ArticleDetail, ArticleWords } from "../types";
import { holdUnsaved } from "../unsaved";
import { EMPTY_WORDS, FIELDS } from "./fields";

export interface ArticleFormState {
  words: ArticleWords;
  owner: Ref<UnitRef | null>;
  note: Ref<string>;
  /** Hashes of the files that are to go with the next save. */
  dropped: Ref<string[]>;
  /** Whether the change takes account of what was published since it began. */
  caughtUp: Ref<boolean>;
  dirty: ComputedRef<boolean>;
  busy: Ref<boolean>;
  refused: Ref<unknown>;
  /** What somebody else saved meanwhile; null while nobody did. */
  theirs: Ref<ArticleDetail | null>;
  /** Fields that both changed, each otherwise. */
  differing: ComputedRef<(keyof ArticleWords)[]>;
  save: () => Promise<ArticleDetail | null>;
  /** Save what is unsaved, then make the move. */
  saveAnd: (action: string) => Promise<ArticleDetail | null>;
  takeTheirs: (field: keyof ArticleWords) => void;
}

const copyOf = (words: ArticleWords): ArticleWords => JSON.parse(JSON.stringify(Object.fromEntries(FIELDS.map((field) => [field, words[field]])))) as ArticleWords;
const written = (value: unknown) => JSON.stringify(value ?? null);

/** What is sent: empty lines of lists and spaces around words are no words. */
function tidied(words: ArticleWords): ArticleWords {
  const lines = (list: string[]) => list.map((line) => line.trim()).filter(Boolean);
  return { ...copyOf(words), title: words.title.trim(), questions: lines(words.questions), keywords: lines(words.keywords) };
}

export function useArticleForm(article: () => ArticleDetail | null): ArticleFormState {
  const words = reactive(copyOf(article() ?? EMPTY_WORDS));
  const own = isEditor(page.me) ? null : (page.me?.units[0] ?? null);
  const owner = ref<UnitRef | null>(article()?.owner_unit ?? own);
  const note = ref("");
  const dropped = ref<string[]>([]);
  const caughtUp = ref(false);
  /** The words that both began from. */
  const ground = shallowRef(copyOf(words));
  const base = shallowRef(state());
  const version = ref(article()?.version ?? 0);
  const busy = ref(false);
  const refused = ref<unknown>(null);
  const theirs = shallowRef<ArticleDetail | null>(null);

  function state(): string {
    return written([tidied(words), owner.value?.id, note.value.trim(), dropped.value, caughtUp.value]);
  }
  const dirty = computed(() => state() !== base.value);
  const differing = computed(() => (theirs.value ? FIELDS.filter((field) => isTheirs(theirs.value!, field) && written(theirs.value![field]) !== written(tidied(words)[field])) : []));
  const isTheirs = (now: ArticleWords, field: keyof ArticleWords) => written(now[field]) !== written(ground.value[field]);
  holdUnsaved(() => dirty.value);

  // An attachment or a move gives the article a newer version without touching the words.
  watch(() => article()?.version, (next) => next && !theirs.value && (version.value = next));

  function settle(saved: ArticleDetail): void {
    Object.assign(words, copyOf(saved));
    ground.value = copyOf(saved);
    [owner.value, note.value, version.value, theirs.value] = [saved.owner_unit, "", saved.version, null];
    [dropped.value, caughtUp.value] = [[], false];
    base.value = state();
  }

  async function send(): Promise<ArticleDetail> {
    const body = { ...tidied(words), owner_unit_id: owner.value?.id ?? null };
    const known = article();
    if (!known) return api.post<ArticleDetail>("/knowledge/articles", body);
    const attachments = known.attachments.map((file) => file.sha256).filter((sha256) => !dropped.value.includes(sha256));
    const onto = caughtUp.value ? { replaces_revision: known.replaces?.revision } : {};
    return api.put<ArticleDetail>(`/knowledge/articles/${known.id}`, { ...body, ...onto, attachments, version: version.value, note: note.value.trim() });
  }

  async function refuse(error: unknown): Promise<void> {
    refused.value = error;
    const known = article();
    if (!(error instanceof ApiError && error.isConflict && known)) return showError(error);
    const now = await api.get<ArticleDetail>(`/knowledge/articles/${known.id}`).catch(() => null);
    // A conflict without a newer version is a refusal of another kind, said in the server's words.
    if (!now || now.version === version.value) return showError(error);
    if (theirs.value) ground.value = copyOf(theirs.value);
    // What only they changed is taken over; what both changed stays as it was typed here and is shown beside theirs.
    const untouched = FIELDS.filter((field) => isTheirs(now, field) && written(tidied(words)[field]) === written(ground.value[field]));
    for (const field of untouched) Object.assign(words, { [field]: copyOf(now)[field] });
    [theirs.value, version.value] = [now, now.version];
  }

  async function doing(act: () => Promise<ArticleDetail>): Promise<ArticleDetail | null> {
    if (busy.value) return null;
    busy.value = true;
    refused.value = null;
    try {
      return await act();
    } catch (error) {
      await refuse(error);
      return null;
    } finally {
      busy.value = false;
    }
  }

  const save = () =>
    doing(async () => {
      const saved = await send();
      settle(saved);
      showDone(t("knowledge.form.saved"));
      return saved;
    });

  async function saveAnd(action: string): Promise<ArticleDetail | null> {
    const saved = dirty.value ? await save() : article();
    if (!saved) return null;
    return doing(() => api.post<ArticleDetail>(`/knowledge/articles/${saved.id}/actions/${action}`, { version: saved.version, given: {} }));
  }

  const takeTheirs = (field: keyof ArticleWords) => theirs.value && Object.assign(words, { [field]: copyOf(theirs.value)[field] });
  return { words, owner, note, dropped, caughtUp, dirty, busy, refused, theirs, differing, save, saveAnd, takeTheirs };
}
