"""How well speech was heard: errors by character, names, numbers, and how steady the live words were. Pure.

Both sides are folded alike (`asr.text.fold`): NFKC, simplified, digits as characters, letters only. `asr.listening` has an
engine hear the recordings; `hotline asr evaluate` prints and draws the report.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from asr.text import SHORTEST_NUMBER, fold

_NUMBER = re.compile(rf"[零一二三四五六七八九幺]{{{SHORTEST_NUMBER},}}")
TELEPHONE, WIDE, NARROW = "telephone 8 kHz", "16 kHz", "8 kHz"
"""Bands: made to sound like a telephone, and recordings as they are."""


@dataclass(frozen=True)
class Edits:
    """What separates a hypothesis from the truth, in characters; `length` is the truth's."""

    substituted: int = 0
    inserted: int = 0
    deleted: int = 0
    length: int = 0

    def __add__(self, other: "Edits") -> "Edits":
        """Both together."""
        mine, theirs = (self.substituted, self.inserted, self.deleted, self.length), other
        sums = zip(mine, (theirs.substituted, theirs.inserted, theirs.deleted, theirs.length), strict=True)
        return Edits(*(one + another for one, another in sums))

    @property
    def rate(self) -> float:
        """The character error rate; may pass 1. Without a truth: 0 where nothing was heard, else 1."""
        wrong = self.substituted + self.inserted + self.deleted
        return wrong / self.length if self.length else float(wrong > 0)


@dataclass(frozen=True)
class Found:
    """How many were said, how many of them heard, and how many heard that nobody said."""

    said: int = 0
    right: int = 0
    false: int = 0

    def __add__(self, other: "Found") -> "Found":
        """Both together."""
        return Found(self.said + other.said, self.right + other.right, self.false + other.false)


@dataclass(frozen=True)
class Sample:
    """A recording with what is said in it; `rate` in Hz."""

    file: Path
    transcript: str
    source: str
    rate: int
    channels: int = 1


@dataclass(frozen=True)
class Outcome:
    """A sample as it was heard: the engine's words, and those shown after names and numbers were set right."""

    sample: Sample
    band: str
    seconds: float
    raw: str
    shown: str
    edits: Edits


@dataclass(frozen=True)
class Live:
    """A sample heard at the pace of speech; seconds from the first and after the last sound of speech (None: nothing came).

    `steadiness` is the share of what was shown while speaking that stayed to the end; None without partials.
    """

    first_s: float | None
    final_s: float | None
    steadiness: float | None


@dataclass(frozen=True)
class Group:
    """Outcomes of one kind, added up."""

    name: str
    count: int
    edits: Edits


def edits(truth: str, heard: str) -> Edits:
    """What has to be done to the truth to get what was heard."""
    wanted, got = fold(truth), fold(heard)
    kinds = [kind for kind, _, _ in Levenshtein.editops(wanted, got).as_list()]
    return Edits(kinds.count("replace"), kinds.count("insert"), kinds.count("delete"), len(wanted))


def groups(outcomes: Sequence[Outcome], by: str) -> list[Group]:
    """Outcomes added up by `source`, `rate` or `band`, in the order of their names."""
    kinds: dict[str, list[Outcome]] = {}
    for one in outcomes:
        key = one.band if by == "band" else str(getattr(one.sample, by))
        kinds.setdefault(key, []).append(one)
    return [Group(name, len(kinds[name]), total(kinds[name])) for name in sorted(kinds)]


def total(outcomes: Iterable[Outcome]) -> Edits:
    """All edits together."""
    return sum((one.edits for one in outcomes), Edits())


def names_found(truth: str, heard: str, names: Sequence[str]) -> Found:
    """How many of the names in the truth were heard; a shorter name within a longer one that is there does not count."""
    return matched(names_in(truth, names), names_in(heard, names))


def names_in(text: str, names: Iterable[str]) -> list[str]:
    """The names that a text has, folded, the longest first; none within a longer one."""
    found, rest = list[str](), fold(text)
    for name in sorted({fold(name) for name in names} - {""}, key=len, reverse=True):
        found += [name] * rest.count(name)
        rest = rest.replace(name, "\n")
    return found


def numbers_found(truth: str, heard: str) -> Found:
    """How many of the truth's strings of digits (telephones, cards, ticket numbers) were heard whole."""
    return matched(_NUMBER.findall(fold(truth)), _NUMBER.findall(fold(heard)))


def matched(said: Sequence[str], heard: Sequence[str]) -> Found:
    """How many of the words said are among those heard, each as often as it was said."""
    right = (Counter(said) & Counter(heard)).total()
    return Found(len(said), right, len(heard) - right)


def steadiness(partials: Sequence[str], final: str) -> float | None:
    """The mean share of each partial's characters that stand at the beginning of the final, too."""
    shares = [_common(fold(partial), fold(final)) for partial in partials if fold(partial)]
    return sum(shares) / len(shares) if shares else None


def _common(partial: str, final: str) -> float:
    same = next((at for at, (one, other) in enumerate(zip(partial, final, strict=False)) if one != other), len(final))
    return min(same, len(partial)) / len(partial)
