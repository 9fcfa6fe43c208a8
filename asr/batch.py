"""Hears a recording from beginning to end, each party by its channel, and writes down what was said.   No database here.

Called by `hotline asr transcribe`.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass

from asr.decoding import Sound
from asr.engine import AsrEngine, Hypothesis, RecognitionStream, seconds
from asr.listening import settled
from asr.session import AGENT, CALLER

AGENT_LEFT = (AGENT, CALLER)
"""Contact centres record the agent left and the caller right."""


@dataclass(frozen=True)
class Spoken:
    """One utterance of a party; seconds from the recording's start."""

    role: str
    heard: Hypothesis


@dataclass(frozen=True)
class Transcript:
    """All utterances by the time they begin, and how long the recording really was."""

    spoken: tuple[Spoken, ...]
    seconds: float


def transcribe(
    engine: AsrEngine,
    sound: Sound,
    rate_hz: int,
    *,
    stereo: Sequence[str] = AGENT_LEFT,
    went: Callable[[float, Sequence[bytes]], None] = lambda done_s, channels: None,
) -> Transcript:
    """`stereo` names the parties of two channels; one channel is the caller. `went` hears how far it is, and the audio."""
    roles = (CALLER,) if sound.channels == 1 else tuple(stereo)
    heard: list[list[Hypothesis]] = [[] for _ in roles]
    done_s = 0.0
    with ExitStack() as stack:
        streams: list[RecognitionStream] = [stack.enter_context(closing(engine.open_stream(rate_hz))) for _ in roles]
        for channels in sound.pieces(rate_hz):
            for found, stream, pcm in zip(heard, streams, channels, strict=True):
                found.extend(stream.feed(pcm))
            done_s += seconds(channels[0], rate_hz)
            went(done_s, channels)
        for found, stream in zip(heard, streams, strict=True):
            found.extend(stream.finish())
    spoken = [Spoken(role, one) for role, found in zip(roles, heard, strict=True) for one in settled(found)]
    return Transcript(tuple(sorted(spoken, key=lambda said: (said.heard.start_s, said.role))), done_s)


def as_json(name: str, engine: str, told: Transcript) -> str:
    """For programs: every utterance with its words and times."""
    segments = [
        {
            "role": said.role,
            "start_s": round(said.heard.start_s, 2),
            "end_s": round(said.heard.end_s, 2),
            "text": said.heard.text,
            "words": [
                {"word": word.word, "start_s": word.start_s, "end_s": word.end_s, "confidence": word.confidence}
                for word in said.heard.words
            ],
        }
        for said in told.spoken
    ]
    whole = {"file": name, "engine": engine, "seconds": round(told.seconds, 2), "segments": segments}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def as_lines(told: Transcript) -> Iterator[str]:
    """For people: begin, end, who, what."""
    for said in told.spoken:
        yield f"{said.heard.start_s:7.1f} - {said.heard.end_s:6.1f}  {said.role:<6}  {said.heard.text}"


def as_srt(told: Transcript) -> str:
    """Subtitles, for players that show them beside the recording."""
    parts = [
        f"{count}\n{_clock(said.heard.start_s)} --> {_clock(said.heard.end_s)}\n{said.role}: {said.heard.text}\n"
        for count, said in enumerate(told.spoken, start=1)
    ]
    return "\n".join(parts)


def _clock(at_s: float) -> str:
    whole_ms = round(at_s * 1000)
    minutes, ms = divmod(whole_ms, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{ms // 1000:02},{ms % 1000:03}"
