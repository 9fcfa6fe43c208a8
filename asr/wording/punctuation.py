"""Punctuation: the port for a model, and the rules that are its default. Pure.

An engine's own marks are kept. A model is an entry point of the group `hotline.punctuation`, chosen by URL.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol
from urllib.parse import SplitResult

from asr.wording.words import MARKS, any_of, load_words
from hotline.kernel import plugins

GROUP = "hotline.punctuation"
FEWEST = 4
"""Characters that stand at least between two commas, and at the ends."""
_COMMA, _STOP, _QUESTION = "，", "。", "？"


@dataclass(frozen=True)
class Mark:
    """A mark to be put in before the character at `position` (the length of the text: at its end)."""

    position: int
    mark: str


class Punctuator(Protocol):
    """Puts marks into one sentence or some. It changes no character, and is called for each final: milliseconds."""

    def marks(self, text: str, pauses: Sequence[int]) -> Sequence[Mark]:
        """The marks that lack, ascending. `pauses` are positions before which the speaker was silent for a while."""


class RulePunctuator:
    """Commas at pauses, a question mark or a stop at the end."""

    def marks(self, text: str, pauses: Sequence[int]) -> Sequence[Mark]:
        """See `Punctuator`. A text with marks inside gets no further ones there."""
        if not text.strip() or text[-1] in MARKS:
            return ()
        inside = () if any(mark in text for mark in "，。？！") else _commas(text, sorted(pauses))
        begins = max((mark.position for mark in inside), default=0)
        return (*inside, Mark(len(text), _QUESTION if is_question(text[begins:]) or is_question(text) else _STOP))


def open_rules(_: SplitResult) -> Punctuator:
    """The factory behind `rules:`."""
    return RulePunctuator()


def open_punctuator(url: str) -> Punctuator:
    """What the URL's scheme names. Raises Invalid for a scheme that nobody registered."""
    found: Punctuator = plugins.open_url(GROUP, url)
    return found


def is_question(text: str) -> bool:
    """Whether the sentence asks: by its last word, or by a word that asks and does not tell (不知道怎么办)."""
    if text.endswith(load_words().questions["ends"]):
        return not text.endswith(("怎么呢", "我呢"))
    return bool(_asking().search(_telling().sub("", text)))


def _commas(text: str, pauses: Sequence[int]) -> tuple[Mark, ...]:
    words, found, last = load_words(), list[Mark](), 0
    for at in pauses:
        is_far = at - last >= FEWEST and len(text) - at >= FEWEST
        is_loose = not text[:at].endswith(words.leads) and not text[at:].startswith(words.follows)
        if is_far and is_loose and not (text[at - 1].isascii() and text[at].isascii()):
            found.append(Mark(at, _COMMA))
            last = at
    return tuple(found)


@cache
def _asking() -> re.Pattern[str]:
    return re.compile(any_of(load_words().questions["asks"]))


@cache
def _telling() -> re.Pattern[str]:
    """What takes the question out of a word that asks, up to the next mark."""
    return re.compile(rf"{any_of(load_words().questions['not'])}[^，。]*")
