// Who does what in the knowledge base, as far as pages differ by it; the server decides what is allowed.
import type { Me, Role } from "@/shared/types";

export const UNIT_ROLES: readonly Role[] = ["unit_admin", "liaison", "handler", "section_head", "signing_head"];
export const EDITORS: readonly Role[] = ["knowledge_editor"];
export const HOTLINE_ROLES: readonly Role[] = [
  "agent", "dispatcher", "reply_auditor", "supervisor", "callback_agent", "shift_leader", "manager", "quality_inspector", "administrator",
];

const holds = (me: Me | null, roles: readonly Role[]): boolean => me?.roles.some((role) => roles.includes(role)) ?? false;

export const isEditor = (me: Me | null): boolean => holds(me, EDITORS);
/** Writes articles: editors, and units for themselves. */
export const isKeeper = (me: Me | null): boolean => holds(me, [...EDITORS, ...UNIT_ROLES]);
