"""The embedded index among several processes: one writes, others read, a writer may die at any moment."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline.kernel.errors import Unavailable
from hotline.kernel.search.filelock import locked
from hotline.kernel.search.port import CompiledQuery, IndexDoc, IndexSchema, TextField
from hotline.kernel.search.tantivy import TantivyBackend

SCHEMA = IndexSchema("things", 1, (TextField("title", 1.0),))
EVERYTHING = CompiledQuery((("停水",),), SCHEMA.texts)
WRITER = """
import sys, itertools
from pathlib import Path
from hotline.kernel.search.port import IndexDoc, IndexSchema, TextField
from hotline.kernel.search.tantivy import TantivyBackend
schema = IndexSchema("things", 1, (TextField("title", 1.0),))
backend = TantivyBackend(Path(sys.argv[1]))
docs = lambda start: (IndexDoc(str(start + n), {"title": "停水"}) for n in itertools.count())
if sys.argv[2] == "rebuild":
    def told():
        for number, doc in enumerate(docs(1_000_000)):
            if number == 50_000:
                print("half", flush=True)
            yield doc
    backend.replace(schema, told())
for number in itertools.count(1):
    backend.apply(schema, [IndexDoc(str(number), {"title": "停水"})])
    print(number, flush=True)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    TantivyBackend(tmp_path).replace(SCHEMA, [IndexDoc("0", {"title": "停水"})])
    return tmp_path


def writer(folder: Path, mode: str) -> "subprocess.Popen[str]":
    return subprocess.Popen([sys.executable, "-c", WRITER, str(folder), mode], stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own interpreter


def lines(process: "subprocess.Popen[str]") -> Iterator[str]:
    assert process.stdout is not None
    return iter(process.stdout)


def kill(process: "subprocess.Popen[str]") -> list[str]:
    """Kill -9; what it had still managed to say."""
    os.kill(process.pid, signal.SIGKILL)
    assert process.stdout is not None
    rest = process.stdout.read().split()
    process.stdout.close()
    process.wait()
    return rest


def test_a_reader_sees_what_another_process_has_acknowledged(folder: Path) -> None:
    reader = TantivyBackend(folder)
    process = writer(folder, "apply")

    try:
        for said in lines(process):
            assert reader.search(SCHEMA, EVERYTHING, size=1).total >= int(said) + 1
            if int(said) == 10:
                break
    finally:
        kill(process)


def test_a_killed_writer_loses_nothing_it_acknowledged_and_frees_the_lock(folder: Path) -> None:
    process = writer(folder, "apply")
    acknowledged = [next(lines(process)).strip() for _ in range(15)]

    acknowledged += kill(process)

    backend = TantivyBackend(folder, write_wait_s=0)
    started = time.monotonic()
    backend.apply(SCHEMA, [IndexDoc("after", {"title": "停水"})])
    found = {hit.id for hit in backend.search(SCHEMA, EVERYTHING, size=1000).hits}
    assert {"0", "after", *acknowledged} <= found
    assert time.monotonic() - started < 2


def test_a_killed_rebuild_leaves_the_live_index_and_can_be_done_again(folder: Path) -> None:
    process = writer(folder, "rebuild")
    next(lines(process))
    reader = TantivyBackend(folder, write_wait_s=0)
    alive = reader.search(SCHEMA, EVERYTHING).total

    kill(process)

    assert (alive, reader.search(SCHEMA, EVERYTHING).total) == (1, 1)
    reader.replace(SCHEMA, [IndexDoc("1", {"title": "停水"}), IndexDoc("2", {"title": "停水"})])
    assert reader.search(SCHEMA, EVERYTHING).total == 2
    assert len([entry for entry in (folder / "things").iterdir() if entry.is_dir()]) == 1


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
    assert backend.ensure(SCHEMA, lambda: [IndexDoc("1", {"title": "停水"})])


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
    assert backend.ensure(SCHEMA, lambda: [IndexDoc("1", {"title": "停水"})])
    assert [hit.id for hit in backend.search(SCHEMA, EVERYTHING).hits] == ["1"]
