"""Codings of telephone audio as 16-bit mono PCM: G.711 by table, channels apart, rates by soxr.   Pure but for the resampler.

Tables are computed from ITU-T G.711; Python's own `audioop` is gone since 3.13.
"""

from dataclasses import replace

import numpy as np
import soxr
from numpy.typing import NDArray

from asr.gateways.streams import AudioSink, Leg, OpenLeg

Samples = NDArray[np.int16]

SLIN, ULAW, ALAW = "slin", "ulaw", "alaw"
SAMPLE_BYTES = {SLIN: 2, ULAW: 1, ALAW: 1}
HEARD_RATES = (8000, 16000)
"""Engines are trained at these; what comes at another rate is brought to the higher one."""
LOWEST_RATE_HZ, HIGHEST_RATE_HZ = 8000, 192000


def _ulaw_table() -> Samples:
    code = ~np.arange(256, dtype=np.uint8)
    exponent, mantissa = (code >> 4) & 7, (code & 15).astype(np.int32)
    size = (((mantissa << 3) + 0x84) << exponent) - 0x84
    return np.where(code & 0x80, -size, size).astype(np.int16)


def _alaw_table() -> Samples:
    code = np.arange(256, dtype=np.uint8) ^ 0x55
    exponent, mantissa = ((code >> 4) & 7).astype(np.int32), (code & 15).astype(np.int32)
    size = np.where(exponent == 0, (mantissa << 4) + 8, ((mantissa << 4) + 0x108) << np.maximum(exponent - 1, 0))
    return np.where(code & 0x80, size, -size).astype(np.int16)


TABLES = {ULAW: _ulaw_table(), ALAW: _alaw_table()}


def samples(raw: bytes, coding: str) -> Samples:
    """The samples of whole bytes; the half sample that an odd length of PCM ends with is dropped."""
    if coding == SLIN:
        return np.frombuffer(raw[: len(raw) - len(raw) % 2], "<i2").astype(np.int16, copy=False)
    return TABLES[coding][np.frombuffer(raw, np.uint8)]


def encoded(pcm: Samples, coding: str) -> bytes:
    """The nearest code of every sample; the way out, for the software telephone and tests."""
    if coding == SLIN:
        return pcm.astype("<i2").tobytes()
    table = TABLES[coding].astype(np.int32)
    order = np.argsort(table, kind="stable")
    edges = (table[order][1:] + table[order][:-1]) / 2
    return order[np.searchsorted(edges, pcm.astype(np.int32))].astype(np.uint8).tobytes()


def parties(raw: bytes, coding: str, channels: int) -> list[bytes]:
    """Interleaved audio as PCM of each channel. What is left of a frame that is not whole is dropped."""
    flat = samples(raw, coding)
    whole = flat[: len(flat) - len(flat) % channels].reshape(-1, channels)
    return [whole[:, channel].astype("<i2").tobytes() for channel in range(channels)]


async def open_heard(open_leg: OpenLeg, leg: Leg) -> AudioSink:
    """Open the leg at a rate that engines hear, whatever rate its audio comes at."""
    if leg.sample_rate_hz in HEARD_RATES:
        return await open_leg(leg)
    sink = await open_leg(replace(leg, sample_rate_hz=HEARD_RATES[-1]))
    return _Resampled(sink, leg.sample_rate_hz, HEARD_RATES[-1])


class _Resampled:
    """A sink that takes another rate than the one behind it. Keeps the filter's state from frame to frame."""

    def __init__(self, sink: AudioSink, from_hz: int, to_hz: int) -> None:
        self._sink = sink
        self._filter = soxr.ResampleStream(from_hz, to_hz, 1, dtype="int16")

    def audio(self, pcm: bytes) -> None:
        self._pass_on(self._filter.resample_chunk(samples(pcm, SLIN)))

    def ended(self, reason: str) -> None:
        self._pass_on(self._filter.resample_chunk(np.zeros(0, np.int16), last=True))
        self._sink.ended(reason)

    def _pass_on(self, resampled: Samples) -> None:
        if len(resampled):
            self._sink.audio(resampled.astype("<i2").tobytes())
