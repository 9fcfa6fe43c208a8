"""Decodes recordings piece by piece: WAV of any coding, FLAC, OGG and MP3 by libsndfile, M4A and AMR by FFmpeg's library.

Never holds a whole file: what would blow up is stopped where it grows too long. Whole recordings are read by `asr.audio`.
"""

import struct
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from hotline.kernel.errors import Invalid

Samples = NDArray[np.int16]
BLOCK_S = 0.5
LONGEST_S = 4 * 3600
MOST_CHANNELS = 2
RATES_HZ = (4000, 192000)
UNTOLD = (0, 0xFFFFFFFF)
"""Lengths that a writer puts down who does not know it yet."""


@dataclass(frozen=True)
class Sound:
    """An opened recording. `told_s` is what its head says, None for nothing; a block has shape (samples, channels)."""

    rate_hz: int
    channels: int
    told_s: float | None
    blocks: Iterator[Samples]

    def pieces(self, rate_hz: int) -> Iterator[list[bytes]]:
        """16-bit PCM of each channel at that rate, some half a second at a time.

        Raises Invalid when there is nothing, or more than four hours however small the file is.
        """
        change = soxr.ResampleStream(self.rate_hz, rate_hz, self.channels, dtype="int16")
        taken = 0
        for block in self.blocks:
            taken += len(block)
            if taken > LONGEST_S * self.rate_hz:
                raise Invalid("file", "audio-length", longest_s=LONGEST_S)
            yield _apart(block if rate_hz == self.rate_hz else change.resample_chunk(np.ascontiguousarray(block)))
        if not taken:
            raise Invalid("file", "audio-length", longest_s=LONGEST_S)
        if rate_hz != self.rate_hz:
            yield _apart(change.resample_chunk(np.zeros((0, self.channels), np.int16), last=True))


@contextmanager
def open_sound(file: Path) -> Iterator[Sound]:
    """Raises Invalid for what is no sound, and for more channels or another rate than telephones have."""
    with ExitStack() as stack:
        try:
            sound = stack.enter_context(_by_libsndfile(file))
        except (soundfile.LibsndfileError, OSError):
            sound = stack.enter_context(_by_ffmpeg(file))
        if not RATES_HZ[0] <= sound.rate_hz <= RATES_HZ[1]:
            raise Invalid("file", "audio-rate", rate=sound.rate_hz)
        if not 1 <= sound.channels <= MOST_CHANNELS:
            raise Invalid("file", "audio-channels", channels=sound.channels, most=MOST_CHANNELS)
        yield sound


def told_seconds(file: Path) -> float | None:
    """How long a WAV says it is: by the size its data chunk claims. None for other files and for sizes not told."""
    with file.open("rb") as opened:
        if opened.read(12)[:4] != b"RIFF":
            return None
        bytes_a_second = 0
        while len(head := opened.read(8)) == 8:
            name, size = struct.unpack("<4sI", head)
            if name == b"data":
                return size / bytes_a_second if bytes_a_second and size not in UNTOLD else None
            body = opened.read(min(size, 64)) if name == b"fmt " else b""
            if len(body) >= 12:
                bytes_a_second = struct.unpack_from("<I", body, 8)[0]
            opened.seek(size - len(body) + size % 2, 1)
    return None


@contextmanager
def _by_libsndfile(file: Path) -> Iterator[Sound]:
    with soundfile.SoundFile(file) as opened:
        yield Sound(opened.samplerate, opened.channels, told_seconds(file), _read(opened, file))


@contextmanager
def _by_ffmpeg(file: Path) -> Iterator[Sound]:
    try:
        container = av.open(str(file))
    except (av.FFmpegError, OSError) as error:
        raise Invalid("file", "not-audio", path=str(file)) from error
    # Outside: what the reader of the sound does wrong is none of the file's faults.
    with container as opened:
        stream = next(iter(opened.streams.audio), None)
        if stream is None or not stream.rate:
            raise Invalid("file", "not-audio", path=str(file))
        told_s = opened.duration / 1_000_000 if opened.duration else None
        yield Sound(stream.rate, stream.codec_context.channels, told_s, _decoded(opened, stream, file))


def _decoded(opened: av.container.InputContainer, stream: av.AudioStream, file: Path) -> Iterator[Samples]:
    change = av.AudioResampler(format="s16")
    channels = stream.codec_context.channels
    try:
        for frame in opened.decode(stream):
            for ready in change.resample(frame):
                yield ready.to_ndarray().reshape(-1, channels).astype(np.int16, copy=False)
    except av.FFmpegError as error:
        raise Invalid("file", "not-audio", path=str(file)) from error


def _read(opened: soundfile.SoundFile, file: Path) -> Iterator[Samples]:
    size = max(1, int(BLOCK_S * opened.samplerate))
    try:
        while len(block := opened.read(size, dtype="int16", always_2d=True)):
            yield block
    except soundfile.LibsndfileError as error:
        raise Invalid("file", "not-audio", path=str(file)) from error


def _apart(block: Samples) -> list[bytes]:
    return [np.ascontiguousarray(block[:, channel]).astype("<i2").tobytes() for channel in range(block.shape[1])]
