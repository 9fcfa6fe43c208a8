"""Where a printed line may end (避头尾): not before closing punctuation, not after opening one, not within a word. Pure.

Called by `web.flow_sheet` for every sheet that is printed.
"""

import re
from collections.abc import Callable, Iterator

OPENING, CLOSING = "（【《〈「『〔“‘", "、。，．：；！？）】》〉」』〕”’…—％·"
WORD = r"[!-˿]+"
"""Signs of a western word or number with its punctuation, which is cut only when a line cannot hold it."""
PIECES = re.compile(rf"\s|[{OPENING}]*(?:{WORD}|[^\s])[{CLOSING}]*")


def wrap(words: str, room: float, width_of: Callable[[str], float]) -> list[str]:
    """The lines in which words fill a `room`, in whatever unit `width_of` gives a sign's width; line ends in them stay."""
    return [line for paragraph in words.split("\n") for line in _lines(paragraph, room, width_of)]


def _lines(paragraph: str, room: float, width_of: Callable[[str], float]) -> Iterator[str]:
    line, filled = "", 0.0
    for piece in _pieces(paragraph, room, width_of):
        wide = _wide(piece, width_of)
        if line and filled + wide > room:
            yield line.rstrip()
            line, filled = "", 0.0
            if piece.isspace():
                continue
        line, filled = line + piece, filled + wide
    yield line.rstrip()


def _pieces(paragraph: str, room: float, width_of: Callable[[str], float]) -> Iterator[str]:
    """What stays together, sign by sign where no line could hold it."""
    for piece in PIECES.findall(paragraph):
        yield from [piece] if _wide(piece, width_of) <= room else piece


def _wide(piece: str, width_of: Callable[[str], float]) -> float:
    return sum(width_of(sign) for sign in piece)
