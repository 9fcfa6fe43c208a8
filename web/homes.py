"""Which page is for which roles; the first page of a role is its home."""

from web.auth import EVERYONE, UNIT_ROLES

PAGES = {
    "console": ("agent", "shift_leader"),
    "dispatch": ("dispatcher", "shift_leader", "reply_auditor", "supervisor"),
    "unit": UNIT_ROLES,
    "callbacks": ("callback_agent", "shift_leader"),
    "floor": ("shift_leader",),
    "board": ("manager", "shift_leader", "administrator"),
    "tickets": EVERYONE,
    "inbox": EVERYONE,
}


def homes(roles: frozenset[str]) -> list[str]:
    """The pages of these roles, in menu order."""
    return [name for name, who in PAGES.items() if roles & set(who)]
