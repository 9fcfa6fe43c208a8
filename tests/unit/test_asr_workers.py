"""Recognition in processes of its own: same words, and nothing lost when one dies, hangs or cannot load."""

import os
import resource
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from asr.engine import Hypothesis
from asr.hearing import Hearing, StreamLost
from asr.workers import EngineUnloadable, Patience, WorkerPool

RATE = 8000
PIECE = bytes(1600)
PIECE_S = 0.1
SCRIPT = "0.2\t1.0\t喂你好\n1.2\t2.4\t路灯不亮了\n2.6\t3.4\t好几天了\n"


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[WorkerPool]:
    script = tmp_path / "call.tsv"
    script.write_text(SCRIPT, encoding="utf-8")
    opened = WorkerPool(f"scripted://{script}", 2, Patience(answer_s=2))
    yield opened
    opened.close()


def until(question: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not question():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_words_come_through_as_from_the_engine_itself(pool: WorkerPool) -> None:
    stream = pool.open_stream(RATE)

    finals = [one for _ in range(40) for one in stream.feed(PIECE) if one.is_final]
    stream.close()

    assert finals[0] == Hypothesis("喂你好", True, 0.2, 1.0)
    assert [one.text for one in finals] == ["喂你好", "路灯不亮了", "好几天了"]
    assert pool.name == "scripted"


def test_streams_are_shared_among_processes(pool: WorkerPool) -> None:
    until(lambda: len(pool.pids) == 2)
    streams = [pool.open_stream(RATE) for _ in range(2)]

    os.kill(pool.pids[0], signal.SIGKILL)

    assert sum(_is_lost(stream.feed) for stream in streams) == 1
    until(lambda: len(pool.pids) == 2)
    assert pool.restarts == 1


def _is_lost(feed: Callable[[bytes], object]) -> bool:
    try:
        feed(PIECE)
    except StreamLost:
        return True
    return False


@pytest.mark.parametrize("fatal", [signal.SIGKILL, signal.SIGSTOP])
def test_what_was_not_final_is_heard_again_elsewhere_and_nothing_twice(pool: WorkerPool, fatal: signal.Signals) -> None:
    heard: list[tuple[int, str]] = []
    hearing = Hearing(pool, RATE, lambda number, one: heard.append((number, one.text)) if one.is_final else None)
    until(lambda: len(pool.pids) == 2)

    for count in range(40):
        if count == 18:
            for pid in pool.pids:
                os.kill(pid, fatal)
        hearing.take(count * PIECE_S, PIECE)
    hearing.finish()

    # The script begins anew with the new stream, 0.8 s of audio after the first final on.
    assert heard[:2] == [(0, "喂你好"), (1, "喂你好")]
    assert hearing.losses >= 1
    assert [number for number, _ in heard] == list(range(len(heard)))


def test_an_engine_that_raises_costs_one_stream_and_no_process(pool: WorkerPool) -> None:
    bad, good = pool.open_stream(0), pool.open_stream(RATE)
    until(lambda: len(pool.pids) == 2)
    before = pool.pids

    with pytest.raises(RuntimeError):
        bad.feed(PIECE)

    assert good.feed(PIECE) == []
    assert pool.pids == before


def test_an_engine_that_no_process_can_load_is_told_at_once() -> None:
    with pytest.raises(EngineUnloadable) as refused:
        WorkerPool("vosk:///nowhere", 2, Patience(load_s=20))

    assert "path-not-found" in str(refused.value)


def test_a_process_that_cannot_be_started_now_is_started_later(pool: WorkerPool) -> None:
    until(lambda: len(pool.pids) == 2)
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, allowed[1]))
    try:
        os.kill(pool.pids[0], signal.SIGKILL)
        until(lambda: len(pool.pids) == 1)
        time.sleep(0.7)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, allowed)

    until(lambda: len(pool.pids) == 2)


def test_the_processes_end_with_the_pool(pool: WorkerPool) -> None:
    until(lambda: len(pool.pids) == 2)
    pids = pool.pids

    pool.close()

    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
