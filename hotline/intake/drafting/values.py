"""The values drafting works with: turns in, proposals with evidence out. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

CALLER = "caller"


@dataclass(frozen=True)
class Turn:
    """A finished piece of speech, or what was typed. `role` is caller or agent; `seq` is the segment's number."""

    seq: int
    role: str
    text: str


@dataclass(frozen=True, order=True)
class Evidence:
    """Characters `start` to `end` (exclusive) of the turn `seq`."""

    seq: int
    start: int
    end: int


@dataclass(frozen=True)
class Proposal:
    """What the machine says of one field; confidence 0-1, never without evidence."""

    value: str
    confidence: float
    evidence: tuple[Evidence, ...]

    def __post_init__(self) -> None:
        if not self.value or not self.evidence:
            raise ValueError("a proposal without value or evidence")


@dataclass(frozen=True)
class Drafted:
    """One matter of a talk: the turns that tell of it, and its fields by name."""

    segments: tuple[int, ...]
    fields: Mapping[str, Proposal]


@dataclass(frozen=True)
class Ranked:
    """What a ranker proposes for a field (category_code, unit_id), with the words of the text that speak for it."""

    field: str
    value: str
    confidence: float
    words: tuple[str, ...]


Ranker = Callable[[str, str | None], Sequence[Ranked]]
"""Takes the caller's words and the area code found (or None); the best of each field first."""


@dataclass(frozen=True)
class Clause:
    """A piece of a turn between two punctuation marks; `start` is where it begins in the turn."""

    turn: Turn
    start: int
    text: str

    def evidence(self, start: int, end: int) -> Evidence:
        """The evidence for characters of this clause."""
        return Evidence(self.turn.seq, self.start + start, self.start + end)

    @property
    def whole(self) -> Evidence:
        """The evidence for all of it."""
        return self.evidence(0, len(self.text))


def merge(*groups: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """All evidence once, in the order in which it was said."""
    return tuple(sorted({item for group in groups for item in group}))
