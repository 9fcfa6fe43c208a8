"""The names of a city as speech needs them: where they stand in a text, and where something sounds like one. Pure.

The names are handed in (`web.lexicon` reads them from the database); how they sound is `asr.wording.name_sounds`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import ahocorasick

from asr.wording.name_sounds import NameSounds
from asr.wording.text_rules import SpeechRules


@dataclass(frozen=True)
class Suggestion:
    """The characters `start` to `end` of a text sound like `name`, by `likeness` (0-1); a person should decide."""

    start: int
    end: int
    name: str
    likeness: float


@dataclass(frozen=True)
class Lexicon:
    """Names and rules; `hot` are those that are likelier now. Made once, used in many threads."""

    rules: SpeechRules
    sounds: NameSounds
    written: "Written"
    hot: frozenset[str] = frozenset()

    @classmethod
    def of(cls, names: Iterable[str], rules: SpeechRules) -> "Lexicon":
        """A lexicon of these names and of all hot words of the rules; none of them is hot yet."""
        seasonal = frozenset(word for row in rules.hot_words for word in row.words)
        known = frozenset(names)
        return cls(rules, NameSounds(known | seasonal, only_hot=seasonal - known), Written(known | seasonal))

    def heated(self, month: int, unit: str = "") -> "Lexicon":
        """The lexicon for calls of a unit (code) in a month: the same names, those of the season and the unit hot."""
        return replace(self, hot=self.rules.hot(month, unit))


class Written:
    """Where names stand in a text as they are written."""

    def __init__(self, names: Iterable[str]) -> None:
        self._automaton = ahocorasick.Automaton()
        for name in names:
            self._automaton.add_word(name, len(name))
        self._is_empty = len(self._automaton) == 0
        self._automaton.make_automaton()

    def find(self, text: str) -> list[tuple[int, int]]:
        """Start and end (exclusive) of each name in the text, of overlapping ones all."""
        if self._is_empty:
            return []
        return [(last + 1 - length, last + 1) for last, length in self._automaton.iter(text)]
