// Words the agent types are watched for danger as spoken ones are: sent a moment after typing stops.
import { watch, type Ref } from "vue";

import { api } from "@/shared/api";
import type { Alert, Contact, Items } from "@/shared/types";

const SEND_AFTER_MS = 500;

export function useTypedWords(contact: Ref<Contact | null>, words: () => string, found: (alerts: Alert[]) => void): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let sent = "";

  async function send(contactId: number, text: string): Promise<void> {
    sent = text;
    const { items } = await api.post<Items<Alert>>(`/contacts/${contactId}/typed`, { text });
    if (contact.value?.id === contactId) found(items);
  }

  watch(words, (text) => {
    clearTimeout(timer);
    const id = contact.value?.id;
    if (!id || contact.value?.closed_at || !text.trim() || text === sent) return;
    timer = setTimeout(() => void send(id, text).catch(() => undefined), SEND_AFTER_MS);
  });
}
