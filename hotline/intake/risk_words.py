"""Words of danger in what is typed or spoken, with rules against false alarms. Pure; the words are data (`risk_words.yaml`).

Callers: `alerts`, `drafting` (urgency), the live transcript. Sources: handbook 4.4, 7.1, 7.2.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import ahocorasick
import yaml

LEVELS = ("urgent", "critical")
"""From the lesser to the graver, as a ticket's urgency names them."""

LONGEST_SENTENCE = 60
"""Speech without punctuation is looked at so many characters around the word."""

_SENTENCE_END = re.compile(r"[。！？!?；;\n]")
_GAP = "…"


@dataclass(frozen=True)
class RiskHit:
    """A word of danger at characters `start` to `end` (exclusive); `word` names its group, `said` what was said."""

    word: str
    said: str
    level: str
    partner: str
    start: int
    end: int


@dataclass(frozen=True)
class _Group:
    word: str
    level: str
    partner: str
    unless: tuple[str, ...]
    persists: bool
    threat: bool


@dataclass(frozen=True)
class _Context:
    """The rules against false alarms; see the comments in the data file."""

    reach: int
    denied: tuple[str, ...]
    past: tuple[str, ...]
    unreal: tuple[str, ...]
    condition: tuple[str, ...]
    no_denial: tuple[str, ...]
    after: tuple[str, ...]
    still: tuple[str, ...]


class RiskWords:
    """The list, ready to be looked for in one pass."""

    def __init__(self, data: dict[str, Any]) -> None:  # the YAML of `risk_words.yaml`
        self._automaton = ahocorasick.Automaton()
        self._gapped: list[tuple[re.Pattern[str], _Group]] = []
        for row in data["groups"]:
            group = _Group(
                word=row["word"],
                level=row["level"],
                partner=row["partner"],
                unless=tuple(row.get("unless", ())),
                persists=row.get("persists", False),
                threat=row.get("threat", False),
            )
            self._add(row["any"], group, data["gap"])
        self._automaton.make_automaton()
        before = data["harmless_before"]
        self._context = _Context(
            reach=data["reach"],
            denied=tuple(before["denied"]),
            past=tuple(before["past"]),
            unreal=tuple(before["unreal"]),
            condition=tuple(before["condition"]),
            no_denial=tuple(data["no_denial"]),
            after=tuple(data["harmless_after"]),
            still=tuple(data["still"]),
        )

    def find(self, text: str) -> list[RiskHit]:
        """The words of danger that are meant, from left to right; of overlapping ones the longest."""
        meant = [(start, end, group) for start, end, group in self._candidates(text) if self._is_meant(text, start, end, group)]
        kept: list[RiskHit] = []
        for start, end, group in sorted(meant, key=lambda found: (found[0], -found[1])):
            if not kept or start >= kept[-1].end:
                kept.append(RiskHit(group.word, text[start:end], group.level, group.partner, start, end))
        return kept

    def _add(self, ways: list[str], group: _Group, gap: int) -> None:
        for way in ways:
            if _GAP in way:
                first, second = (re.escape(part) for part in way.split(_GAP))
                self._gapped.append((re.compile(rf"{first}[^。！？!?；;\n]{{0,{gap}}}?{second}"), group))
            else:
                self._automaton.add_word(way, (len(way), group))

    def _candidates(self, text: str) -> Iterator[tuple[int, int, _Group]]:
        for last, (length, group) in self._automaton.iter(text):
            yield last + 1 - length, last + 1, group
        for pattern, group in self._gapped:
            for found in pattern.finditer(text):
                yield found.start(), found.end(), group

    def _is_meant(self, text: str, start: int, end: int, group: _Group) -> bool:
        reach = self._context.reach
        before = _SENTENCE_END.split(text[max(0, start - reach) : start])[-1]
        after = _SENTENCE_END.split(text[end : end + reach])[0]
        if any(words in before + text[start:end] + after for words in group.unless):
            return False
        if self._is_past(before, _sentence(text, start, end)) and not group.persists:
            return False
        return not self._is_harmless(before, after, group)

    def _is_past(self, before: str, sentence: str) -> bool:
        context = self._context
        return any(words in before for words in context.past) and not any(words in sentence for words in context.still)

    def _is_harmless(self, before: str, after: str, group: _Group) -> bool:
        context = self._context
        for words in context.no_denial:
            before = before.replace(words, "")
        calming = context.denied + context.unreal + (() if group.threat else context.condition)
        if any(_stands_before(words, before) for words in calming):
            return True
        return any(_stands_after(words, after) for words in context.after)


def worst(hits: list[RiskHit]) -> RiskHit | None:
    """The gravest of the hits, the first of equals."""
    return max(hits, key=lambda hit: LEVELS.index(hit.level), default=None)


@cache
def load_risk_words() -> RiskWords:
    """The list that comes with the package."""
    text = resources.files("hotline.intake").joinpath("data", "risk_words.yaml").read_text(encoding="utf-8")
    return RiskWords(yaml.safe_load(text))


def _sentence(text: str, start: int, end: int) -> str:
    before = _SENTENCE_END.split(text[max(0, start - LONGEST_SENTENCE) : start])[-1]
    after = _SENTENCE_END.split(text[end : end + LONGEST_SENTENCE])[0]
    return before + text[start:end] + after


def _stands_before(words: str, before: str) -> bool:
    return before.endswith(words[1:]) if words.startswith("=") else words in before


def _stands_after(words: str, after: str) -> bool:
    return after.startswith(words[1:]) if words.startswith("=") else words in after
