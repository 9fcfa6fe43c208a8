"""What every source of service guides must do, against a real server over HTTP and without any platform.

A third party takes its own scheme instead of http.
"""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from hotline.kernel import plugins
from hotline.kernel.errors import Invalid
from knowledge_base.guides import Guide, GuideSource, GuidesUnavailable, Malformed

GROUP = "hotline.guide_sources"
NOWHERE = "http://127.0.0.1:9"


def guide(origin_id: str, **changed: Any) -> dict[str, Any]:
    said = {"id": origin_id, "title": f"办理{origin_id}", "answer_public": "带身份证到窗口办理。", "category_code": "0402"}
    return {**said, "material": "办事指南", "item_code": f"11330-{origin_id}", **changed}


@dataclass
class Platform:
    """A platform's server: answers by the token it is asked for, and keeps what it was asked."""

    pages: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    slow_s: float = 0.0
    asked: list[tuple[str, str]] = field(default_factory=list)


@pytest.fixture
def platform() -> Iterator[tuple[Platform, str]]:
    told = Platform()

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            token = parse_qs(parts.query).get("since", [""])[0]
            told.asked.append((parts.path + "?" + token, self.headers.get("Authorization", "")))
            time.sleep(told.slow_s)
            page = told.pages.get(token, {"guides": [], "deleted": [], "next": token, "more": False})
            self.send_response(told.status)
            self.end_headers()
            self.wfile.write(page if isinstance(page, bytes) else json.dumps(page).encode())

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield told, f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def opened(url: str) -> GuideSource:
    source: GuideSource = plugins.open_url(GROUP, url)
    return source


def test_all_pages_are_asked_for_one_after_the_other(platform: tuple[Platform, str]) -> None:
    told, address = platform
    told.pages = {
        "": {"guides": [guide("a")], "deleted": [], "next": "1", "more": True},
        "1": {"guides": [guide("b")], "deleted": ["c"], "next": "2", "more": False},
    }

    pages = list(opened(f"http://:geheim@{address}/api").changed_since(""))

    assert [[one.origin_id for one in page.guides] for page in pages] == [["a"], ["b"]]
    assert [(page.deleted, page.token) for page in pages] == [((), "1"), (("c",), "2")]
    assert told.asked == [("/api/guides?", "Bearer geheim"), ("/api/guides?1", "Bearer geheim")]


def test_a_look_begins_where_the_last_one_ended(platform: tuple[Platform, str]) -> None:
    told, address = platform

    assert [page.token for page in opened(f"http://{address}").changed_since("7")] == ["7"]
    assert [path for path, _ in told.asked] == ["/guides?7"]


def test_a_guide_says_what_its_article_will(platform: tuple[Platform, str]) -> None:
    told, address = platform
    sent = guide("a", keywords=["社保"], source_date="2026-01-05", unit_code="U1", unknown="?", effective_to=None)
    told.pages[""] = {"guides": [sent], "next": "1"}

    ((found,),) = [page.guides for page in opened(f"http://{address}").changed_since("")]

    assert isinstance(found, Guide)
    assert (found.unit_code, found.content.keywords, found.content.source_date) == ("U1", ("社保",), date(2026, 1, 5))
    assert found.content.answer_agent == found.content.answer_public == "带身份证到窗口办理。"
    assert found.content.item_code == "11330-a"


@pytest.mark.parametrize(
    ("wrong", "field_name"),
    [
        ({"title": None}, "title"),
        ({"answer_public": 7}, "answer_public"),
        ({"source_date": "gestern"}, "source_date"),
        ({"keywords": "社保"}, "keywords"),
        ({"id": "x" * 41}, "id"),
    ],
)
def test_a_malformed_guide_is_told_of_and_the_others_come(
    platform: tuple[Platform, str], wrong: dict[str, Any], field_name: str
) -> None:
    told, address = platform
    told.pages[""] = {"guides": [guide("a", **wrong), guide("b")], "next": "1"}

    ((first, second),) = [page.guides for page in opened(f"http://{address}").changed_since("")]

    assert isinstance(first, Malformed)
    assert (first.field, second.origin_id) == (field_name, "b")


def test_what_is_no_guide_at_all_is_malformed(platform: tuple[Platform, str]) -> None:
    platform[0].pages[""] = {"guides": ["a", 1, None], "next": "1"}

    ((*found,),) = [page.guides for page in opened(f"http://{platform[1]}").changed_since("")]

    assert all(isinstance(one, Malformed) for one in found)


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_a_platform_that_refuses_or_fails_is_unavailable(platform: tuple[Platform, str], status: int) -> None:
    platform[0].status = status

    with pytest.raises(GuidesUnavailable):
        list(opened(f"http://{platform[1]}").changed_since(""))


@pytest.mark.parametrize("answer", [b"", b"<html>", b"[]", b'{"guides": 7, "next": "1"}', b'{"guides": []}'])
def test_an_answer_that_is_no_page_is_unavailable(platform: tuple[Platform, str], answer: bytes) -> None:
    platform[0].pages[""] = answer

    with pytest.raises(GuidesUnavailable):
        list(opened(f"http://{platform[1]}").changed_since(""))


def test_a_platform_that_is_too_slow_is_unavailable(platform: tuple[Platform, str]) -> None:
    platform[0].slow_s = 1.0

    with pytest.raises(GuidesUnavailable):
        list(opened(f"http://{platform[1]}?timeout_s=0.2").changed_since(""))


def test_a_platform_that_never_ends_is_unavailable(platform: tuple[Platform, str]) -> None:
    platform[0].pages[""] = {"guides": [], "next": "", "more": True}

    with pytest.raises(GuidesUnavailable):
        list(opened(f"http://{platform[1]}").changed_since(""))


def test_nobody_there_is_unavailable() -> None:
    with pytest.raises(GuidesUnavailable):
        list(opened(f"{NOWHERE}?timeout_s=1").changed_since(""))


def test_without_a_platform_nothing_comes() -> None:
    source = opened("null:")

    assert (source.name, list(source.changed_since(""))) == ("", [])


@pytest.mark.parametrize("url", ["http://", "http://127.0.0.1:9?timeout_s=soon"])
def test_address_that_cannot_be_meant_is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        opened(url)
