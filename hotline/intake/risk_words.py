"""Words of danger in what is typed or spoken, with rules against false alarms. Pure; words and rules are data.

`risk_words.yaml` has the words with level and action, `risk_patterns` finds them, `risk_context` tells which are meant.
Callers: `alerts`, `drafting` (urgency), the live transcript. Sources: handbook 4.4, 7.1, 7.2.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from hotline.intake.risk_context import Context
from hotline.intake.risk_patterns import Found, Group, Patterns

LEVELS = ("urgent", "critical")
"""From the lesser to the graver, as a ticket's urgency names them."""
TRANSFER, CALL_UNIT = "transfer", "call_unit"
"""What is done: a partner takes over, or the ticket's unit is rung at once."""


@dataclass(frozen=True)
class RiskHit:
    """A word of danger at characters `start` to `end` (exclusive); `word` names its group, `said` what was said."""

    word: str
    said: str
    level: str
    partner: str
    start: int
    end: int
    action: str = TRANSFER


@dataclass(frozen=True)
class CityWords:
    """What a city changes: ways to say it by group, words that make a group harmless, and groups that are off."""

    added: Mapping[str, Sequence[str]]
    unless: Mapping[str, Sequence[str]]
    off: frozenset[str] = frozenset()


class RiskWords:
    """The list, ready to be looked for in one pass."""

    def __init__(self, words: dict[str, Any], context: dict[str, Any]) -> None:  # the YAML of the two files
        self._context = Context(context)
        self._patterns = Patterns(words)

    def find(self, text: str) -> list[RiskHit]:
        """The words of danger that are meant, from left to right; those of one group do not overlap, the longer stand."""
        plain = self._context.without_figures(text)
        meant = [found for found in self._patterns.find(plain) if self._context.is_meant(plain, found)]
        kept: list[Found] = []
        reached: dict[str, int] = {}
        for found in sorted(meant, key=lambda found: (found.start, len(found.parts), -found.end)):
            if found.start >= reached.get(found.group.word, 0):
                reached[found.group.word] = found.end
                kept.append(found)
        return [_hit(text, found) for found in kept]


def worst(hits: list[RiskHit]) -> RiskHit | None:
    """The gravest of the hits, the first of equals."""
    return max(hits, key=lambda hit: LEVELS.index(hit.level), default=None)


@cache
def load_risk_words() -> RiskWords:
    """The list that comes with the package."""
    return RiskWords(_read("risk_words.yaml"), _read("risk_context.yaml"))


def group_names() -> list[str]:
    """The groups of the list that comes with the package, by name."""
    return [row["word"] for row in _read("risk_words.yaml")["groups"]]


def risk_words_of(city: CityWords) -> RiskWords:
    """The list with what a city changed."""
    words = _read("risk_words.yaml")
    words["groups"] = [_changed(row, city) for row in words["groups"] if row["word"] not in city.off]
    return RiskWords(words, _read("risk_context.yaml"))


def _changed(row: dict[str, Any], city: CityWords) -> dict[str, Any]:  # YAML of a group
    name = row["word"]
    return {
        **row,
        "any": [*row.get("any", ()), *city.added.get(name, ())],
        "unless": [*row.get("unless", ()), *city.unless.get(name, ())],
    }


def _hit(text: str, found: Found) -> RiskHit:
    group: Group = found.group
    said = text[found.start : found.end]
    return RiskHit(group.word, said, group.level, group.partner, found.start, found.end, group.action)


def _read(name: str) -> dict[str, Any]:  # YAML of several shapes
    text = resources.files("hotline.intake").joinpath("data", name).read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def by_group(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:  # JSON of a rule
    """Rows {group, words} as words by group."""
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(str(row["group"]), []).extend(str(word) for word in row["words"])
    return found
