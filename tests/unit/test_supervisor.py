"""The parent of all processes starts again what ends, but for what was to run once and ended well."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Timer

import pytest

from web.supervisor import Process, Supervisor

LOOKED_AT_S = 2.0


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """The supervisor takes the signals of its process; they are given back."""
    before = {sent: signal.getsignal(sent) for sent in (signal.SIGINT, signal.SIGTERM)}
    yield
    for sent, handler in before.items():
        signal.signal(sent, handler)


def runs(folder: Path, *, ending: int, once: bool) -> int:
    """How often a child was started that ends at once with that code."""
    told = folder / "told"
    words = f"open({str(told)!r}, 'a').write('x'); raise SystemExit({ending})"
    process = Process("child", (sys.executable, "-S", "-c", words), dict(os.environ), once=once)
    Timer(LOOKED_AT_S, os.kill, (os.getpid(), signal.SIGTERM)).start()
    Supervisor([process]).run(lambda: None)
    return len(told.read_text())


@pytest.mark.parametrize(("ending", "once"), [(0, False), (1, False), (1, True)])
def test_what_ends_is_started_again(tmp_path: Path, ending: int, once: bool) -> None:
    assert runs(tmp_path, ending=ending, once=once) > 1


def test_what_was_to_run_once_and_ended_well_is_left(tmp_path: Path) -> None:
    assert runs(tmp_path, ending=0, once=True) == 1
