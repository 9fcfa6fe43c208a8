"""A few threads that take the most urgent job first. Used by engines whose work comes in lumps."""

import itertools
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from enum import IntEnum
from typing import TypeVar

T = TypeVar("T")
Job = Callable[[], None]


class Urgency(IntEnum):
    """What is done first."""

    FINAL = 0
    SPECULATIVE = 1
    PARTIAL = 2
    STOP = 3


class Crew:
    """Runs jobs until it is closed; those waiting then are cancelled."""

    def __init__(self, workers: int, name: str) -> None:
        self._jobs: queue.PriorityQueue[tuple[Urgency, int, Job | None]] = queue.PriorityQueue()
        self._count = itertools.count()
        self._lock = threading.Lock()
        self._unfinished = 0
        self._is_closed = False
        self._threads = [threading.Thread(target=self._work, name=f"{name}-{n}", daemon=True) for n in range(workers)]
        for thread in self._threads:
            thread.start()

    @property
    def unfinished(self) -> int:
        """How many jobs are being done or wait."""
        return self._unfinished

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being done and nothing waits."""
        return self._unfinished == 0

    def submit(self, urgency: Urgency, work: Callable[[], T]) -> "Future[T]":
        """Have that done; of the same urgency the earlier comes first."""
        future: Future[T] = Future()

        def job() -> None:
            if self._is_closed:
                future.cancel()
            if future.set_running_or_notify_cancel():
                _fulfil(future, work)

        with self._lock:
            self._unfinished += 1
        self._jobs.put((urgency, next(self._count), job))
        return future

    def close(self) -> None:
        """Finish what is being done, cancel what waits. Safe to call twice."""
        self._is_closed = True
        for _ in self._threads:
            self._jobs.put((Urgency.STOP, next(self._count), None))
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while (job := self._jobs.get()[2]) is not None:
            job()
            with self._lock:
                self._unfinished -= 1


def _fulfil(future: "Future[T]", work: Callable[[], T]) -> None:
    try:
        result = work()
    except Exception as error:  # noqa: BLE001 - whoever asks for the result gets it
        future.set_exception(error)
    else:
        future.set_result(result)
