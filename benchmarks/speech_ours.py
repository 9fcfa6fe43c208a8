"""Our side: calls through `asr.sessions` and engine processes, as the gateway runs them. For `benchmarks.speech`."""

import os
import threading
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

from asr.engine import Hypothesis
from asr.lateness import LiveText
from asr.recordings import Recordings
from asr.session import CALLER, Session
from asr.sessions import Party, SessionLimits, Sessions, Trouble
from asr.workers import WorkerPool
from benchmarks.speech_frame import CHUNK_S, RATE_HZ, START_S, Seen, chunk, chunks, cpu_seconds, memory_mb, wait_until

LAST_WORDS_S = 60.0
LOAD_S = 15.0
BOUNDLESS = SessionLimits(max_streams=10_000, cores=1000)
"""Admission is off: what is measured is what happens to those who are let in."""


class Screens:
    """What would be shown: the listener of all sessions, by the wall clock."""

    def __init__(self) -> None:
        self.watchers: dict[uuid.UUID, Watcher] = {}

    def started(self, party: Party) -> None:
        return

    def heard(self, party: Party, utterance: str, hypothesis: Hypothesis) -> None:
        self.watchers[party.call_id].shown(utterance, hypothesis)

    def troubled(self, party: Party, trouble: Trouble) -> None:
        return

    def ended(self, party: Party, reason: str, seconds: float) -> None:
        self.watchers.pop(party.call_id).over.set()


class Watcher:
    """Follows one session by the wall clock."""

    def __init__(self, seen: Seen, begun: float) -> None:
        self.seen, self._begun, self._utterance, self._live = seen, begun, "", LiveText()
        self.over = threading.Event()

    def shown(self, utterance: str, hypothesis: Hypothesis) -> None:
        """Words came to the screen; a better final of words that were there is not counted."""
        now = time.monotonic() - self._begun
        if hypothesis.replaces is not None:
            return
        if utterance != self._utterance:
            self._utterance = utterance
            self.seen.first_words.append(now - hypothesis.start_s)
        if hypothesis.is_final:
            self.seen.finals.append(now - hypothesis.end_s)
        self.seen.words += self._live.shown(now, hypothesis)

    def heard(self, utterance: str, hypothesis: Hypothesis) -> None:
        return

    def worked_off(self, audio_s: float) -> None:
        self.seen.lags.append(time.monotonic() - self._begun - audio_s)

    def ended(self) -> None:
        return


class Call:
    """One stream: when it begins, and how many of its pieces were said."""

    def __init__(self, place: int, begun: float, seen: Seen) -> None:
        self.id, self.place, self.begun, self.watcher = uuid.uuid4(), place, begun, Watcher(seen, begun)
        self.session: Session | None = None
        self.said = 0


class Ours:
    """Engine processes that stay loaded for all measurements."""

    def __init__(self, url: str, recordings: Path, audio: bytes, *, limits: SessionLimits = BOUNDLESS) -> None:
        self._pool = WorkerPool(url, os.cpu_count() or 1)
        self._await_all()
        self._audio = audio
        self._screens = Screens()
        self.sessions = Sessions(self._pool, self._screens, Recordings(recordings), limits)

    @property
    def pids(self) -> list[int]:
        """This process and the engine's."""
        return [os.getpid(), *self._pool.pids]

    def hear(self, streams: int, seconds: float) -> Seen:
        """Feed that many calls at once, as fast as people speak, and wait for their last words."""
        seen, cpu_s = Seen(), cpu_seconds(self.pids)
        begun = time.monotonic()
        calls = [Call(place, begun + place * START_S, seen) for place in range(streams)]
        for call in calls:
            self._screens.watchers[call.id] = call.watcher
        self._feed(calls, begun, seconds)
        for call in calls:
            call.watcher.over.wait(LAST_WORDS_S)
        seen.cpu_s, seen.audio_s = cpu_seconds(self.pids) - cpu_s, streams * seconds
        return seen

    def close(self) -> None:
        """End the processes."""
        self.sessions.wait(LAST_WORDS_S)
        self._pool.close()

    def _await_all(self) -> None:
        """Wait for the processes that load behind the first; where memory is short there are fewer than cores."""
        ends = time.monotonic() + LOAD_S
        while len(self._pool.pids) < (os.cpu_count() or 1) and time.monotonic() < ends:
            time.sleep(CHUNK_S)

    def _feed(self, calls: Sequence[Call], begun: float, seconds: float) -> None:
        for number in range(chunks(seconds + (len(calls) - 1) * START_S)):
            for call in calls:
                if call.begun <= begun + number * CHUNK_S and call.session is None:
                    call.session = self.sessions.open(call.id, CALLER, RATE_HZ, observer=call.watcher)
            # A piece can be handed over only once it was said.
            wait_until(begun + (number + 1) * CHUNK_S)
            for call in calls:
                self._say(call, chunks(seconds))
            if number + 1 == chunks(seconds):
                calls[0].watcher.seen.memory_mb = memory_mb(self.pids)

    def _say(self, call: Call, pieces: int) -> None:
        if call.session is None or call.said >= pieces:
            return
        call.session.audio(chunk(self._audio, call.place, call.said))
        call.said += 1
        if call.said == pieces:
            call.session.ended("hangup")
