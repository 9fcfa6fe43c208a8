"""Reads recordings as the PCM that engines and gateways take. Called by the CLI and the demo call."""

from pathlib import Path

import numpy as np
import soundfile
import soxr

from hotline.kernel.errors import Invalid

CALLER_CHANNEL = 1
"""Of stereo recordings: contact centres put the agent left and the caller right."""
LONGEST_S = 4 * 3600


def read_caller(file: Path, sample_rate_hz: int) -> bytes:
    """The caller's voice as 16-bit little-endian mono PCM at that rate; raises as `read_channels` does."""
    channels = read_channels(file, sample_rate_hz)
    return channels[min(CALLER_CHANNEL, len(channels) - 1)]


def read_channels(file: Path, sample_rate_hz: int) -> list[bytes]:
    """Each channel as 16-bit little-endian mono PCM at that rate; WAV of any coding (A-law and mu-law too), FLAC, OGG.

    Raises Invalid when the file cannot be read as sound, is empty, or longer than four hours.
    """
    try:
        with soundfile.SoundFile(file) as opened:
            if not 0 < opened.frames <= LONGEST_S * opened.samplerate:
                raise Invalid("file", "audio-length", longest_s=LONGEST_S)
            samples = opened.read(dtype="int16", always_2d=True)
            rate = opened.samplerate
    except (soundfile.LibsndfileError, OSError) as error:
        raise Invalid("file", "not-audio", path=str(file)) from error
    at_rate = samples if rate == sample_rate_hz else soxr.resample(samples, rate, sample_rate_hz)
    return [np.ascontiguousarray(at_rate[:, channel]).astype("<i2").tobytes() for channel in range(at_rate.shape[1])]


def true_text(manifest: Path, file: Path) -> str:
    """What is said in the file by a manifest (columns file and transcript, tab-separated); empty when it is not listed.

    Of an assembled call, whose turns stand in `<name>.turns.tsv` beside it, only the caller's.
    """
    turns = file.with_suffix(".turns.tsv")
    if turns.exists():
        return "".join(row["text"] for row in _rows(turns) if row.get("channel", "").startswith("caller"))
    for row in _rows(manifest):
        if (manifest.parent / row.get("file", "")).resolve() == file.resolve():
            return row.get("transcript", "")
    return ""


def _rows(table: Path) -> list[dict[str, str]]:
    head, *lines = table.read_text(encoding="utf-8").splitlines()
    names = head.split("\t")
    return [dict(zip(names, line.split("\t"), strict=False)) for line in lines]
