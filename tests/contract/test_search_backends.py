"""What every search backend must do, and what those that remember must find. Third parties may add theirs to BACKENDS."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hotline.kernel import plugins
from hotline.kernel.search.analysis import Analyzer, packaged_words, suggest_terms
from hotline.kernel.search.port import AnyOf, Between, IndexDoc, IndexSchema, SearchBackend, Source, TextField
from hotline.kernel.search.query import Search
from tests.contract import elastic

SCHEMA = IndexSchema("things", 1, (TextField("title", 3.0), TextField("body", 1.0)), ("suggest",), ("colour",), ("day",))
ANALYZER = Analyzer(packaged_words())
ELASTICSEARCH = "elasticsearch:"
BACKENDS = ("null:", "tantivy:", ELASTICSEARCH)
REMEMBERING = ("tantivy:", ELASTICSEARCH)
Open = Callable[[str], SearchBackend]


@pytest.fixture
def opened(tmp_path: Path, request: pytest.FixtureRequest) -> Open:
    """Opens a backend; one test sees the same store however often it opens it, and another test another store."""
    urls: dict[str, str] = {}

    def open_it(url: str) -> SearchBackend:
        if url == ELASTICSEARCH and url not in urls:
            urls[url] = elastic.url_of(request.getfixturevalue("elasticsearch"))
        backend: SearchBackend = plugins.open_url("hotline.search_backends", urls.get(url, url), data_dir=tmp_path)
        return backend

    return open_it


def source(*docs: IndexDoc) -> Source:
    """The documents as a source in the order of their ids."""
    ordered = sorted(docs, key=lambda one: one.id)
    return lambda after: [one for one in ordered if after is None or one.id > after]


def doc(key: str, title: str, body: str = "", colours: tuple[str, ...] = ("red",), day: int = 1) -> IndexDoc:
    texts = {"title": ANALYZER.spaced(title), "body": ANALYZER.spaced(body), "suggest": " ".join(suggest_terms(title))}
    return IndexDoc(key, texts, {"colour": colours}, {"day": day})


def ids(search: Search, text: str, *filters: AnyOf | Between) -> list[str]:
    return [hit.id for hit in search.find(SCHEMA, text, filters).hits]


@pytest.mark.parametrize("url", BACKENDS)
def test_searching_before_anything_is_built_finds_nothing(opened: Open, url: str) -> None:
    assert ids(Search(opened(url), ANALYZER), "停水") == []


@pytest.mark.parametrize("url", BACKENDS)
@pytest.mark.parametrize("text", ["", "？！", "停水" * 50_000, "\x00", "a:b AND (c", '"', "养" * 300])
def test_searching_takes_any_text(opened: Open, url: str, text: str) -> None:
    backend = opened(url)
    backend.replace(SCHEMA, source(doc("1", "停水通知")))

    Search(backend, ANALYZER).find(SCHEMA, text)


@pytest.mark.parametrize("url", BACKENDS)
def test_applying_the_same_change_twice_is_harmless(opened: Open, url: str) -> None:
    backend = opened(url)
    backend.ensure(SCHEMA, source())

    for _ in range(2):
        backend.apply(SCHEMA, [doc("1", "停水通知")], ["unknown"])

    assert len(ids(Search(backend, ANALYZER), "停水")) <= 1


@pytest.mark.parametrize("url", BACKENDS)
def test_counts_answer_for_every_token(opened: Open, url: str) -> None:
    backend = opened(url)

    assert backend.counts(SCHEMA, ["停水", "停电"]) == {"停水": 0, "停电": 0}


@pytest.mark.parametrize("url", REMEMBERING)
class TestRemembering:
    """What a backend with a memory must find."""

    def test_finds_by_words_and_ranks_the_boosted_field_first(self, opened: Open, url: str) -> None:
        backend = opened(url)
        backend.replace(
            SCHEMA, source(doc("body", "通知", "公租房 申请"), doc("title", "公租房申请"), doc("other", "养老保险"))
        )

        assert ids(Search(backend, ANALYZER), "怎么申请公租房") == ["title", "body"]

    def test_traditional_characters_find_the_same(self, opened: Open, url: str) -> None:
        backend = opened(url)
        backend.replace(SCHEMA, source(doc("1", "异地就医备案"), doc("2", "加装电梯")))

        assert ids(Search(backend, ANALYZER), "異地就醫") == ["1"]

    def test_filters_hide_without_changing_scores(self, opened: Open, url: str) -> None:
        backend = opened(url)
        backend.replace(
            SCHEMA, source(doc("1", "停水", colours=("red", "blue"), day=5), doc("2", "停水", colours=("green",), day=9))
        )
        search = Search(backend, ANALYZER)

        narrowed = search.find(SCHEMA, "停水", (AnyOf("colour", frozenset({"blue"})), Between("day", None, 5)))

        assert [hit.id for hit in narrowed.hits] == ["1"]
        assert narrowed.hits[0].score == search.find(SCHEMA, "停水").hits[0].score

    @pytest.mark.parametrize(
        ("wanted", "expected"),
        [
            (Between("day", 2, None), ["2", "3"]),
            (Between("day", 2, 2), ["2"]),
            (Between("day", None, None), ["1", "2", "3"]),
            (AnyOf("colour", frozenset()), []),
            (AnyOf("colour", frozenset({"red", "green"})), ["1", "2", "3"]),
        ],
    )
    def test_each_filter_keeps_what_it_says(self, opened: Open, url: str, wanted: AnyOf | Between, expected: list[str]) -> None:
        backend = opened(url)
        backend.replace(SCHEMA, source(*(doc(str(day), "停水", day=day) for day in (1, 2, 3))))

        assert ids(Search(backend, ANALYZER), "停水", wanted) == expected

    def test_an_upsert_replaces_and_a_delete_removes(self, opened: Open, url: str) -> None:
        backend = opened(url)
        backend.replace(SCHEMA, source(doc("1", "停水"), doc("2", "停水")))
        search = Search(backend, ANALYZER)

        backend.apply(SCHEMA, [doc("1", "停电")], ["2"])

        assert (ids(search, "停水"), ids(search, "停电"), backend.stats(SCHEMA).docs) == ([], ["1"], 1)

    def test_equal_scores_come_by_id_and_pages_neither_lose_nor_repeat(self, opened: Open, url: str) -> None:
        backend = opened(url)
        backend.replace(SCHEMA, source(*(doc(f"{number:03d}", "停水") for number in range(25))))
        search, seen, after = Search(backend, ANALYZER), [], None

        while True:
            page = search.find(SCHEMA, "停水", size=10, after=after)
            seen += [hit.id for hit in page.hits]
            if (after := page.next_page) is None:
                break

        assert (page.total, seen) == (25, [f"{number:03d}" for number in range(25)])

    def test_a_synonym_finds_but_counts_less(self, opened: Open, url: str) -> None:
        backend = opened(url)
        backend.replace(SCHEMA, source(doc("same", "遗失"), doc("word", "丢失")))

        assert ids(Search(backend, ANALYZER, {"丢失": ("遗失",)}), "丢失") == ["word", "same"]

    @pytest.mark.parametrize("typed", ["养老", "yang", "yl", "YLBX"])
    def test_suggestions_come_by_characters_pinyin_and_initials(self, opened: Open, url: str, typed: str) -> None:
        backend = opened(url)
        backend.replace(SCHEMA, source(doc("1", "养老保险转移"), doc("2", "停水通知")))

        found = Search(backend, ANALYZER).suggest(SCHEMA, "suggest", typed)

        assert [hit.id for hit in found.hits] == ["1"]

    def test_ensure_builds_once(self, opened: Open, url: str) -> None:
        backend = opened(url)

        assert backend.ensure(SCHEMA, source(doc("1", "停水")))
        assert not backend.ensure(SCHEMA, source())
        assert ids(Search(backend, ANALYZER), "停水") == ["1"]

    def test_an_index_of_another_schema_is_built_again(self, opened: Open, url: str) -> None:
        opened(url).replace(SCHEMA, source(doc("1", "停水")))
        newer = IndexSchema(SCHEMA.name, 2, SCHEMA.texts, SCHEMA.extra, SCHEMA.keywords, SCHEMA.numbers)
        backend = opened(url)

        assert not backend.stats(newer).ready
        assert backend.ensure(newer, source(doc("2", "停水")))
        assert [hit.id for hit in Search(backend, ANALYZER).find(newer, "停水").hits] == ["2"]

    def test_a_rebuild_keeps_the_live_index_when_its_source_fails(self, opened: Open, url: str) -> None:
        backend = opened(url)
        backend.replace(SCHEMA, source(doc("1", "停水")))

        def failing(after: str | None) -> Iterator[IndexDoc]:
            yield doc("1", "停电")
            raise LookupError

        with pytest.raises(LookupError):
            backend.replace(SCHEMA, failing)

        assert ids(Search(backend, ANALYZER), "停水") == ["1"]

    def test_a_build_that_failed_goes_on_behind_its_last_safe_document(self, opened: Open, url: str) -> None:
        backend, many = opened(url), [doc(f"{number:05d}", "停水") for number in range(12_000)]
        asked: list[str | None] = []

        def failing(after: str | None) -> Iterator[IndexDoc]:
            yield from many[:11_000]
            raise LookupError

        def going_on(after: str | None) -> Iterator[IndexDoc]:
            asked.append(after)
            return (one for one in many if after is None or one.id > after)

        with pytest.raises(LookupError):
            backend.replace(SCHEMA, failing)
        waiting = opened(url).stats(SCHEMA).building
        opened(url).replace(SCHEMA, going_on)

        assert waiting
        assert asked == [many[waiting - 1].id]
        assert (backend.stats(SCHEMA).docs, backend.stats(SCHEMA).building) == (12_000, None)

    def test_what_changes_during_a_build_is_found_at_once_and_when_it_has_taken_over(self, opened: Open, url: str) -> None:
        backend, other = opened(url), opened(url)
        backend.replace(SCHEMA, source(*(doc(key, "停水") for key in "1234")))
        search, seen = Search(other, ANALYZER), []

        def slowly(after: str | None) -> Iterator[IndexDoc]:
            yield doc("1", "停水")
            yield doc("2", "停水")
            other.apply(SCHEMA, [doc("1", "停电"), doc("4", "停电"), doc("5", "停电")], ["2", "3"])
            seen.append((ids(search, "停电"), ids(search, "停水")))
            yield doc("3", "停水")
            yield doc("4", "停水")

        backend.replace(SCHEMA, slowly)

        assert seen == [(["1", "4", "5"], [])]
        assert (ids(search, "停电"), ids(search, "停水"), other.stats(SCHEMA).docs) == (["1", "4", "5"], [], 3)

    def test_an_empty_field_changes_nothing_for_others(self, opened: Open, url: str) -> None:
        backend = opened(url)
        backend.replace(SCHEMA, source(doc("1", "停水"), IndexDoc("2", {"title": "通知"})))

        assert ids(Search(backend, ANALYZER), "停水") == ["1"]

    def test_counts_tell_how_many_documents_hold_a_token(self, opened: Open, url: str) -> None:
        backend = opened(url)
        backend.replace(SCHEMA, source(doc("1", "停水", "停水 停电"), doc("2", "停水")))

        assert backend.counts(SCHEMA, ["停水", "停电", "停气"]) == {"停水": 2, "停电": 1, "停气": 0}
