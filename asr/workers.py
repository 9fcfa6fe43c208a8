"""An engine that runs in processes of its own, so that recognition fills all cores and a crash costs no call.

`WorkerPool` is an `AsrEngine`; its streams raise `StreamLost` when their process died, and `asr.hearing` goes on elsewhere.
The process itself is `asr.worker`.
"""

import contextlib
import itertools
import logging
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

import psutil

from asr.engine import Hypothesis
from asr.hearing import StreamLost
from asr.worker_messages import Ask, Told, message, parts, unpacked
from hotline.kernel.errors import Unavailable
from hotline.kernel.settings import foreign_environment

LOG = logging.getLogger("asr.workers")
PAUSE_S, LONGEST_PAUSE_S = 0.2, 10.0
MEMORY_SHARE = 0.6
"""Of the memory that is free, what further copies of a model may take."""


class EngineUnloadable(Unavailable):
    """No process could load the engine; `details` has the `reason`."""

    code = "speech-engine-unloadable"


class EngineRaised(RuntimeError):
    """The engine failed on this stream; its process lives."""


@dataclass(frozen=True)
class Patience:
    """How long to wait: for a model to load, for any one answer, and for a process to come back."""

    load_s: float = 120.0
    answer_s: float = 30.0
    finish_s: float = 90.0
    worker_s: float = 10.0


Answer = tuple[int, bytes] | None
"""None: the process died."""


@dataclass
class _Process:
    """One run of a worker. `streams` are the queues on which its streams wait."""

    running: subprocess.Popen[bytes]
    connection: Connection
    is_ready: bool = False
    streams: dict[int, "queue.SimpleQueue[Answer]"] = field(default_factory=dict)
    sending: threading.Lock = field(default_factory=threading.Lock)

    def send(self, kind: Ask, number: int, payload: bytes = b"") -> None:
        """Raises StreamLost when it is gone."""
        try:
            with self.sending:
                self.connection.send_bytes(message(kind, number, payload))
        except (OSError, ValueError) as error:
            raise StreamLost("worker gone") from error


