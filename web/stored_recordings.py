"""Keeps a recording that was heard from a file as a call of unknown number: audio, words as the console shows them.

Called by `hotline asr transcribe --store`.
"""

import uuid
from collections.abc import Sequence
from types import TracebackType

from asr import recording_rows, transcripts
from asr.batch import Transcript
from asr.late import ShowWords
from asr.recording import Recording
from asr.recordings import Recordings, stream_of
from asr.session import CALLER, Ending, Kept, Party
from hotline.kernel.db import Database

GATEWAY = "file"
HUNG_UP = "hang-up"
"""The call is over as soon as it is known: nobody is rung for a recording."""


class StoredCall:
    """`with StoredCall(...)`: takes the audio, then the transcript; left without a transcript, nothing is kept."""

    def __init__(self, database: Database, recordings: Recordings, show: ShowWords, *, engine: str) -> None:
        self.call_id = uuid.uuid4()
        self._database, self._recordings, self._show, self._engine = database, recordings, show, engine
        self._open: dict[str, Recording] = {}
        self._kept: dict[str, Kept] = {}
        self._is_kept = False

    def __enter__(self) -> "StoredCall":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if not self._is_kept:
            for kept in self._kept.values():
                self._recordings.delete(kept.file)

    def audio(self, roles: Sequence[str], channels: Sequence[bytes], rate_hz: int) -> None:
        """Take a piece of every party's audio."""
        for role, pcm in zip(roles, channels, strict=True):
            if role not in self._open:
                self._begin(role, rate_hz)
            self._open[role].write(pcm)

    def keep(self, told: Transcript) -> None:
        """Store everything in one transaction."""
        for recording in self._open.values():
            recording.close()
        with self._database.work() as uow:
            for kept in self._kept.values():
                transcripts.note_start(uow, self.call_id, kept.party.role)
                recording_rows.begin(uow, kept)
            for count, said in enumerate(told.spoken, start=1):
                transcripts.note_segment(
                    uow,
                    self.call_id,
                    said.heard,
                    role=said.role,
                    utterance=f"{stream_of(self._kept[said.role].file)}-{count}",
                    shown=self._show(uow.session, said.heard),
                    engine=self._engine,
                )
            for role, kept in self._kept.items():
                has_audio = not self._open[role].has_failed
                recording_rows.close(uow, kept, Ending(HUNG_UP, told.seconds, (), has_audio))
                transcripts.note_end(uow, self.call_id, role=role, reason=HUNG_UP, seconds=round(told.seconds, 2))
        self._is_kept = True

    def _begin(self, role: str, rate_hz: int) -> None:
        stem = str(self.call_id) if role == CALLER else f"{self.call_id}-{role}"
        recording = self._recordings.begin(stem, rate_hz)
        self._open[role] = recording
        party = Party(self.call_id, role)
        self._kept[role] = Kept(
            party, recording.file.name, GATEWAY, sample_rate_hz=rate_hz, is_sealed=recording.is_sealed, engine=self._engine
        )
