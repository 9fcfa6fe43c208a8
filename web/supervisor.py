"""`hotline up`: every process of one box under one parent. A child that dies is started again; Ctrl-C stops all in order."""

import ctypes
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import FrameType

LOG = logging.getLogger("hotline.supervisor")
PR_SET_PDEATHSIG = 1
STOP_SECONDS = 12.0
LOOK_SECONDS = 0.3
LONGEST_PAUSE_SECONDS = 10.0


@dataclass(frozen=True)
class Process:
    """A child: its name, its command, the environment it gets. The others stand on a foundation: it stops after them.

    One that is to run `once` is not started again after it ended well.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    foundation: bool = False
    once: bool = False


@dataclass
class _Child:
    process: Process
    running: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    due_at: float = field(default_factory=time.monotonic)


def port_is_free(host: str, port: int) -> bool:
    """Whether somebody may listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def hotline_command(*words: str) -> tuple[str, ...]:
    """The command of another process of this very installation."""
    return (sys.executable, "-m", "web.cli", *words)


class Supervisor:
    """Starts processes in the order given and keeps them running; stops all at once, foundations last."""

    def __init__(self, processes: list[Process]) -> None:
        self._children = [_Child(process) for process in processes]
        self._stopping = False

    def run(self, when_started: Callable[[], None]) -> None:
        """Start all, call `when_started` once, and keep all running until SIGINT or SIGTERM."""
        for sent in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sent, self._ask_to_stop)
        try:
            for child in self._children:
                self._start(child)
            when_started()
            while not self._stopping:
                self._look()
                time.sleep(LOOK_SECONDS)
        finally:
            self._stop_all()

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True

    def _start(self, child: _Child) -> None:
        child.running = subprocess.Popen(  # noqa: S603 the commands are our own
            child.process.command, env=dict(child.process.environment), start_new_session=True, preexec_fn=_die_with_parent
        )
        child.due_at = time.monotonic()

    def _look(self) -> None:
        now = time.monotonic()
        for child in self._children:
            if child.running is not None and child.running.poll() is not None and not _is_done(child):
                self._bury(child, now)
            if child.running is None and now >= child.due_at:
                self._start(child)

    def _bury(self, child: _Child, now: float) -> None:
        lived = now - child.due_at
        child.deaths = child.deaths + 1 if lived < LONGEST_PAUSE_SECONDS else 0
        pause = min(0.2 * 2**child.deaths, LONGEST_PAUSE_SECONDS)
        code = child.running.returncode if child.running else None
        LOG.warning("%s ended with %s, starting it again in %.1f s", child.process.name, code, pause)
        child.running, child.due_at = None, now + pause

    def _stop_all(self) -> None:
        for foundation in (False, True):
            alive = [child for child in self._children if child.process.foundation is foundation and _lives(child)]
            for child in alive:
                _running(child).terminate()
            until = time.monotonic() + STOP_SECONDS
            for child in alive:
                _await_end(child, until)


def _lives(child: _Child) -> bool:
    return child.running is not None and child.running.poll() is None


def _is_done(child: _Child) -> bool:
    return child.process.once and _running(child).poll() == 0


def _running(child: _Child) -> "subprocess.Popen[bytes]":
    if child.running is None:
        raise RuntimeError(f"{child.process.name} was never started")
    return child.running


def _await_end(child: _Child, until: float) -> None:
    running = _running(child)
    try:
        running.wait(max(0.1, until - time.monotonic()))
    except subprocess.TimeoutExpired:
        LOG.warning("%s does not stop, killing it", child.process.name)
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
