"""What was meant by words heard or typed wrongly, or said in dialect: 身分政 is 身份证, gongjijin 公积金, 啷个 怎么. Pure.

Only words of public service and of the city are put right (`Lexicon`); what else was said stays as it is. Called by `Analyzer`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files

from hotline.kernel.search import pinyin

LONGEST, SHORTEST = 8, 2
CLEAR = 3
"""Syllables from which a word is known though it is heard as a hard-of-telling ear takes it; shorter ones must sound alike."""
_HAN_RUN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+")
_RUNS = re.compile(r"([\u3400-\u9fff\U00020000-\U0003ffff]+)|([a-z]+(?:[ '][a-z]+)*)")
_NEVER_MEANT = frozenset("不没怎么是的了就在我你他有要能会也都很帮人")
"""Little words that everybody hears rightly: 户口不 is no 户口簿."""

Sound = tuple[str, ...]


class Lexicon:
    """Words by their sound. Of two that sound alike the first given is meant."""

    def __init__(self, words: Iterable[str]) -> None:
        self._exact, self._folded = dict[Sound, str](), dict[Sound, str]()
        for word in words:
            if SHORTEST <= len(word) <= LONGEST and _HAN_RUN.fullmatch(word):
                spoken = pinyin.syllables(word)
                self._exact.setdefault(spoken, word)
                if len(word) >= CLEAR:
                    self._folded.setdefault(_folded(spoken), word)

    def repaired(self, text: str, cut: Sequence[str]) -> str:
        """The text with such words put right; `cut` is the text in words, none of which is taken apart for a short one.

        What was typed in pinyin and names no word is left out: its sounds find what it means.
        """
        lone = _lone(cut)
        return _RUNS.sub(lambda run: self._written(run[1], lone) if run[1] else self._typed(run[2]), text)

    def _written(self, run: str, lone: frozenset[str]) -> str:
        spoken = [syllable for word in _characters(run) for syllable in word]
        return "".join(part for part in self._parts(run, spoken, lone))

    def _parts(self, run: str, spoken: Sequence[str], lone: frozenset[str]) -> Iterator[str]:
        at = 0
        while at < len(run):
            part = next(self._meant(run, spoken, at, lone), run[at])
            yield part
            at += len(part)

    def _meant(self, run: str, spoken: Sequence[str], at: int, lone: frozenset[str]) -> Iterator[str]:
        """The words that may begin here, the longest first."""
        for size in range(min(LONGEST, len(run) - at), SHORTEST - 1, -1):
            said, sound = run[at : at + size], tuple(spoken[at : at + size])
            word = self._exact.get(sound) or (self._folded.get(_folded(sound)) if size >= CLEAR else None)
            if word and (word == said or (_may_be_wrong(said, word) and (size >= CLEAR or said in lone))):
                yield word

    def _typed(self, run: str) -> str:
        spoken = [syllable for one in re.split("[ ']", run) for syllable in pinyin.whole(one) or (one,)]
        if len(spoken) < SHORTEST or not all(map(pinyin.is_syllable, spoken)):
            return run
        return " ".join(self._spelled(spoken))

    def _spelled(self, spoken: Sequence[str]) -> Iterator[str]:
        at = 0
        while at < len(spoken):
            sizes = range(min(LONGEST, len(spoken) - at), SHORTEST - 1, -1)
            found = next((word for size in sizes if (word := self._exact.get(tuple(spoken[at : at + size])))), "")
            if found:
                yield found
            at += max(1, len(found))


def translated(text: str) -> str:
    """The text with words of dialects said as in the standard language (`dialects.txt`)."""
    meant, pattern = _dialects()
    return pattern.sub(lambda found: meant[found[0]], text)


def spoken_words() -> list[str]:
    """Words that are often heard wrongly or typed in pinyin, beside the words of public service (`spoken.txt`)."""
    return [word for line in _lines("spoken.txt") for word in line.split()]


@cache
def _dialects() -> tuple[dict[str, str], re.Pattern[str]]:
    meant = dict(line.split(" ", 1) for line in _lines("dialects.txt"))
    return meant, re.compile("|".join(sorted(map(re.escape, meant), key=len, reverse=True)))


def _lines(name: str) -> list[str]:
    lines = files("hotline.kernel.search").joinpath(name).read_text("utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def _may_be_wrong(said: str, meant: str) -> bool:
    return not any(one in _NEVER_MEANT for one, other in zip(said, meant, strict=True) if one != other)


def _characters(run: str) -> list[tuple[str, ...]]:
    return [pinyin.syllables(one) for one in run]


def _folded(spoken: Sequence[str]) -> Sound:
    return tuple(pinyin.folded(one) for one in spoken)


def _lone(cut: Sequence[str]) -> frozenset[str]:
    """Each two neighbouring characters that stand alone: no word of the dictionary holds them."""
    return frozenset(one + other for one, other in zip(cut, cut[1:], strict=False) if len(one) == len(other) == 1)
