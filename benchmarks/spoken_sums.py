"""What was heard of spoken calls, added up: characters, names of the city, numbers. `benchmarks.spoken_calls` makes rows of it.

Names and numbers are looked for turn by turn, so that one heard in the wrong place is not taken for another.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

from asr import evaluation, shown
from asr.evaluation import Edits, Found
from asr.wording.syllables import sound_of
from benchmarks.spoken_legs import LEGS, HeardCall
from tests.unit import speech_sets

NUMBERS = {
    "house numbers": re.compile(r"(?<![\d月])\d+(?:号(?!线)|栋|幢|座|单元|室|层|楼)"),
    "amounts": re.compile(r"\d[\d.,]*[百千万亿]?(?:元|块|角|毛)"),
}
"""How they are written once numbers are figures."""
DIGITS = "telephones and other digits"


@dataclass
class Sums:
    """Counts over calls. `alike` of the false names were said: the person who wrote the call put down other characters of the
    same sound, as recognisers do."""

    calls: int = 0
    seconds: float = 0.0
    cpu_s: float = 0.0
    edits: dict[str, Edits] = field(default_factory=lambda: dict.fromkeys(LEGS, Edits()))
    names_raw: Found = Found()
    names: Found = Found()
    alike: int = 0
    numbers: dict[str, Found] = field(default_factory=lambda: dict.fromkeys((DIGITS, *NUMBERS), Found()))

    def add(self, heard: HeardCall, cpu_s: float) -> None:
        """One more call, which took so much to hear."""
        self.calls, self.seconds, self.cpu_s = self.calls + 1, self.seconds + heard.seconds, self.cpu_s + cpu_s
        for role in LEGS:
            truth = "".join(turn.text for turn in heard.spoken.call.turns if turn.role == role)
            raw = "".join(one.raw for one in heard.turns if one.turn.role == role)
            self.edits[role] += evaluation.edits(truth, raw)
        for turn in heard.spoken.call.turns:
            pieces = [one for one in heard.turns if one.of == turn.seq]
            self._add_turn(turn.text, "".join(one.raw for one in pieces), "".join(one.turn.text for one in pieces))

    def _add_turn(self, truth: str, raw: str, text: str) -> None:
        names = [name for name in speech_sets.demo_names() if name in truth or name in raw or name in text]
        said, got = evaluation.names_in(truth, names), evaluation.names_in(text, names)
        self.names_raw += evaluation.names_found(truth, raw, names)
        self.names += evaluation.matched(said, got)
        self.alike += sum(_is_sound_of(name, truth) for name in (Counter(got) - Counter(said)).elements())
        self.numbers[DIGITS] += evaluation.numbers_found(truth, text)
        figures = shown.show(truth, speech_sets.demo_lexicon()).text
        for kind, form in NUMBERS.items():
            self.numbers[kind] += evaluation.matched(form.findall(figures), form.findall(text))


def _is_sound_of(name: str, text: str) -> bool:
    """Whether the text has the name's syllables, in other characters."""
    sound, whole = sound_of(name), sound_of(text)
    return any(whole[at : at + len(sound)] == sound for at in range(len(whole)))
