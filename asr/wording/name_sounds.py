"""Names by their sound, fast over tens of thousands: where in a text something sounds like one, and how alike. Pure.

Names are looked up by two of their syllables, next to each other or with one between, as a hard-of-telling ear takes them
(zh is z, n is l, ng is n). Which of the findings are believed is `asr.wording.lexicon`'s.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pypinyin import lazy_pinyin

from asr.wording.syllables import SAID, Sound, least_alike, sound_of, together_alike
from asr.wording.words import load_words
from hotline.kernel.search import pinyin

SHORTEST, LONGEST = 2, 30
"""Characters of a name that is looked for."""
MOST_OF_A_PAIR = 400
"""A pair of syllables that more names have (小区, 社区) tells none of them."""


@dataclass(frozen=True)
class Finding:
    """The characters `start` to `end` (exclusive) sound like the name: by `likeness` as a whole, by `part` where least."""

    start: int
    end: int
    name: str
    likeness: float
    part: float


class NameSounds:
    """An index of names. Made once, used in many threads."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names: list[tuple[str, Sound]] = []
        self._pairs: dict[tuple[int, str, str], list[tuple[int, int]]] = {}
        for name in sorted(set(names)):
            if _is_telling(name):
                for sound in {sound_of(name), _read_as_words(name)}:
                    self._add(name, sound)
        self._pairs = {pair: found for pair, found in self._pairs.items() if len(found) <= MOST_OF_A_PAIR}

    def find(self, text: str, least: float) -> Iterator[Finding]:
        """Every place that sounds like a name by `least` or more, also where it is written so; they overlap."""
        heard = sound_of(text)
        for number, start in sorted(self._candidates(heard)):
            name, sound = self._names[number]
            said = heard[start : start + len(sound)]
            likeness = together_alike(said, sound)
            if likeness >= least:
                yield Finding(start, start + len(sound), name, likeness, least_alike(said, sound))

    def _add(self, name: str, sound: Sound) -> None:
        number = len(self._names)
        self._names.append((name, sound))
        for at, gap in _pairs_of(sound):
            self._pairs.setdefault((gap, sound[at], sound[at + gap]), []).append((number, at))

    def _candidates(self, heard: Sound) -> set[tuple[int, int]]:
        """Names by their number, and where they would begin."""
        found = set[tuple[int, int]]()
        for at, gap in _pairs_of(heard):
            for number, inside in self._pairs.get((gap, heard[at], heard[at + gap]), ()):
                start = at - inside
                if start >= 0 and start + len(self._names[number][1]) <= len(heard):
                    found.add((number, start))
        return found


def is_spoken(letter: str) -> bool:
    """Whether the letter is a Chinese character or a digit: what a name is made of."""
    return "\u3400" <= letter <= "\u9fff" or letter in SAID


def stem_of(name: str) -> str:
    """The name without the ending that says what kind of thing it is: 翠湖 of 翠湖花园; all of it where it has none."""
    return next((name[: -len(ending)] for ending in load_words().endings if name.endswith(ending)), name)


def _is_telling(name: str) -> bool:
    """Whether enough of the name tells it from others of its kind: 区医院 sounds like 去医院."""
    stem = stem_of(name)
    return SHORTEST <= len(name) <= LONGEST and all(map(is_spoken, name)) and (not stem or len(stem) >= SHORTEST)


def _read_as_words(name: str) -> Sound:
    """The syllables as the name is read by its words (重庆 is chong qing)."""
    read = lazy_pinyin("".join(SAID.get(letter, letter) for letter in name))
    return tuple(map(pinyin.folded, read)) if len(read) == len(name) else sound_of(name)


def _pairs_of(sound: Sequence[str]) -> Iterator[tuple[int, int]]:
    for gap in (1, 2):
        yield from ((at, gap) for at in range(len(sound) - gap))
