"""Where a notice leads: by what it is about, as its `args` name it. Called where the inbox is shown."""

from collections.abc import Mapping
from typing import Any

TABS = ("articles", "tasks", "questions", "announcements", "wordings", "phones")
ABOUT: Mapping[str, str] = {
    "article_id": "/knowledge?article={}",
    "task_id": "/knowledge?tab=tasks&task={}",
    "incident_id": "/incidents?incident={}",
}
"""The page of a thing, by the arg that has its id."""


def link_of(ticket_id: int | None, args: Mapping[str, Any]) -> str | None:  # plain values of a notice
    """The page that the notice is about; None when there is none."""
    if ticket_id is not None:
        return f"/tickets/{ticket_id}"
    for name, page in ABOUT.items():
        if isinstance(args.get(name), int):
            return page.format(args[name])
    return f"/knowledge?tab={args['tab']}" if args.get("tab") in TABS else None
