"""An index among several processes: one writes, others read, a writer may die at any moment."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hotline.kernel import plugins
from hotline.kernel.errors import Unavailable
from hotline.kernel.search.filelock import locked
from hotline.kernel.search.port import CompiledQuery, IndexDoc, IndexSchema, SearchBackend, TextField
from hotline.kernel.search.tantivy import TantivyBackend
from tests.contract import elastic

SCHEMA = IndexSchema("things", 1, (TextField("title", 1.0),))
EVERYTHING = CompiledQuery((("停水",),), SCHEMA.texts)
ELASTICSEARCH = "elasticsearch:"
STORES = ("tantivy:", ELASTICSEARCH)
WRITER = """
import itertools, sys
from pathlib import Path
from hotline.kernel import plugins
from hotline.kernel.search.port import IndexDoc, IndexSchema, TextField
schema = IndexSchema("things", 1, (TextField("title", 1.0),))
backend = plugins.open_url("hotline.search_backends", sys.argv[1], data_dir=Path(sys.argv[2]))

def told(after):
    for number in range(int(after or 1_000_000) + 1, 1_030_000):
        if number == 1_025_000:
            print("much", flush=True)
            sys.stdin.readline()
        yield IndexDoc(str(number), {"title": "停水"})

if sys.argv[3] == "rebuild":
    backend.replace(schema, told)
for number in itertools.count(1):
    backend.apply(schema, [IndexDoc(str(number), {"title": "停水"})])
    print(number, flush=True)
"""


@dataclass(frozen=True)
class Store:
    """A store that several processes open by its URL and folder."""

    url: str
    data_dir: Path

    def opened(self) -> SearchBackend:
        backend: SearchBackend = plugins.open_url("hotline.search_backends", self.url, data_dir=self.data_dir)
        return backend

    def writer(self, mode: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", WRITER, self.url, str(self.data_dir), mode]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own interpreter


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    url = elastic.url_of(request.getfixturevalue("elasticsearch")) if request.param == ELASTICSEARCH else request.param
    made = Store(url, tmp_path)
    made.opened().replace(SCHEMA, lambda after: [IndexDoc("0", {"title": "停水"})])
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    TantivyBackend(tmp_path).replace(SCHEMA, lambda after: [IndexDoc("0", {"title": "停水"})])
    return tmp_path


def lines(process: "subprocess.Popen[str]") -> Iterator[str]:
    assert process.stdout is not None
    return iter(process.stdout)


def kill(process: "subprocess.Popen[str]") -> list[str]:
    """Kill -9; what it had still managed to say."""
    os.kill(process.pid, signal.SIGKILL)
    assert process.stdout is not None
    assert process.stdin is not None
    rest = process.stdout.read().split()
    process.stdout.close()
    process.stdin.close()
    process.wait()
    return rest


def found(backend: SearchBackend) -> int:
    return backend.search(SCHEMA, EVERYTHING, size=1).total


def test_a_reader_sees_what_another_process_has_acknowledged(store: Store) -> None:
    reader = store.opened()
    process = store.writer("apply")

    try:
        for said in lines(process):
            assert found(reader) >= int(said) + 1
            if int(said) == 10:
                break
    finally:
        kill(process)


def test_a_killed_writer_loses_nothing_it_acknowledged_and_frees_the_lock(store: Store) -> None:
    process = store.writer("apply")
    acknowledged = [next(lines(process)).strip() for _ in range(15)]

    acknowledged += kill(process)

    backend = store.opened()
    started = time.monotonic()
    backend.apply(SCHEMA, [IndexDoc("after", {"title": "停水"})])
    hits = {hit.id for hit in backend.search(SCHEMA, EVERYTHING, size=1000).hits}
    assert {"0", "after", *acknowledged} <= hits
    assert time.monotonic() - started < 2


def test_a_killed_rebuild_leaves_the_live_index_and_goes_on_where_it_was(store: Store) -> None:
    process = store.writer("rebuild")
    next(lines(process))
    backend = store.opened()
    alive = found(backend)
    backend.apply(SCHEMA, [IndexDoc("during", {"title": "停水"})], ["1000001"])

    kill(process)
    safe = backend.stats(SCHEMA).building
    backend.apply(SCHEMA, [IndexDoc("after", {"title": "停水"})], ["0"])
    asked: list[str | None] = []

    def going_on(after: str | None) -> Iterator[IndexDoc]:
        asked.append(after)
        return (IndexDoc(str(number), {"title": "停水"}) for number in range(int(after or 1_000_000) + 1, 1_030_000))

    before = found(backend)
    backend.replace(SCHEMA, going_on)

    assert (alive, before) == (1, 2)
    assert safe
    assert asked == [str(1_000_000 + safe)]
    assert found(backend) == backend.stats(SCHEMA).docs == 29_999 - 1 + 2
    assert backend.stats(SCHEMA).building is None


def test_a_rebuild_leaves_one_generation(folder: Path) -> None:
    TantivyBackend(folder).replace(SCHEMA, lambda after: [IndexDoc("1", {"title": "停水"})])

    assert len([entry for entry in (folder / "things").iterdir() if entry.is_dir()]) == 1


def test_another_rebuild_is_told_to_come_again_while_one_runs(store: Store) -> None:
    process = store.writer("rebuild")
    next(lines(process))

    try:
        with pytest.raises(Unavailable):
            store.opened().replace(SCHEMA, lambda after: [])
    finally:
        kill(process)


def test_a_second_writer_is_told_to_come_again(folder: Path) -> None:
    backend = TantivyBackend(folder, write_wait_s=0.05)

    with locked(folder / "things" / "write.lock", wait_s=0), pytest.raises(Unavailable):
        backend.apply(SCHEMA, [IndexDoc("1", {"title": "停水"})])


def test_writing_before_the_index_is_built_is_told_to_come_again(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        TantivyBackend(tmp_path).apply(SCHEMA, [IndexDoc("1", {"title": "停水"})])


def spoil(folder: Path, pattern: str, left: bytes) -> None:
    for path in (folder / SCHEMA.name).glob(pattern):
        path.write_bytes(left)


@pytest.mark.parametrize("left", [b"", b"gar", b"{}", b"[]"])
def test_an_index_whose_name_cannot_be_read_counts_as_not_built(folder: Path, left: bytes) -> None:
    spoil(folder, "live.json", left)
    backend = TantivyBackend(folder)

    assert backend.search(SCHEMA, EVERYTHING).hits == ()
    assert not backend.stats(SCHEMA).ready
    assert backend.ensure(SCHEMA, lambda after: [IndexDoc("1", {"title": "停水"})])


@pytest.mark.parametrize("pattern", ["1/meta.json", "1/*.term", "1/*.idx", "1/*.store", "1/*.fieldnorm"])
@pytest.mark.parametrize("left", [b"", b"half"])
def test_a_damaged_index_is_unavailable_and_built_anew_at_the_next_start(folder: Path, pattern: str, left: bytes) -> None:
    spoil(folder, pattern, left)
    backend = TantivyBackend(folder)

    for use in (
        lambda: backend.search(SCHEMA, EVERYTHING),
        lambda: backend.counts(SCHEMA, ["停水"]),
        lambda: backend.stats(SCHEMA),
        lambda: backend.apply(SCHEMA, [IndexDoc("1", {"title": "停水"})]),
    ):
        with pytest.raises(Unavailable):
            use()
    assert backend.ensure(SCHEMA, lambda after: [IndexDoc("1", {"title": "停水"})])
    assert [hit.id for hit in backend.search(SCHEMA, EVERYTHING).hits] == ["1"]
