"""Search in a folder, by tantivy. One process writes at a time (a file lock that dies with its holder), any number read.

`<folder>/<index>/live.json` names the generation in use, `building.json` the one being built; what changes meanwhile goes into
the live one and into a file, from which the new one gets it. The index format changes between minor releases of tantivy, so its
version is part of the fingerprint and a mismatch means: not built yet.
"""

import json
import logging
import shutil
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult

import tantivy

from hotline.kernel.errors import Unavailable
from hotline.kernel.search import analysis, building
from hotline.kernel.search.building import Building
from hotline.kernel.search.filelock import locked
from hotline.kernel.search.port import (
    SYNONYM_BOOST,
    Access,
    AnyOf,
    Between,
    CompiledQuery,
    Cursor,
    Filters,
    Hit,
    Hits,
    IndexDoc,
    IndexSchema,
    IndexStats,
    Source,
    texts_of,
)

WRITE_WAIT_S = 5.0
HEAP_BYTES = 20_000_000
HEAP_REBUILD_BYTES = 128_000_000
BATCH = 10_000
# Equal scores at the edge of a page are cut by tantivy in its own order; a few more are asked for and sorted by us.
MARGIN = 16
ID = "id"
PANIC = "PanicException"
LOG = logging.getLogger("hotline.search")
Query = Any  # tantivy-py has no complete type information


@dataclass
class _Reader:
    generation: int
    stamp: int
    index: Any  # tantivy.Index


