"""The embedded index stands in for a server that goes away, and the server has missed nothing when it is back."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from hotline.kernel.errors import Unavailable
from hotline.kernel.search import elasticsearch as adapter
from hotline.kernel.search.fallback import FallbackBackend
from hotline.kernel.search.port import (
    CompiledQuery,
    Cursor,
    Filters,
    Hits,
    IndexDoc,
    IndexSchema,
    IndexStats,
    SearchBackend,
    Source,
    TextField,
)
from hotline.kernel.search.tantivy import TantivyBackend
from tests.contract import elastic

SCHEMA = IndexSchema("things", 1, (TextField("title", 1.0),))


class Server:
    """A store that can go away, and come back with what it had."""

    def __init__(self, inner: SearchBackend) -> None:
        self.inner, self.up = inner, True

    def _reached(self) -> SearchBackend:
        if not self.up:
            raise Unavailable("Elasticsearch: ConnectionError", part="search")
        return self.inner

    def ensure(self, schema: IndexSchema, source: Source) -> bool:
        return self._reached().ensure(schema, source)

    def replace(self, schema: IndexSchema, source: Source) -> None:
        self._reached().replace(schema, source)

    def apply(self, schema: IndexSchema, upserts: Iterable[IndexDoc], deletes: Iterable[str] = ()) -> None:
        self._reached().apply(schema, upserts, deletes)

    def search(
        self, schema: IndexSchema, query: CompiledQuery, filters: Filters = (), *, size: int = 10, after: Cursor | None = None
    ) -> Hits:
        return self._reached().search(schema, query, filters, size=size, after=after)

    def counts(self, schema: IndexSchema, tokens: Iterable[str]) -> dict[str, int]:
        return self._reached().counts(schema, tokens)

    def stats(self, schema: IndexSchema) -> IndexStats:
        return self._reached().stats(schema)


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return Server(TantivyBackend(tmp_path / "server"))


def fallback(server: SearchBackend, folder: Path, **given: int) -> FallbackBackend:
    return FallbackBackend(server, TantivyBackend(folder / "spare"), folder / "away", **given)


@pytest.fixture
def both(server: Server, tmp_path: Path) -> FallbackBackend:
    made = fallback(server, tmp_path)
    made.ensure(SCHEMA, lambda after: [thing("1"), thing("2")])
    return made


def thing(key: str, title: str = "停水") -> IndexDoc:
    return IndexDoc(key, {"title": title})


def asked(backend: SearchBackend, word: str = "停水") -> tuple[list[str], bool]:
    found = backend.search(SCHEMA, CompiledQuery(((word,),), SCHEMA.texts))
    return [hit.id for hit in found.hits], found.degraded


def test_the_server_answers_while_it_is_there(both: FallbackBackend) -> None:
    assert asked(both) == (["1", "2"], False)
    assert both.stats(SCHEMA).away is None


def test_the_embedded_index_answers_and_says_so_when_the_server_is_away(both: FallbackBackend, server: Server) -> None:
    server.up = False

    assert asked(both) == (["1", "2"], True)
    assert both.counts(SCHEMA, ["停水"]) == {"停水": 2}
    away = both.stats(SCHEMA).away
    assert away is not None
    assert "ConnectionError" in away.reason


def test_changes_are_found_at_once_while_the_server_is_away(both: FallbackBackend, server: Server) -> None:
    server.up = False

    both.apply(SCHEMA, [thing("3")], ["1"])

    away = both.stats(SCHEMA).away
    assert away is not None
    assert away.missed == 1
    assert asked(both) == (["2", "3"], True)


def test_a_server_that_returns_answers_only_with_what_it_missed(both: FallbackBackend, server: Server) -> None:
    server.up = False
    both.apply(SCHEMA, [thing("3", "停电")])
    both.apply(SCHEMA, [thing("3"), thing("4")], ["1"])
    server.up = True

    before = asked(both)
    both.apply(SCHEMA, ())

    assert before == (["2", "3", "4"], True)
    assert asked(both) == (["2", "3", "4"], False)
    assert asked(server.inner) == (["2", "3", "4"], False)
    assert both.stats(SCHEMA).away is None


def test_other_processes_know_that_the_server_is_away_and_what_it_missed(
    both: FallbackBackend, server: Server, tmp_path: Path
) -> None:
    server.up = False
    both.apply(SCHEMA, [thing("3")])
    server.up = True

    other = fallback(server, tmp_path)

    assert asked(other) == (["1", "2", "3"], True)
    other.apply(SCHEMA, ())
    assert asked(both) == (["1", "2", "3"], False)


def test_a_change_is_kept_when_catching_up_fails(both: FallbackBackend, server: Server) -> None:
    server.up = False
    both.apply(SCHEMA, [thing("3")])
    both.apply(SCHEMA, ())

    server.up = True
    both.apply(SCHEMA, ())

    assert asked(both) == (["1", "2", "3"], False)


def test_a_server_too_far_behind_is_asked_again_only_when_it_was_built_anew(server: Server, tmp_path: Path) -> None:
    both = fallback(server, tmp_path, most_bytes=100)
    both.ensure(SCHEMA, lambda after: [thing("1")])
    server.up = False
    for number in range(10):
        both.apply(SCHEMA, [thing(str(number))])
    server.up = True
    both.apply(SCHEMA, ())

    behind = asked(both)
    both.replace(SCHEMA, lambda after: [thing(str(number)) for number in range(10)])

    assert behind == ([str(number) for number in range(10)], True)
    assert asked(both) == ([str(number) for number in range(10)], False)


def test_a_server_without_an_index_of_ours_does_not_answer(server: Server, tmp_path: Path) -> None:
    TantivyBackend(tmp_path / "spare").replace(SCHEMA, lambda after: [thing("1")])

    both = fallback(server, tmp_path)

    assert asked(both) == (["1"], True)
    assert both.stats(SCHEMA).away is not None


def test_a_start_without_the_server_builds_the_embedded_index(server: Server, tmp_path: Path) -> None:
    server.up = False
    both = fallback(server, tmp_path)

    both.ensure(SCHEMA, lambda after: [thing("1")])

    assert asked(both) == (["1"], True)


def test_what_changes_during_a_rebuild_is_in_both(both: FallbackBackend, server: Server) -> None:
    def slowly(after: str | None) -> Iterator[IndexDoc]:
        yield thing("1")
        both.apply(SCHEMA, [thing("9")], ["2"])
        yield thing("3")

    both.replace(SCHEMA, slowly)

    assert asked(both) == (["1", "3", "9"], False)
    server.up = False
    assert asked(both) == (["1", "3", "9"], True)


@pytest.mark.skipif(elastic.which().startswith("the server"), reason="a server of somebody else is not killed")
def test_a_killed_elasticsearch_is_fallen_back_from_and_caught_up_with(tmp_path: Path) -> None:
    if not elastic.which():
        pytest.skip("no stand-in")
    port, data = elastic.free_port(), tmp_path / "elasticsearch"
    url = urlsplit(f"elasticsearch://127.0.0.1:{port}/killed?timeout=2")
    both = fallback(adapter.open_backend(url, data_dir=tmp_path), tmp_path)
    with elastic.child(data, port):
        both.ensure(SCHEMA, lambda after: [thing("1")])
        there = asked(both)

    away = asked(both)
    both.apply(SCHEMA, [thing("2")])
    with elastic.child(data, port):
        # The stand-in may not keep its data over a kill; an index that is gone is one that has to be built.
        both.replace(SCHEMA, lambda after: [thing("1"), thing("2")])
        back = asked(both)

    assert (there, away, back) == ((["1"], False), (["1"], True), (["1", "2"], False))
