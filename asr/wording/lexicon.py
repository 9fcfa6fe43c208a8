"""The names of a city as speech needs them: where they stand in a text, and where something was meant for one. Pure.

The names are handed in (`web.lexicon` reads them from the database); how they sound is `asr.wording.name_sounds`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

import ahocorasick
import rjieba

from asr.wording.name_sounds import SHORTEST, Finding, NameSounds
from asr.wording.numerals import ANY as NUMERALS
from asr.wording.syllables import SAID, may_read_alike
from asr.wording.text_rules import NameRules, SpeechRules
from asr.wording.words import load_words

Span = tuple[int, int]


@dataclass(frozen=True)
class Suggestion:
    """The characters `start` to `end` of a text sound like `name`, by `likeness` (0-1); a person should decide."""

    start: int
    end: int
    name: str
    likeness: float


@dataclass(frozen=True)
class Hearing:
    """What was meant for names: so alike that it is `sure`, or to be `suggested`. Neither overlaps the other."""

    sure: tuple[Suggestion, ...] = ()
    suggested: tuple[Suggestion, ...] = ()


@dataclass(frozen=True)
class Lexicon:
    """Names and rules; `hot` are those that are likelier now, `seasonal` those that are names only while they are hot,
    `terms` words of subjects, which must sound the same: other everyday words sound nearly so.

    Made once, used in many threads.
    """

    rules: SpeechRules
    sounds: NameSounds
    written: "Written"
    seasonal: frozenset[str]
    terms: frozenset[str]
    hot: frozenset[str] = frozenset()

    @classmethod
    def of(cls, names: Iterable[str], rules: SpeechRules, terms: Iterable[str] = ()) -> "Lexicon":
        """A lexicon of these names and terms and of all hot words of the rules; none of them is hot yet."""
        named = frozenset(names)
        words = frozenset(word for row in rules.hot_words for word in row.words)
        known = named.union(terms)
        return cls(rules, NameSounds(known | words), Written(known | words), words - known, known - named)

    def heated(self, month: int) -> "Lexicon":
        """The lexicon in a month: the same names, those of the season hot."""
        return replace(self, hot=self.rules.hot(month))

    def heard(self, text: str) -> Hearing:
        """What in the text was meant for names and is not written so; of overlapping findings the best, longer ones first."""
        names = self.rules.names
        doubts = Doubts(text, self.written.find(text))
        found = list[tuple[float, Finding]]()
        for finding in self.sounds.find(text, names.suggested - names.hot):
            if self._may_be(finding) and doubts.is_possible(finding):
                found.append((self._worth(finding, doubts), finding))
        return _hearing([pair for pair in found if pair[0] >= names.suggested], text, names)

    def _may_be(self, finding: Finding) -> bool:
        if finding.name in self.seasonal and finding.name not in self.hot:
            return False
        names = self.rules.names
        return finding.part >= (names.term if finding.name in self.terms else names.part_suggested)

    def _worth(self, finding: Finding, doubts: "Doubts") -> float:
        extra = self.rules.names.hot if finding.name in self.hot else 0.0
        return finding.likeness + extra - doubts.count(finding) * self.rules.names.doubt


class Doubts:
    """What speaks against a finding in a text: names that are written rightly, and ordinary words."""

    def __init__(self, text: str, written: Iterable[Span]) -> None:
        self._text, self._written = text, tuple(written)
        cut = _dictionary().tokenize(text)
        self._words = tuple((start, end) for word, start, end in cut if len(word) > 1 and _dictionary().has_word(word))

    def is_possible(self, finding: Finding) -> bool:
        """Whether it is no ordinary word of another tone, no other figure, and destroys no name that is there already."""
        said, name = self._text[finding.start : finding.end], finding.name
        other = [(at, one, meant) for at, (one, meant) in enumerate(zip(said, name, strict=True)) if one != meant]
        if any(one in SAID and SAID[one] != meant for _, one, meant in other):
            return False
        if any(not may_read_alike(one, meant) for _, one, meant in other) and len(name) == SHORTEST:
            return False
        meant_so = all(
            may_read_alike(one, meant) and meant not in NUMERALS for at, one, meant in other if self._is_word(finding, at)
        )
        return meant_so and all(self._is_kept(span, finding) for span in self._written)

    def count(self, finding: Finding) -> int:
        """How many doubts there are: an ordinary word is cut through, a little word or a numeral would be another, a name
        stands in it already, the whole is a word (which counts twice)."""
        said = self._text[finding.start : finding.end]
        other = [one for one, meant in zip(said, finding.name, strict=True) if one != meant]
        cut = any(first < edge < last for first, last in self._words for edge in (finding.start, finding.end))
        right = any(one in load_words().heard_right or one in NUMERALS for one in other)
        longer = any(finding.start <= first and last <= finding.end for first, last in self._written)
        return cut + right + longer + 2 * bool(_dictionary().has_word(said))

    def _is_word(self, finding: Finding, at: int) -> bool:
        """Whether the character of the finding is part of an ordinary word."""
        position = finding.start + at
        return any(start <= position < end for start, end in self._words)

    def _is_kept(self, span: Span, finding: Finding) -> bool:
        """Whether a name that is written in the text stands in the found one too, or elsewhere."""
        (first, last), (start, end) = span, (finding.start, finding.end)
        if last <= start or end <= first:
            return True
        is_inside = start <= first and last <= end and span != (start, end)
        return is_inside and finding.name[first - start : last - start] == self._text[first:last]


class Written:
    """Where names stand in a text as they are written."""

    def __init__(self, names: Iterable[str]) -> None:
        self._automaton = ahocorasick.Automaton()
        for name in names:
            self._automaton.add_word(name, len(name))
        self._is_empty = len(self._automaton) == 0
        self._automaton.make_automaton()

    def find(self, text: str) -> list[Span]:
        """Start and end (exclusive) of each name in the text, of overlapping ones all."""
        if self._is_empty:
            return []
        return [(last + 1 - length, last + 1) for last, length in self._automaton.iter(text)]


def _hearing(found: list[tuple[float, Finding]], text: str, names: NameRules) -> Hearing:
    sure, suggested, taken = list[Suggestion](), list[Suggestion](), list[Span]()
    for worth, finding in sorted(found, key=lambda pair: (pair[1].part < names.part, *_order(pair, text))):
        if any(start < finding.end and finding.start < end for start, end in taken):
            continue
        taken.append((finding.start, finding.end))
        rivals = (other for other in found if other[1] is not finding)
        is_alone = not any(_is_rival(finding, worth, rival, text) for rival in rivals)
        is_sure = is_alone and finding.part >= names.part and worth >= names.least(len(finding.name))
        row = Suggestion(finding.start, finding.end, finding.name, round(finding.likeness, 3))
        (sure if is_sure else suggested).append(row)
    return Hearing(tuple(_in_order(sure)), tuple(_in_order(suggested)))


def _order(pair: tuple[float, Finding], text: str) -> tuple[float, int, int, str]:
    worth, finding = pair
    return (-round(worth, 3), -len(finding.name), -_same(finding, text), finding.name)


def _is_rival(finding: Finding, worth: float, rival: tuple[float, Finding], text: str) -> bool:
    """Whether another name for the same characters is as good: then nobody knows which was meant."""
    other = rival[1]
    if (other.start, other.end) != (finding.start, finding.end) or other.name == finding.name:
        return False
    return rival[0] >= worth and _same(other, text) >= _same(finding, text)


def _same(finding: Finding, text: str) -> int:
    """How many characters stay."""
    return sum(one == other for one, other in zip(text[finding.start : finding.end], finding.name, strict=True))


def _in_order(found: Iterable[Suggestion]) -> Iterator[Suggestion]:
    return iter(sorted(found, key=lambda one: one.start))


@cache
def _dictionary() -> rjieba.Jieba:
    return rjieba.Jieba()