class WorkerPool:
    """`count` processes with the engine of that URL; one that dies is started again. Loads before it returns."""

    def __init__(self, url: str, count: int, patience: Patience | None = None) -> None:
        """Raises EngineUnloadable."""
        self._url, self._patience = url, patience or Patience()
        self.name = ""
        self.restarts = 0
        self._numbers = itertools.count(1)
        self._changed = threading.Condition()
        self._is_closing = False
        self._failure = ""
        self._alive: list[_Process] = []
        self._readers: list[threading.Thread] = []
        self._add_reader()
        self._await_first()
        for _ in range(min(count, self._affordable()) - 1):
            self._add_reader()

    @property
    def pids(self) -> list[int]:
        """The processes that are ready now."""
        with self._changed:
            return [one.running.pid for one in self._alive if one.is_ready]

    def cpu_seconds(self) -> float:
        """What the living processes used since their start."""
        used = 0.0
        for pid in self.pids:
            with contextlib.suppress(psutil.Error):
                times = psutil.Process(pid).cpu_times()
                used += times.user + times.system
        return used

    def open_stream(self, sample_rate_hz: int) -> "WorkerStream":
        """A stream in the process that has fewest. Raises StreamLost when none comes back in time."""
        with self._changed:
            ready = self._changed.wait_for(self._ready, self._patience.worker_s)
            if not ready:
                raise StreamLost("no worker")
            process = min(ready, key=lambda one: len(one.streams))
            number = next(self._numbers)
            answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
            process.streams[number] = answers
        process.send(Ask.OPEN, number, str(sample_rate_hz).encode())
        return WorkerStream(process, number, answers, self._patience)

    def close(self) -> None:
        """End all processes. Safe to call twice."""
        with self._changed:
            self._is_closing = True
            alive = list(self._alive)
            self._changed.notify_all()
        for process in alive:
            process.running.terminate()
        for reader in self._readers:
            reader.join(self._patience.worker_s)

    def _ready(self) -> list[_Process]:
        return [one for one in self._alive if one.is_ready]

    def _await_first(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._ready() or self._failure, self._patience.load_s)
            if self._ready():
                return
        self.close()
        raise EngineUnloadable(self._failure or "loading takes too long", reason=self._failure or "slow")

    def _affordable(self) -> int:
        """How many processes fit the memory, by what the first one takes."""
        try:
            each = psutil.Process(self.pids[0]).memory_info().rss
        except (IndexError, psutil.Error):
            return 1  # it died at once; another of its kind would as well
        return 1 + int(psutil.virtual_memory().available * MEMORY_SHARE / each)

    def _add_reader(self) -> None:
        reader = threading.Thread(target=self._keep, name=f"asr-worker-{len(self._readers)}", daemon=True)
        self._readers.append(reader)
        reader.start()

    def _keep(self) -> None:
        """Run a process, hand out its answers, and start it again when it died."""
        pause_s = PAUSE_S
        while not self._is_closing:
            began = time.monotonic()
            self._run_once()
            pause_s = PAUSE_S if time.monotonic() - began > LONGEST_PAUSE_S else min(2 * pause_s, LONGEST_PAUSE_S)
            with self._changed:
                self._changed.wait_for(lambda: self._is_closing, pause_s)

    def _run_once(self) -> None:
        try:
            process = _start(self._url)
        except OSError as error:
            # No memory or no descriptor for a process now may be there in a moment.
            LOG.error("no recognising process can be started: %s", error.strerror)
            return
        with self._changed:
            self._alive.append(process)
            if self._is_closing:
                process.running.terminate()
        self._read(process)
        self._bury(process)

    def _read(self, process: _Process) -> None:
        while True:
            try:
                kind, number, payload = parts(process.connection.recv_bytes())
            except (EOFError, OSError):
                return
            if number:
                answers = process.streams.get(number)
                if answers is not None:
                    answers.put((kind, payload))
                continue
            with self._changed:
                process.is_ready, told = kind == Told.READY, payload.decode()
                self.name, self._failure = (told, "") if process.is_ready else (self.name, told)
                self._changed.notify_all()

    def _bury(self, process: _Process) -> None:
        with self._changed:
            self._alive.remove(process)
            waiting = list(process.streams.values())
            process.is_ready = False
            self._failure = self._failure or ("" if self.name else "the process ended while loading")
            self._changed.notify_all()
        process.running.kill()
        code = process.running.wait()
        process.connection.close()
        for answers in waiting:
            answers.put(None)
        if not self._is_closing:
            self.restarts += 1
            LOG.warning("recognising process ended with %s, %d streams go on elsewhere", code, len(waiting))


class WorkerStream:
    """A stream in another process: asks, and waits for the answer."""

    def __init__(self, process: _Process, number: int, answers: "queue.SimpleQueue[Answer]", patience: Patience) -> None:
        self._process, self._number, self._answers, self._patience = process, number, answers, patience
        self._is_finished = False

    def feed(self, pcm: bytes) -> Sequence[Hypothesis]:
        """Raises StreamLost when the process died or hangs, EngineRaised when the engine failed."""
        return self._ask(Ask.FEED, pcm, self._patience.answer_s)

    def finish(self) -> Sequence[Hypothesis]:
        """Raises as `feed` does."""
        if self._is_finished:
            return ()
        found = self._ask(Ask.FINISH, b"", self._patience.finish_s)
        self._is_finished = True
        return found

    def close(self) -> None:
        if self._process.streams.pop(self._number, None) is not None:
            with contextlib.suppress(StreamLost):
                self._process.send(Ask.CLOSE, self._number)

    def _ask(self, kind: Ask, pcm: bytes, patience_s: float) -> Sequence[Hypothesis]:
        self._process.send(kind, self._number, pcm)
        try:
            answer = self._answers.get(timeout=patience_s)
        except queue.Empty as error:
            LOG.error("a recognising process hangs, killing it")
            self._process.is_ready = False
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.running.pid, signal.SIGKILL)
            raise StreamLost("worker hangs") from error
        if answer is None:
            raise StreamLost("worker died")
        told, payload = answer
        if told == Told.FAILED:
            raise EngineRaised(payload.decode())
        return unpacked(payload)


def _start(url: str) -> _Process:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        running = subprocess.Popen(  # noqa: S603 our own command
            [sys.executable, "-m", "asr.worker", str(theirs.fileno()), url],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            env={**foreign_environment(), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )
        return _Process(running, Connection(ours.detach()))
