"""Reads recordings as a whole, as the PCM that engines and gateways take, and what is said in them. Called by the CLI and
the demo call; decoding is `asr.decoding`'s.
"""

from pathlib import Path

from asr.decoding import open_sound

CALLER_CHANNEL = 1
"""Of stereo recordings: contact centres put the agent left and the caller right."""


def read_caller(file: Path, sample_rate_hz: int) -> bytes:
    """The caller's voice as 16-bit little-endian mono PCM at that rate; raises as `read_channels` does."""
    channels = read_channels(file, sample_rate_hz)
    return channels[min(CALLER_CHANNEL, len(channels) - 1)]


def read_channels(file: Path, sample_rate_hz: int) -> list[bytes]:
    """Each channel as 16-bit little-endian mono PCM at that rate.

    Raises Invalid when the file cannot be read as sound, is empty, or longer than four hours.
    """
    with open_sound(file) as sound:
        pieces = list(sound.pieces(sample_rate_hz))
    return [b"".join(channel) for channel in zip(*pieces, strict=True)]


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
