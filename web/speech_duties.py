"""What the gateway does beside its calls: hears later what waits, takes up what a killed gateway left, says how it is doing.

Started and stopped by `web.gateway`; calls never wait for any of it.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil
import redis

from asr import recording_rows
from asr.late import LateHearing, ShowWords
from asr.recordings import Recordings
from asr.sessions import Sessions
from hotline.kernel.errors import HotlineError
from web import speech_standing
from web.bootstrap import Container
from web.heard import Heard
from web.recordings import recordings_of

LOG = logging.getLogger("web.speech_duties")
STANDING_EVERY_S = 3.0
LOST_EVERY_S = 5.0
SETTLE_S = 5.0
"""Longer than a live stream may be silent, nobody wrote to the file of one that was lost."""
RETURN_S = 10.0
"""A gateway that comes back waits so long before it takes calls for lost: exchanges connect again, and people talk on."""
STOP_S = 5.0


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
        rounds = (
            (0.0, STANDING_EVERY_S, lambda: self._say_standing(sessions)),
            (self.return_s, LOST_EVERY_S, lambda: self._take_up_lost(recordings)),
        )
        threads = [
            *(threading.Thread(target=one.run, name="late", daemon=True) for one in late),
            *(threading.Thread(target=_repeat, args=(stopping, *one), daemon=True) for one in rounds),
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

    def _say_standing(self, sessions: Sessions) -> None:
        settings = self.container.settings
        name = f"{settings.audiosocket_host}:{settings.audiosocket_port}"
        try:
            speech_standing.publish(self.container.broker.redis_url, name, sessions.standing())
        except redis.RedisError as error:
            LOG.debug("standing not told: %s", error)

    def _take_up_lost(self, recordings: Recordings) -> None:
        quiet_s = self.container.settings.audio_stall_seconds + SETTLE_S
        try:
            with self.container.database.work() as uow:
                found = recording_rows.take_up_lost(uow, recordings, quiet_s, but=self.heard.unfinished)
        except HotlineError as error:
            LOG.warning("lost recordings not taken up yet: %s", error)
            return
        if found:
            LOG.warning("%d recordings of a gateway that died are taken up", found)


def _repeat(stopping: threading.Event, first_s: float, every_s: float, act: Callable[[], None]) -> None:
    wait_s = first_s
    while not stopping.wait(wait_s):
        wait_s = every_s
        try:
            act()
        except Exception:  # the loop's edge: one bad round must not end the rounds
            LOG.exception("a duty of the gateway")
