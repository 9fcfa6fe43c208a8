"""Names that were heard wrongly, by their sound: 贵影路 is 桂影路. Pure.

The shorter a name, the more alike it must sound: many words sound like a short one by chance.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from hotline.kernel.search import pinyin

SHORTEST = 3
EARS = 4
"""Syllables from which a name is known though it is heard as a hard-of-telling ear takes it (zh for z, n for l)."""
LOOSE = 5
"""Syllables from which its last one, which says what kind of place it is, may be another character."""
SAME_CHARACTERS = {3: 1 / 3, 4: 1 / 2, 5: 2 / 5}
"""How much of the name must be the very characters, by its length; of longer ones as of the longest."""
_NEVER_MEANT = frozenset("不没怎么是的了就在我你他她有要能会也都很帮人们这那到和与")
"""Little words that everybody hears rightly."""

Sound = tuple[str, ...]


class Sounds:
    """Names by their sound."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names: dict[Sound, list[str]] = {}
        for name in names:
            if len(name) >= SHORTEST and all(map(_is_han, name)):
                self._names.setdefault(tuple(map(_folded, name)), []).append(name)
        self._lengths = sorted({len(sound) for sound in self._names}, reverse=True)

    def find(self, text: str, is_taken: Callable[[int, int], bool]) -> Iterator[tuple[int, int, str]]:
        """Where something sounds like a name and is not written so: start, end (exclusive) and the name meant."""
        heard = tuple(map(_folded, text))
        for start in range(len(text)):
            for length in self._lengths:
                end = start + length
                names = self._names.get(heard[start:end]) if end <= len(text) else None
                if names and not is_taken(start, end):
                    yield from ((start, end, name) for name in names if _may_be(text[start:end], name))


def _may_be(said: str, name: str) -> bool:
    pairs = list(zip(said, name, strict=True))
    if said == name or any(one in _NEVER_MEANT for one, other in pairs if one != other):
        return False
    if len(name) < LOOSE and said[-1] != name[-1]:
        return False
    if len(name) < EARS and any(_syllable(one) != _syllable(other) for one, other in pairs):
        return False
    same = sum(one == other for one, other in pairs) / len(name)
    return same >= SAME_CHARACTERS[min(len(name), max(SAME_CHARACTERS))]


@lru_cache(8192)
def _syllable(letter: str) -> str:
    return pinyin.syllables(letter)[0] if _is_han(letter) else letter


@lru_cache(8192)
def _folded(letter: str) -> str:
    return pinyin.folded(_syllable(letter)) if _is_han(letter) else letter


def _is_han(letter: str) -> bool:
    return "\u3400" <= letter <= "\u9fff"
