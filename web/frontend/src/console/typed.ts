// Words the agent types do what spoken ones do: they are watched for danger and call up answer cards, a moment after
// typing stops.
import { watch, type Ref } from "vue";

import { api } from "@/shared/api";
import type { Alert, Card, Contact, Items } from "@/shared/types";

const SEND_AFTER_MS = 500;
const LONGEST_WORDS = 500;

type Found = (alerts: Alert[], cards: Card[]) => void;

/** `shown` are the cards on the screen: those that still fit keep their place. */
export function useTypedWords(contact: Ref<Contact | null>, words: () => string, shown: Ref<Card[]>, found: Found): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let sent = "";

  async function send(contactId: number, text: string): Promise<void> {
    sent = text;
    const [alerts, cards] = await Promise.all([
      api.post<Items<Alert>>(`/contacts/${contactId}/typed`, { text }),
      api.post<Items<Card>>("/knowledge/cards", { text: text.trim().slice(0, LONGEST_WORDS), shown: shown.value.map((card) => card.article_id) }),
    ]);
    if (contact.value?.id === contactId) found(alerts.items, cards.items);
  }

  watch(words, (text) => {
    clearTimeout(timer);
    const id = contact.value?.id;
    if (!id || contact.value?.closed_at || !text.trim() || text === sent) return;
    timer = setTimeout(() => void send(id, text).catch(() => undefined), SEND_AFTER_MS);
  });
}
