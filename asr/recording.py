"""Keeps the audio of a party as a file that is readable at every moment, also after the process was killed.

Plain as WAV; sealed as a head and one sealed piece a second. Files are named and found again by `asr.recordings`.
"""

import logging
import struct
from pathlib import Path
from typing import BinaryIO, Protocol

from asr.engine import SAMPLE_BYTES, seconds, whole_samples
from hotline.kernel.errors import NotFound
from hotline.kernel.vault import SEAL_BYTES, KeyUnknown, Vault

LOG = logging.getLogger("asr.recording")
HEADER_BYTES = 44
PCM_FORMAT = 1
RATE_AT = 24
MAGIC = b"HLPCM1"
SEALED_HEAD = struct.Struct("<6sI")
"""Mark and rate in Hz of a sealed recording."""
PIECE_HEAD = struct.Struct("<I")
"""The how-manieth second a sealed piece is, inside the seal: pieces cannot be exchanged unseen."""


class AudioMissing(NotFound):
    """The file of a recording is gone, or is none."""

    code = "audio-missing"


class Form(Protocol):
    """How seconds of audio lie in a file."""

    def begin(self, out: BinaryIO, sample_rate_hz: int) -> None:
        """Write what stands before the audio."""

    def add(self, out: BinaryIO, sample_rate_hz: int, pcm: bytes, second: int) -> None:
        """Write one second; the last one may be shorter."""


class Recording:
    """Gathers a second of audio, then writes it. A full disk ends the recording, not the call."""

    def __init__(self, file: Path, sample_rate_hz: int, vault: Vault | None = None) -> None:
        self.file = file
        self.has_failed = False
        self.written_s = 0.0
        """How much audio the file holds."""
        self.is_sealed = vault is not None
        self._form: Form = Sealed(vault) if vault else Plain()
        self._rate = sample_rate_hz
        self._gathered = bytearray()
        self._second = 0
        self._second_bytes = sample_rate_hz * SAMPLE_BYTES

    def write(self, pcm: bytes) -> None:
        """Take audio. After a failed write it takes and forgets."""
        if self.has_failed:
            return
        self._gathered += whole_samples(pcm)
        while len(self._gathered) >= self._second_bytes and not self.has_failed:
            self._flush(bytes(self._gathered[: self._second_bytes]))
            del self._gathered[: self._second_bytes]

    def close(self) -> None:
        """Write what is left; nothing is written afterwards. Safe to call twice."""
        if self._gathered and not self.has_failed:
            self._flush(bytes(self._gathered))
        self._gathered.clear()

    def _flush(self, pcm: bytes) -> None:
        try:
            with self.file.open("r+b") as out:
                if self._second == 0:
                    self._form.begin(out, self._rate)
                self._form.add(out, self._rate, pcm, self._second)
            self._second += 1
            self.written_s += seconds(pcm, self._rate)
        except OSError as error:
            self.has_failed = True
            LOG.error("recording %s stopped: %s", self.file.stem, error.strerror)


class Plain:
    """A WAV file whose header is right after every second."""

    def begin(self, out: BinaryIO, sample_rate_hz: int) -> None:
        out.write(wav_header(0, sample_rate_hz))

    def add(self, out: BinaryIO, sample_rate_hz: int, pcm: bytes, second: int) -> None:
        before = second * sample_rate_hz * SAMPLE_BYTES
        out.seek(HEADER_BYTES + before)
        out.write(pcm)
        out.seek(0)
        out.write(wav_header(before + len(pcm), sample_rate_hz))


class Sealed:
    """Each second under the vault; all pieces but the last are of one length, so that any second is found at once."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def begin(self, out: BinaryIO, sample_rate_hz: int) -> None:
        out.write(SEALED_HEAD.pack(MAGIC, sample_rate_hz))

    def add(self, out: BinaryIO, sample_rate_hz: int, pcm: bytes, second: int) -> None:
        piece = self._vault.seal(PIECE_HEAD.pack(second) + pcm)
        out.seek(SEALED_HEAD.size + second * self.size(sample_rate_hz))
        out.write(piece)

    def read(self, file: BinaryIO, sample_rate_hz: int, second: int) -> bytes:
        """That second; empty behind the end, also where a kill tore the last piece."""
        size = self.size(sample_rate_hz)
        file.seek(SEALED_HEAD.size + second * size)
        piece = file.read(size)
        if len(piece) <= SEAL_BYTES + PIECE_HEAD.size:
            return b""
        try:
            opened = self._vault.open(piece)
        except KeyUnknown:
            if len(piece) < size:
                return b""
            raise
        found: tuple[int] = PIECE_HEAD.unpack_from(opened)
        if found[0] != second:
            raise AudioMissing("pieces were exchanged")
        return opened[PIECE_HEAD.size :]

    def size(self, sample_rate_hz: int) -> int:
        """Bytes of a whole sealed second."""
        return SEAL_BYTES + PIECE_HEAD.size + sample_rate_hz * SAMPLE_BYTES


def wav_header(data_bytes: int, sample_rate_hz: int) -> bytes:
    """The 44 bytes before 16-bit mono PCM (RIFF WAVE, format 1)."""
    rate = sample_rate_hz
    described = struct.pack("<4sIHHIIHH", b"fmt ", 16, PCM_FORMAT, 1, rate, rate * SAMPLE_BYTES, SAMPLE_BYTES, 16)
    return (
        struct.pack("<4sI4s", b"RIFF", HEADER_BYTES - 8 + data_bytes, b"WAVE")
        + described
        + struct.pack("<4sI", b"data", data_bytes)
    )
