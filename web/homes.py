"""Which page is for which roles; the first page of a role is its home."""

from hotline.people.permissions import Role
from web.auth import EVERYONE, UNIT_ROLES

TICKET_READERS = tuple(role for role in EVERYONE if role != Role.KNOWLEDGE_EDITOR)
"""Whoever has to do with requests; an editor of articles sees none."""

PAGES = {
    "console": ("agent", "shift_leader"),
    "dispatch": ("dispatcher", "shift_leader"),
    "unit": UNIT_ROLES,
    "callbacks": ("callback_agent", "shift_leader"),
    "floor": ("shift_leader",),
    "board": ("manager", "shift_leader", "administrator"),
    "incidents": ("shift_leader", "dispatcher", "manager"),
    "supervision": ("supervisor", "shift_leader", "manager"),
    "review": ("reply_auditor", "supervisor", "shift_leader"),
    "due": (*UNIT_ROLES, "dispatcher", "reply_auditor", "supervisor", "shift_leader", "callback_agent"),
    "tickets": TICKET_READERS,
    "knowledge": EVERYONE,
    "admin": ("administrator", "unit_admin"),
    "inbox": EVERYONE,
}


def homes(roles: frozenset[str]) -> list[str]:
    """The pages of these roles, in menu order."""
    return [name for name, who in PAGES.items() if roles & set(who)]
