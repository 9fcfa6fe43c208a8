"""Keeps the audio of a call as a WAV file that is readable at every moment, also after the process was killed."""

import contextlib
import itertools
import logging
import struct
from pathlib import Path

from asr.engine import SAMPLE_BYTES, whole_samples

LOG = logging.getLogger("asr.recording")
HEADER_BYTES = 44
PCM_FORMAT = 1


class Recording:
    """Gathers a second of audio, then writes it and the new length. A full disk ends the recording, not the call."""

    def __init__(self, file: Path, sample_rate_hz: int) -> None:
        self.file = file
        self.has_failed = False
        self._rate = sample_rate_hz
        self._gathered = bytearray()
        self._written = 0
        self._flush_bytes = sample_rate_hz * SAMPLE_BYTES

    def write(self, pcm: bytes) -> None:
        """Take audio. After a failed write it takes and forgets."""
        if self.has_failed:
            return
        self._gathered += whole_samples(pcm)
        if len(self._gathered) >= self._flush_bytes:
            self._flush()

    def close(self) -> None:
        """Write what is left. Safe to call twice."""
        if self._gathered and not self.has_failed:
            self._flush()

    def _flush(self) -> None:
        try:
            with self.file.open("r+b") as out:
                out.seek(HEADER_BYTES + self._written)
                out.write(self._gathered)
                self._written += len(self._gathered)
                out.seek(0)
                out.write(wav_header(self._written, self._rate))
        except OSError as error:
            self.has_failed = True
            LOG.error("recording %s stopped: %s", self.file.stem, error.strerror)
        self._gathered.clear()


def wav_header(data_bytes: int, sample_rate_hz: int) -> bytes:
    """The 44 bytes before 16-bit mono PCM (RIFF WAVE, format 1)."""
    rate = sample_rate_hz
    described = struct.pack("<4sIHHIIHH", b"fmt ", 16, PCM_FORMAT, 1, rate, rate * SAMPLE_BYTES, SAMPLE_BYTES, 16)
    return (
        struct.pack("<4sI4s", b"RIFF", HEADER_BYTES - 8 + data_bytes, b"WAVE")
        + described
        + struct.pack("<4sI", b"data", data_bytes)
    )


def reserve(folder: Path, stem: str) -> Path:
    """An empty file for that call, which no earlier stream of it has. Where none can be made, writing will say so."""
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    for count in itertools.count(1):
        file = folder / (f"{stem}.wav" if count == 1 else f"{stem}-{count}.wav")
        try:
            file.touch(exist_ok=False)
        except FileExistsError:
            continue
        except OSError:
            LOG.warning("no recording of %s can be made", stem)
        return file
    raise AssertionError("counting has no end")
