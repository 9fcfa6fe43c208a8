"""How alike two syllables sound to a recogniser on a telephone line: 0 alike, in letters of pinyin. Pure.

Beginnings that are often taken for each other (b and p, j and q) count half a letter, others two: nobody hears 银河 for 星河.
"""

from collections.abc import Sequence
from functools import lru_cache

from pypinyin import Style, lazy_pinyin
from pypinyin import pinyin as readings
from rapidfuzz.distance import Levenshtein

from hotline.kernel.search import pinyin

Sound = tuple[str, ...]
"""Syllables as a hard-of-telling ear takes them (`pinyin.folded`)."""

SAID = {str(value): spoken for value, spoken in enumerate("零一二三四五六七八九")}
NEAR, FAR = 0.5, 2.0
_BEGINNINGS = "bpmfdtlgkhjqxzcsrwy"
_NEAR_BEGINNINGS = frozenset(
    map(frozenset, ("bp", "dt", "gk", "gh", "kh", "jq", "jx", "qx", "zc", "zs", "cs", "fh", "lr", "zj", "cq", "sx"))
)
_NEAR_ENDS = frozenset(
    map(frozenset, (("an", "en"), ("in", "en"), ("ei", "ui"), ("ai", "ei"), ("o", "uo"), ("e", "uo"), ("un", "on")))
)


def sound_of(text: str) -> Sound:
    """The syllables of a text, character by character; what is not Chinese stays as it is."""
    return tuple(map(_folded, text))


def together_alike(said: Sequence[str], sound: Sequence[str]) -> float:
    """How alike as many syllables sound, from 0 to 1: letters that stay of all."""
    letters = sum(max(len(one), len(other)) for one, other in zip(said, sound, strict=True))
    cost = sum(_apart(one, other) for one, other in zip(said, sound, strict=True) if one != other)
    return max(0.0, 1 - cost / letters)


def least_alike(said: Sequence[str], sound: Sequence[str]) -> float:
    """How alike the two neighbouring syllables sound that do so least."""
    return min(together_alike(said[at : at + 2], sound[at : at + 2]) for at in range(len(sound) - 1))


@lru_cache(16384)
def may_read_alike(letter: str, other: str) -> bool:
    """Whether two characters have a reading in common to a hard-of-telling ear, with its tone."""
    return not _readings(letter).isdisjoint(_readings(other))


@lru_cache(65536)
def _apart(one: str, other: str) -> float:
    first, ending = _cut(one)
    second, end = _cut(other)
    if not ending or not end:
        return FAR + max(len(one), len(other))
    begins = 0.0 if first == second else NEAR if frozenset((first, second)) in _NEAR_BEGINNINGS else FAR
    ends = NEAR if frozenset((ending, end)) in _NEAR_ENDS else float(Levenshtein.distance(ending, end))
    return begins + ends


def _cut(syllable: str) -> tuple[str, str]:
    if not syllable.isascii() or not syllable.isalpha():
        return syllable, ""
    return (syllable[0], syllable[1:]) if syllable[0] in _BEGINNINGS else ("", syllable)


@lru_cache(16384)
def _readings(letter: str) -> frozenset[str]:
    toned = readings(SAID.get(letter, letter), style=Style.TONE3, heteronym=True, neutral_tone_with_five=True)[0]
    return frozenset(pinyin.folded(one[:-1]) + one[-1] for one in toned)


@lru_cache(16384)
def _folded(letter: str) -> str:
    plain = SAID.get(letter, letter)
    return pinyin.folded(lazy_pinyin(plain)[0]) if "\u3400" <= plain <= "\u9fff" else letter
