"""What is heard with other characters of the same sound, spelt as a word of danger: 没气泄漏 is 煤气泄漏. Pure; words are data.

The words and the rule are in `risk_sounds.yaml`. It only spells; whether danger is meant `risk_words` judges, its one caller.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache

import rjieba
from pypinyin.constants import PINYIN_DICT
from pypinyin.contrib.tone_convert import to_normal

from hotline.kernel.search import pinyin

LONG = 3
"""From so many characters on a word may also sound only nearly the same."""
KEPT_CHARACTERS, KEPT_TEXTS = 8_000, 2_000
_HAN_RUN = re.compile(r"[\u3400-\u9fff]{2,}")

Span = tuple[int, int]


class Sounds:
    """Words, ready to be heard."""

    def __init__(self, words: Iterable[str]) -> None:
        self._by_sound: dict[tuple[str, str], list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
        for word in sorted(set(words), key=lambda one: (-len(one), one)):
            spoken = pinyin.syllables(word)
            first, second = (pinyin.folded(one) for one in spoken[:2])
            self._by_sound[first, second].append((word, spoken))
        self.spelt = lru_cache(KEPT_TEXTS)(self._spell)

    def _spell(self, text: str) -> tuple[str, tuple[Span, ...]]:
        """The text of the same length with the words in it, and where they were put; no span when nothing sounds like one."""
        spelt, spans = text, list[Span]()
        for run in _HAN_RUN.finditer(text):
            for start, word in self._heard(run[0]):
                at = run.start() + start
                spelt = spelt[:at] + word + spelt[at + len(word) :]
                spans.append((at, at + len(word)))
        return spelt, tuple(spans)

    def _heard(self, run: str) -> Iterator[tuple[int, str]]:
        """Words with their place, from left to right, the longer first."""
        sounds = [_sounds(character) for character in run]
        cuts: set[Span] | None = None
        at = 0
        while at < len(run) - 1:
            alike = list(self._alike(at, run, sounds))
            cuts = _real_words(run) if alike and cuts is None else cuts
            word = next((one for one in alike if _may_be_misheard((at, at + len(one)), cuts or ())), "")
            if word and not run.startswith(word, at):
                yield at, word
            at += len(word) or 1

    def _alike(self, at: int, run: str, sounds: Sequence[tuple[frozenset[str], frozenset[str]]]) -> Iterator[str]:
        """The words that sound like what begins there, of one beginning the longest first."""
        for first in sounds[at][1]:
            for second in sounds[at + 1][1]:
                for word, spoken in self._by_sound.get((first, second), ()):
                    if run.startswith(word, at) or _is_like(spoken, sounds[at : at + len(word)]):
                        yield word


def _is_like(spoken: Sequence[str], sounds: Sequence[tuple[frozenset[str], frozenset[str]]]) -> bool:
    if len(sounds) < len(spoken):
        return False
    if len(spoken) < LONG:
        return all(one in exact for one, (exact, _) in zip(spoken, sounds, strict=True))
    return all(pinyin.folded(one) in folded for one, (_, folded) in zip(spoken, sounds, strict=True))


def _may_be_misheard(span: Span, cuts: Iterable[Span]) -> bool:
    """Whether no real word reaches over its ends, and a short one is no real word itself."""
    start, end = span
    for first, last in cuts:
        crosses = first < end and start < last and not (start <= first and last <= end)
        if crosses or ((first, last) == span and end - start < LONG):
            return False
    return True


def _real_words(run: str) -> set[Span]:
    """Where words of two characters and more stand, as the general dictionary cuts."""
    found, at = set[Span](), 0
    for word in rjieba.cut(run, False):
        if len(word) > 1:
            found.add((at, at + len(word)))
        at += len(word)
    return found


@lru_cache(KEPT_CHARACTERS)
def _sounds(character: str) -> tuple[frozenset[str], frozenset[str]]:
    """How a character may be read without tone, and how a hard-of-telling ear takes it."""
    readings = PINYIN_DICT.get(ord(character), "")
    exact = frozenset(_plain(reading) for reading in readings.split(",") if reading)
    return exact, frozenset(pinyin.folded(one) for one in exact)


@cache
def _plain(reading: str) -> str:
    return str(to_normal(reading)).replace("ü", "v")