class TantivyBackend:
    """`SearchBackend` over a folder of index generations."""

    def __init__(self, root: Path, *, write_wait_s: float = WRITE_WAIT_S, batch: int = BATCH) -> None:
        """`batch` documents of a rebuild are made safe at a time."""
        self._root = root
        self._batch = batch
        self._write_wait_s = write_wait_s
        self._readers: dict[str, _Reader] = {}
        self._guard = threading.Lock()

    def ensure(self, schema: IndexSchema, source: Source) -> bool:
        if self._can_be_read(schema):
            return False
        self.replace(schema, source)
        return True

    def replace(self, schema: IndexSchema, source: Source) -> None:
        with _translated():
            home = self._home(schema)
            with locked(home / "build.lock", wait_s=self._write_wait_s):
                begun = self._begun(schema)
                folder = home / str(begun.generation)
                self._fill(schema, folder, begun, source)
                with self._writing(schema):
                    index = _open(folder)
                    for upserts, deletes in building.changes(home).merged():
                        _write(schema, index, upserts, deletes)
                    _point(home, begun.generation, begun.fingerprint)
                    building.forget(home)
                _remove_others(home, begun.generation)

    def apply(self, schema: IndexSchema, upserts: Iterable[IndexDoc], deletes: Iterable[str] = ()) -> None:
        with self._writing(schema) as home:
            put, gone = list(upserts), list(deletes)
            if not put and not gone:
                return
            live, begun = self._live(schema), self._building(schema)
            if live is None and begun is None:
                raise Unavailable("index not built yet", part="search", index=schema.name)
            if begun is not None:
                building.changes(home).append(put, gone)
            if live is not None:
                with _translated():
                    _write(schema, _open(home / str(live)), put, gone)

    def search(
        self, schema: IndexSchema, query: CompiledQuery, filters: Filters = (), *, size: int = 10, after: Cursor | None = None
    ) -> Hits:
        index = self._reader(schema)
        if index is None or not query.groups:
            return Hits((), 0)
        seen = after.seen if after else 0
        searcher = index.searcher()
        with _translated():
            found = searcher.search(_compile(index.schema, query, filters), limit=seen + size + MARGIN)
            hits = [Hit(searcher.doc(address)[ID][0], score) for score, address in found.hits]
        hits.sort(key=_order)
        later = [hit for hit in hits if after is None or _order(hit) > _order(after.last)]
        page = tuple(later[:size])
        more = len(later) > size
        return Hits(page, found.count, Cursor(page[-1], seen + len(page)) if more and page else None)

    def counts(self, schema: IndexSchema, tokens: Iterable[str]) -> dict[str, int]:
        index = self._reader(schema)
        if index is None:
            return dict.fromkeys(tokens, 0)
        with _translated():
            searcher = index.searcher()
            return {token: max(searcher.doc_freq(field.name, token) for field in schema.texts) for token in set(tokens)}

    def stats(self, schema: IndexSchema) -> IndexStats:
        generation, begun = self._live(schema), self._building(schema)
        index = self._reader(schema)
        state = IndexStats(ready=False, store=f"tantivy {_library_version()}", building=begun.done if begun else None)
        if generation is None or index is None:
            return state
        folder = self._root / schema.name / str(generation)
        with _translated():
            size = sum(path.stat().st_size for path in folder.glob("*"))
            return replace(state, ready=True, docs=index.searcher().num_docs, generation=generation, size_bytes=size)

    def _home(self, schema: IndexSchema) -> Path:
        home = self._root / schema.name
        home.mkdir(parents=True, exist_ok=True)
        return home

    @contextmanager
    def _writing(self, schema: IndexSchema) -> Iterator[Path]:
        with _translated():
            home = self._home(schema)
        with locked(home / "write.lock", wait_s=self._write_wait_s):
            yield home

    def _building(self, schema: IndexSchema) -> Building | None:
        """The build under way or left by a kill; one that has taken over already is over, though its note still lies there."""
        found = building.read(self._root / schema.name, _fingerprint(schema))
        return None if found is None or found.generation == self._live(schema) else found

    def _begun(self, schema: IndexSchema) -> Building:
        """The build to go on with, else a new one. Whatever is written from here on is noted for it."""
        with self._writing(schema) as home:
            found = self._building(schema)
            if found is not None and _opens(home / str(found.generation)):
                return found
            building.forget(home)
            last = max((int(entry.name) for entry in home.iterdir() if entry.name.isdigit()), default=0)
            made = Building(last + 1, _fingerprint(schema))
            folder = home / str(made.generation)
            folder.mkdir()
            tantivy.Index(_schema(schema), path=str(folder), reuse=False)
            made.write(home)
            return made

    def _fill(self, schema: IndexSchema, folder: Path, begun: Building, source: Source) -> None:
        """Write what the source has after the last safe document. What is repeated after a kill replaces itself."""
        writer = _open(folder).writer(heap_size=HEAP_REBUILD_BYTES, num_threads=1)
        try:
            docs = iter(source(begun.after))
            while some := list(islice(docs, self._batch)):
                for doc in some:
                    writer.delete_documents_by_term(ID, doc.id)
                    writer.add_document(_document(schema, doc))
                writer.commit()
                begun = begun.advanced(some[-1].id, len(some))
                begun.write(folder.parent)
        finally:
            writer.wait_merging_threads()

    def _live(self, schema: IndexSchema) -> int | None:
        """The generation in use, when it was built for this schema. What cannot be understood means: not built yet."""
        try:
            live = json.loads((self._root / schema.name / "live.json").read_text("utf-8"))
            return int(live["generation"]) if live["fingerprint"] == _fingerprint(schema) else None
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None
        except OSError as error:
            raise Unavailable(f"search index: {error}", part="search") from error

    def _can_be_read(self, schema: IndexSchema) -> bool:
        try:
            return self.stats(schema).ready and bool(self.counts(schema, [ID]))
        except Unavailable as error:
            LOG.warning("index %s is damaged: %s", schema.name, error)
            return False

    def _reader(self, schema: IndexSchema) -> Any | None:  # tantivy.Index
        """The open index, moved on to what other processes have committed since."""
        generation = self._live(schema)
        with self._guard:
            while generation is not None:
                try:
                    with _translated():
                        return self._opened(schema.name, generation)
                except Unavailable:
                    # A rebuild may have put the next generation in place, and removed this one, since we looked.
                    newer = self._live(schema)
                    if newer == generation:
                        raise
                    generation = newer
        return None

    def _opened(self, name: str, generation: int) -> Any:  # tantivy.Index
        folder = self._root / name / str(generation)
        stamp = (folder / "meta.json").stat().st_mtime_ns
        reader = self._readers.get(name)
        if reader is None or reader.generation != generation:
            index = _open(folder)
            index.reload()
            reader = self._readers[name] = _Reader(generation, stamp, index)
        elif reader.stamp != stamp:
            reader.index.reload()
            reader.stamp = stamp
        return reader.index


def open_backend(url: SplitResult, *, data_dir: Path, access: Access | None = None) -> TantivyBackend:
    """`tantivy:` is the folder `search` of the data folder, `tantivy:///srv/search` names another."""
    return TantivyBackend(Path(url.path) if url.path else data_dir / "search")


