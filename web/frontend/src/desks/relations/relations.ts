// What a ticket has to do with other tickets, in groups with their words. Pure but for the catalogue.
import { t, word } from "@/shared/i18n";
import type { TicketDetail, TicketRef } from "@/shared/types";

export interface Related {
  label: string;
  tickets: (TicketRef & { note?: string })[];
}

// Links that stand in a group of their own already.
const OWN_GROUPS = new Set(["parent", "child", "main", "merged"]);

/** The groups that are not empty, the nearest first. */
export function relatedOf(ticket: TicketDetail): Related[] {
  const kinds = [...new Set(ticket.links.map((link) => link.kind))].filter((kind) => !OWN_GROUPS.has(kind));
  const groups: Related[] = [
    { label: t("desks.relation.merged_into"), tickets: ticket.merged_into ? [ticket.merged_into] : [] },
    { label: t("desks.relation.merged"), tickets: ticket.merged },
    { label: t("desks.relation.parent"), tickets: ticket.parent ? [ticket.parent] : [] },
    { label: t("desks.relation.children"), tickets: ticket.children },
    ...kinds.map((kind) => ({
      label: word("desks.link", kind),
      tickets: ticket.links.filter((link) => link.kind === kind).map((link) => ({ ...link.ticket, note: link.note })),
    })),
  ];
  return groups.filter((group) => group.tickets.length);
}

/** Whether there is anything to show. */
export function hasRelations(ticket: TicketDetail): boolean {
  return relatedOf(ticket).length > 0 || !!ticket.handed_to || !!ticket.answerable_unit || !!ticket.resume_at;
}
