"""Written calls as they sound on the telephone: both parties' legs, when each turn was said, and what an engine hears of it.

`benchmarks.spoken_calls` counts. Heard turns are matched with written ones by party and time, so that what people filled in of
the written call can be asked of the heard one.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
import soundfile
from numpy.typing import NDArray

from asr import batch, shown
from asr.decoding import open_sound
from asr.engine import AsrEngine, Hypothesis
from asr.session import AGENT, CALLER
from asr.telephone import RATE_HZ, as_telephone
from asr.wording.lexicon import Lexicon
from hotline.intake.drafting.values import Turn
from hotline.intake.drafting.written import Filled, KnownMatter, WrittenCall

Samples = NDArray[np.float32]
PAUSE_S = 0.8
"""Between the last word of one party and the first of the other."""
BEGINS_S = 0.5
FULL_SCALE = 32767
LEGS = (AGENT, CALLER)
"""Left and right, as contact centres record."""


class Voice(Protocol):
    """Speaks."""

    rate_hz: int

    def speak(self, text: str) -> Samples:
        """The text as samples between -1 and 1."""


@dataclass(frozen=True)
class Said:
    """When a written turn was spoken; seconds from the recording's start."""

    seq: int
    role: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class SpokenCall:
    """A written call with its recording."""

    call: WrittenCall
    said: tuple[Said, ...]
    file: Path


@dataclass(frozen=True)
class HeardTurn:
    """What was heard of (a piece of) the written turn `of`: the engine's words, and the turn that drafting reads."""

    of: int
    raw: str
    turn: Turn


@dataclass(frozen=True)
class HeardCall:
    """A spoken call with what was heard of it, and how long its recording is."""

    spoken: SpokenCall
    turns: tuple[HeardTurn, ...]
    seconds: float

    def as_written(self) -> WrittenCall:
        """The call with the heard turns in place of the written ones, in its matters too."""
        heard = defaultdict[int, set[int]](set)
        for one in self.turns:
            heard[one.of].add(one.turn.seq)
        call = self.spoken.call
        matters = tuple(_heard_of(matter, heard) for matter in call.matters)
        return replace(call, turns=tuple(one.turn for one in self.turns), matters=matters)


def speak(call: WrittenCall, voice: Callable[[], Voice], name: str, folder: Path) -> SpokenCall:
    """The recording of a call by the voice of that name; made only where the folder does not hold it yet."""
    words = json.dumps([name, [(turn.role, turn.text) for turn in call.turns]], ensure_ascii=False)
    stem = f"{call.id}-{hashlib.sha256(words.encode()).hexdigest()[:12]}"
    file, times = folder / f"{stem}.flac", folder / f"{stem}.json"
    if not times.exists():
        folder.mkdir(parents=True, exist_ok=True)
        legs, said = legs_of(call, voice())
        soundfile.write(file, legs, RATE_HZ, subtype="PCM_16")
        times.write_text(json.dumps([asdict(one) for one in said]), encoding="utf-8")
    return SpokenCall(call, tuple(Said(**one) for one in json.loads(times.read_text(encoding="utf-8"))), file)


def legs_of(call: WrittenCall, voice: Voice) -> tuple[NDArray[np.int16], list[Said]]:
    """Both legs as a telephone sends them, shape (samples, LEGS), one party silent while the other speaks."""
    parts: dict[str, list[Samples]] = {role: [_silence(BEGINS_S, voice)] for role in LEGS}
    said, at_s = list[Said](), BEGINS_S
    for turn in call.turns:
        role = AGENT if turn.role == AGENT else CALLER
        words = voice.speak(turn.text)
        length_s = len(words) / voice.rate_hz
        said.append(Said(turn.seq, role, at_s, at_s + length_s))
        at_s += length_s + PAUSE_S
        for party in LEGS:
            parts[party] += [words if party == role else np.zeros_like(words), _silence(PAUSE_S, voice)]
    legs = [_telephone(np.concatenate(parts[role]), voice.rate_hz) for role in LEGS]
    return np.stack(legs, axis=1), said


def hear(spoken: SpokenCall, engine: AsrEngine, lexicon: Lexicon) -> HeardCall:
    """Both legs heard apart, each final through the text chain."""
    with open_sound(spoken.file) as sound:
        told = batch.transcribe(engine, sound, RATE_HZ, stereo=LEGS)
    turns = [
        HeardTurn(turn_said(spoken.said, one.role, one.heard), one.heard.text, Turn(seq, one.role, _shown(one.heard, lexicon)))
        for seq, one in enumerate(told.spoken, start=1)
    ]
    return HeardCall(spoken, tuple(turns), told.seconds)


def turn_said(said: Iterable[Said], role: str, heard: Hypothesis) -> int:
    """The party's written turn that shares most time with what was heard, else the nearest; 0 when it said nothing."""
    own = (one for one in said if one.role == role)
    nearest = max(own, key=lambda one: min(one.end_s, heard.end_s) - max(one.start_s, heard.start_s), default=None)
    return nearest.seq if nearest else 0


def _shown(heard: Hypothesis, lexicon: Lexicon) -> str:
    return shown.show(heard.text, lexicon, alternatives=heard.alternatives, words=heard.words).text


def _heard_of(matter: KnownMatter, heard: Mapping[int, set[int]]) -> KnownMatter:
    def moved(turns: Iterable[int]) -> frozenset[int]:
        return frozenset(seq for turn in turns for seq in heard.get(turn, ()))

    fields = {name: Filled(one.values, moved(one.turns)) for name, one in matter.fields.items()}
    return KnownMatter(moved(matter.turns), fields)


def _silence(seconds: float, voice: Voice) -> Samples:
    return np.zeros(round(seconds * voice.rate_hz), np.float32)


def _telephone(leg: Samples, rate_hz: int) -> NDArray[np.int16]:
    pcm = (np.clip(leg, -1, 1) * FULL_SCALE).astype("<i2").tobytes()
    return np.frombuffer(as_telephone(pcm, rate_hz), "<i2")
