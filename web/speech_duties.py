"""What the gateway does beside its calls: hears later what waits, takes up what a killed gateway left, keeps its folder of
recordings, says how it is doing.

Started and stopped by `web.gateway`; calls never wait for any of it.
"""

import logging
import platform
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil
import redis

from asr import lost_recordings
from asr.late import LateHearing, ShowWords
from asr.recordings import Recordings
from asr.sessions import Sessions
from hotline.kernel.errors import HotlineError
from web import speech_standing
from web.bootstrap import Container
from web.heard import Heard
from web.recordings import adopt_orphans, delete_old, recordings_of

LOG = logging.getLogger("web.speech_duties")
SETTLE_S = 5.0
"""Longer than a live stream may be silent, nobody wrote to the file of one that was lost."""
RETURN_S = 10.0
"""A gateway that comes back waits so long before it takes calls for lost: exchanges connect again, and people talk on."""
STOP_S = 5.0


@dataclass(frozen=True)
class Round:
    """What is done again and again: after so many seconds for the first time, then every so many."""

    name: str
    first_s: float
    every_s: float
    act: Callable[[], object]


@dataclass(frozen=True)
class Duties:
    """The parts that the duties of one gateway need."""

    container: Container
    heard: Heard
    show: ShowWords
    return_s: float = RETURN_S

    @contextmanager
    def __call__(self, sessions: Sessions) -> Iterator[None]:
        """Go about them while inside."""
        stopping = threading.Event()
        recordings = recordings_of(self.container.settings)
        count = max(1, (psutil.cpu_count() or 1) // 2)
        late = [LateHearing(self.container.database, recordings, sessions, self.show, self.heard) for _ in range(count)]
        rounds = self._rounds(sessions, recordings)
        threads = [
            *(threading.Thread(target=one.run, name="late", daemon=True) for one in late),
            *(threading.Thread(target=_repeat, args=(stopping, one), name=one.name, daemon=True) for one in rounds),
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stopping.set()
            for one in late:
                one.close()
            until = time.monotonic() + STOP_S
            for thread in threads:
                thread.join(max(0.0, until - time.monotonic()))

    def _rounds(self, sessions: Sessions, recordings: Recordings) -> tuple[Round, ...]:
        """What may wait for the database or the broker has a thread of its own."""
        return (
            Round("admit", 1.0, 1.0, sessions.admit_waiting),
            Round("standing", 0.0, 3.0, lambda: self._say_standing(sessions)),
            Round("claim", 2.0, 2.0, self._claim),
            Round("lost", self.return_s, 5.0, lambda: self._take_up_lost(recordings)),
            Round("recordings-delete", 120.0, 3600.0, self._delete_old),
            Round("recordings-adopt", 240.0, 86_400.0, lambda: adopt_orphans(self.container)),
        )

    def _say_standing(self, sessions: Sessions) -> None:
        settings = self.container.settings
        name = f"{platform.node()} {settings.audiosocket_host}:{settings.audiosocket_port}"
        try:
            speech_standing.publish(self.container.broker.redis_url, name, sessions.standing())
        except redis.RedisError as error:
            LOG.debug("standing not told: %s", error)

    def _claim(self) -> None:
        """So that no other gateway takes them for lost, on this machine or another."""
        if files := self.heard.unfinished:
            with self.container.database.work() as uow:
                lost_recordings.claim(uow, files)

    def _take_up_lost(self, recordings: Recordings) -> None:
        quiet_s = self.container.settings.audio_stall_seconds + SETTLE_S
        with self.container.database.work() as uow:
            # Our own first: while the database was away, nobody could claim.
            lost_recordings.claim(uow, self.heard.unfinished)
            found = lost_recordings.take_up_lost(uow, recordings, quiet_s)
            lost_recordings.give_up_missing(uow, recordings, quiet_s)
        if found:
            LOG.warning("%d recordings of a gateway that died are taken up", found)

    def _delete_old(self) -> None:
        """The worker that deletes by the clock may be on another machine, without these files."""
        found = 1
        while found:
            with self.container.database.work() as uow:
                found = delete_old(self.container, uow)


def _repeat(stopping: threading.Event, one: Round) -> None:
    wait_s = one.first_s
    while not stopping.wait(wait_s):
        wait_s = one.every_s
        try:
            one.act()
        except HotlineError as error:
            LOG.warning("%s: not now: %s", one.name, error)
        except Exception:  # the loop's edge: one bad round must not end the rounds
            LOG.exception("a duty of the gateway: %s", one.name)
