"""Rules that change no word: spaces between words, traditional characters, punctuation. Pure."""

import re
from collections.abc import Iterator

from asr.text import GAP, simplified
from asr.wording.changes import Edit
from asr.wording.passage import Passage

_ENDS = re.compile(r"^\s+|\s+$")
_CHINESE = "[\u3400-\u9fff]"
_HALF_WIDTH = re.compile(rf"(?<={_CHINESE})(?:(?P<mark>[,?!;:])\s*(?={_CHINESE}|$)|(?P<stop>\.)$)")
_FULL_WIDTH = {",": "，", "?": "？", "!": "！", ";": "；", ":": "：", ".": "。"}


def without_gaps(passage: Passage) -> Iterator[Edit]:
    """The spaces that an engine puts between Chinese words, and those at the ends."""
    gaps = {found.span() for pattern in (_ENDS, GAP) for found in pattern.finditer(passage.text)}
    return (Edit(start, end, "") for start, end in sorted(gaps))


def simplified_characters(passage: Passage) -> Iterator[Edit]:
    """Traditional characters, each piece that differs."""
    text = passage.text
    plain = simplified(text)
    if len(plain) != len(text):
        yield Edit(0, len(text), plain)
        return
    for found in re.finditer("x+", "".join("x" if one != other else "." for one, other in zip(text, plain, strict=True))):
        yield Edit(found.start(), found.end(), plain[found.start() : found.end()])


def chinese_marks(passage: Passage) -> Iterator[Edit]:
    """The half-width marks that an engine of many languages puts between Chinese words."""
    for found in _HALF_WIDTH.finditer(passage.text):
        yield Edit(found.start(), found.end(), _FULL_WIDTH[found["mark"] or found["stop"]])


def punctuated(passage: Passage) -> Iterator[Edit]:
    """The marks that lack, by the punctuator; none inside a name."""
    for mark in passage.punctuator.marks(passage.text, passage.pauses):
        if not any(start < mark.position < end for start, end in passage.taken):
            yield Edit(mark.position, mark.position, mark.mark)
