"""A place in a list that comes back from a client is either one of ours or refused: nothing else reaches a search server."""

import base64
import json

import pytest

from hotline.kernel.errors import Invalid
from hotline.kernel.search.port import DEEPEST, Cursor, Hit
from knowledge_base import search


def encoded(words: str) -> str:
    return base64.urlsafe_b64encode(words.encode()).decode()


def test_a_cursor_comes_back_as_it_went() -> None:
    cursor = Cursor(Hit("17", 3.25), 40)

    assert Cursor.decoded(cursor.encoded()) == cursor


@pytest.mark.parametrize(("seen", "kept"), [(-5, 0), (10**30, DEEPEST)])
def test_a_page_lies_no_deeper_than_lists_go(seen: int, kept: int) -> None:
    assert Cursor.decoded(encoded(json.dumps(["1", 1.0, seen]))).seen == kept


@pytest.mark.parametrize(
    "given",
    [
        "",
        "no cursor",
        encoded('["1", Infinity, 0]'),
        encoded('["1", NaN, 0]'),
        encoded('["1", 1.0, Infinity]'),
        encoded('["1", 1e999, 0]'),
        encoded("[" * 5000),
        encoded('{"1": 1}'),
        "\ud800",
    ],
)
def test_what_is_no_cursor_is_refused(given: str) -> None:
    with pytest.raises(Invalid):
        Cursor.decoded(given)


@pytest.mark.parametrize("given", ["x", "-1", "1;2", "9" * 19, "9" * 5000])
def test_what_is_no_place_in_a_list_of_articles_is_refused(given: str) -> None:
    with pytest.raises(Invalid):
        search.id_of(given)