@contextmanager
def _translated() -> Iterator[None]:
    """tantivy tells a held lock, a full disk and a vanished file alike by ValueError or OSError, half a file by a panic."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise Unavailable(f"search index: {error}", part="search") from error
    except BaseException as error:
        # A panic of Rust is no Exception, and its class cannot be imported.
        if type(error).__name__ != PANIC:
            raise
        raise Unavailable(f"search index: {error}", part="search") from error


def _fingerprint(schema: IndexSchema) -> str:
    return schema.fingerprint("tantivy", _library_version(), analysis.VERSION)


@cache
def _library_version() -> str:
    return version("tantivy")


def _point(home: Path, generation: int, fingerprint: str) -> None:
    building.put(home / "live.json", json.dumps({"generation": generation, "fingerprint": fingerprint}))


def _remove_others(home: Path, generation: int) -> None:
    for entry in home.iterdir():
        if entry.name.isdigit() and int(entry.name) != generation:
            shutil.rmtree(entry, ignore_errors=True)


def _open(folder: Path) -> Any:  # tantivy.Index
    """The index with a reader that moves on when it is told to, not by a thread of its own that watches the folder."""
    index = tantivy.Index.open(str(folder))
    index.config_reader("manual")
    return index


def _opens(folder: Path) -> bool:
    try:
        with _translated():
            _open(folder)
    except Unavailable:
        return False
    return True


def _schema(schema: IndexSchema) -> Any:  # tantivy.Schema
    builder = tantivy.SchemaBuilder()
    builder.add_text_field(ID, stored=True, tokenizer_name="raw", index_option="basic")
    for name in (*(field.name for field in schema.texts), *schema.extra):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    for name in schema.keywords:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in schema.numbers:
        builder.add_integer_field(name, indexed=True, fast=True)
    return builder.build()


def _write(schema: IndexSchema, index: Any, upserts: Iterable[IndexDoc], deletes: Iterable[str]) -> None:
    writer = index.writer(heap_size=HEAP_BYTES, num_threads=1)
    try:
        for gone in deletes:
            writer.delete_documents_by_term(ID, gone)
        for doc in upserts:
            writer.delete_documents_by_term(ID, doc.id)
            writer.add_document(_document(schema, doc))
        writer.commit()
    finally:
        writer.wait_merging_threads()


def _document(schema: IndexSchema, doc: IndexDoc) -> Any:  # tantivy.Document
    made = tantivy.Document()
    made.add_text(ID, doc.id)
    for name, text in texts_of(schema, doc).items():
        made.add_text(name, text)
    for name, values in doc.keywords.items():
        for value in values:
            made.add_text(name, value)
    for name, number in doc.numbers.items():
        made.add_integer(name, number)
    return made


def _compile(schema: Any, query: CompiledQuery, filters: Filters) -> Query:
    by_field = [
        tantivy.Query.boost_query(
            tantivy.Query.boolean_query(
                [(tantivy.Occur.Should, _group(schema, field.name, group)) for group in query.groups],
            ),
            field.boost,
        )
        for field in query.fields
    ]
    ranked = tantivy.Query.disjunction_max_query(by_field, tie_breaker=query.tie)
    musts = [(tantivy.Occur.Must, ranked)]
    musts += [(tantivy.Occur.Must, tantivy.Query.const_score_query(_filter(schema, one), 0.0)) for one in filters]
    return tantivy.Query.boolean_query(musts)


def _group(schema: Any, field: str, group: tuple[str, ...]) -> Query:
    first, *synonyms = (tantivy.Query.term_query(schema, field, token, "freq") for token in group)
    if not synonyms:
        return first
    return tantivy.Query.disjunction_max_query([first, *(tantivy.Query.boost_query(term, SYNONYM_BOOST) for term in synonyms)])


def _filter(schema: Any, wanted: AnyOf | Between) -> Query:
    if isinstance(wanted, AnyOf):
        return tantivy.Query.term_set_query(schema, wanted.name, sorted(wanted.values))
    if wanted.low is None and wanted.high is None:
        return tantivy.Query.all_query()
    return tantivy.Query.range_query(schema, wanted.name, tantivy.FieldType.Integer, wanted.low, wanted.high)


def _order(hit: Hit) -> tuple[float, str]:
    return (-hit.score, hit.id)
