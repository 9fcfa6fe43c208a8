"""How Chinese sounds, as tokens: pairs of syllables and initials, without tones and with what many dialects do not tell apart.

Homophones, words heard wrongly and words typed in pinyin give the same tokens as the right characters. Pure.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache

from pypinyin import lazy_pinyin
from pypinyin.constants import PINYIN_DICT
from pypinyin.contrib.tone_convert import to_normal

KEPT_WORDS = 200_000
LONGEST_SYLLABLE = 6
INITIALS = 3
"""Letters of one token of initials."""
_LATIN_RUN = re.compile(r"[a-z]+")
# What speakers of Wu, Xiang, Min and south-western Mandarin do not tell apart, and recognisers therefore neither.
_SAME_BEGINNING = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"))
_SAME_END = (("ang", "an"), ("eng", "en"), ("ing", "in"))


@lru_cache(KEPT_WORDS)
def syllables(word: str) -> tuple[str, ...]:
    """The syllables of a word as read in it (重庆 is chong qing), without tones; what is not Chinese stays as it is."""
    return tuple(lazy_pinyin(word))


def pairs(spoken: Sequence[str]) -> list[str]:
    """Each two neighbouring syllables as one token: sen'fen, fen'zen."""
    heard = [folded(one) for one in spoken]
    return [f"{one}'{other}" for one, other in zip(heard, heard[1:], strict=False)]


@lru_cache(4096)
def folded(syllable: str) -> str:
    """The syllable as a hard-of-telling ear takes it: zh is z, n is l at the beginning, ng is n at the end."""
    for written, heard in _SAME_BEGINNING:
        if syllable.startswith(written) and len(syllable) > len(written):
            syllable = heard + syllable[len(written) :]
            break
    for written, heard in _SAME_END:
        if syllable.endswith(written):
            return syllable[: -len(written)] + heard
    return syllable


def initials_of(words: Iterable[Sequence[str]]) -> list[str]:
    """Tokens by which words, given as their syllables, are found from first letters: each word, and each three in a row."""
    found, row = list[str](), ""
    for word in words:
        letters = "".join(syllable[0] for syllable in word if syllable)
        row += letters
        if 1 < len(letters) <= INITIALS:
            found.append(f"={letters}")
    return [*found, *(f"={row[at : at + INITIALS]}" for at in range(len(row) - INITIALS + 1))]


def typed(text: str) -> list[str]:
    """The tokens of what was typed in Latin letters: as full pinyin where it can be read so, else as initials."""
    runs = _LATIN_RUN.findall(text)
    read = [segmented(run) for run in runs]
    tokens = pairs([syllable for run in read for syllable in run])
    for run, spoken in zip(runs, read, strict=True):
        if not spoken and len(run) > 1:
            tokens += [f"={part}" for part in _initials_typed(run)]
    return tokens


def segmented(run: str) -> tuple[str, ...]:
    """Letters as the fewest syllables; a beginning of a last one is left out. Empty when they cannot be read so."""
    best: list[tuple[str, ...] | None] = [(), *([None] * len(run))]
    for end in range(1, len(run) + 1):
        for start in range(max(0, end - LONGEST_SYLLABLE), end):
            before = best[start]
            if before is not None and run[start:end] in _known():
                now = best[end]
                if now is None or len(before) + 1 < len(now):
                    best[end] = (*before, run[start:end])
    whole = best[-1]
    if whole:
        return whole
    return next((part for cut in (1, 2) if len(part := best[max(0, len(run) - cut)] or ()) > 1), ())


def whole(run: str) -> tuple[str, ...]:
    """Letters as the fewest syllables that use all of them; empty when they cannot be read so."""
    read = segmented(run)
    return read if sum(map(len, read)) == len(run) else ()


def is_syllable(letters: str) -> bool:
    """Whether some character is read so."""
    return letters in _known()


def _initials_typed(run: str) -> Iterator[str]:
    if len(run) <= INITIALS:
        yield run
        return
    for at in range(len(run) - INITIALS + 1):
        yield run[at : at + INITIALS]


@cache
def _known() -> frozenset[str]:
    """Every syllable that some character is read by, longer than one letter or a, e, o."""
    written = {reading for readings in PINYIN_DICT.values() for reading in readings.split(",")}
    plain = {to_normal(reading).replace("ü", "v") for reading in written}
    return frozenset(one for one in plain if one.isascii() and (len(one) > 1 or one in "aeo") and set(one) & set("aeiouv"))
