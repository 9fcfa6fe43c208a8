"""A notice leads to what it is about, and nowhere that its args do not name by a number or a known tab."""

from typing import Any

import pytest

from web.notice_links import link_of


@pytest.mark.parametrize(
    ("ticket_id", "args", "link"),
    [
        (7, {"article_id": 3}, "/tickets/7"),
        (None, {"article_id": 3, "title": "标题"}, "/knowledge?article=3"),
        (None, {"task_id": 4}, "/knowledge?tab=tasks&task=4"),
        (None, {"tab": "questions"}, "/knowledge?tab=questions"),
        (None, {"tab": "//elsewhere"}, None),
        (None, {"article_id": "3&x"}, None),
        (None, {}, None),
    ],
)
def test_a_notice_leads_to_its_thing(ticket_id: int | None, args: dict[str, Any], link: str | None) -> None:
    assert link_of(ticket_id, args) == link
