"""Finds the ways in which danger is told: words, words with a gap, and words that tell it only together. Pure.

Whether it is meant is `risk_context`'s. All words are looked for in one pass.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import ahocorasick

GAP = "…"
SENTENCE_END = re.compile(r"[。！？!?；;\n]")

Span = tuple[int, int]


@dataclass(frozen=True)
class Group:
    """One danger: how grave it is, who takes it, and what makes its words harmless."""

    word: str
    level: str
    partner: str
    action: str
    unless: tuple[str, ...]
    reach: int
    reach_together: int
    persists: bool
    threat: bool


@dataclass(frozen=True)
class Found:
    """A way to tell of the group at `start` to `end` (exclusive); `parts` are the words that told it."""

    group: Group
    parts: tuple[Span, ...]

    @property
    def start(self) -> int:
        """Where the first word begins."""
        return self.parts[0][0]

    @property
    def end(self) -> int:
        """Where the last word ends."""
        return max(end for _, end in self.parts)


class Patterns:
    """All groups of the file."""

    def __init__(self, data: dict[str, Any]) -> None:  # the YAML of `risk_words.yaml`
        self._lists: dict[tuple[str, ...], int] = {}
        self._words: dict[str, tuple[list[Group], list[int]]] = {}
        self._gapped: list[tuple[str, re.Pattern[str], Group]] = []
        self._together: list[tuple[tuple[int, ...], Group]] = []
        self.groups: dict[str, Group] = {}
        for row in data["groups"]:
            group = self.groups[row["word"]] = _group(row, data)
            self._add_ways(row.get("any", ()), group, data["gap"])
            self._together += [(self._lists_of(lists, data["sets"]), group) for lists in row.get("together", ())]
        self._automaton = ahocorasick.Automaton()
        for word, use in self._words.items():
            self._automaton.add_word(word, (len(word), use))
        self._automaton.make_automaton()

    def find(self, text: str) -> Iterator[Found]:
        """Every way that stands in the text."""
        spans: dict[int, list[Span]] = {}
        for last, (length, (groups, lists)) in self._automaton.iter(text):
            span = (last + 1 - length, last + 1)
            yield from (Found(group, (span,)) for group in groups)
            for one in lists:
                spans.setdefault(one, []).append(span)
        for first, pattern, group in self._gapped:
            if first in text:
                yield from (Found(group, (found.span(1), found.span(2))) for found in pattern.finditer(text))
        ends = [found.start() for found in SENTENCE_END.finditer(text)]
        for lists, group in self._together:
            if all(one in spans for one in lists):
                yield from self._met([spans[one] for one in lists], group, ends)

    def _met(self, columns: Sequence[list[Span]], group: Group, ends: Sequence[int]) -> Iterator[Found]:
        """Each word of the first list with the nearest one of every other list in the same sentence."""
        reach = group.reach_together
        for span in columns[0]:
            before = bisect_left(ends, span[0])
            low = ends[before - 1] if before else -1
            high = ends[before] if before < len(ends) else span[1] + reach
            parts = [span]
            for column in columns[1:]:
                near = _nearest(column, parts, max(low, span[0] - reach), min(high, span[1] + reach))
                if near is None:
                    break
                parts.append(near)
            else:
                yield Found(group, tuple(sorted(parts)))

    def _add_ways(self, ways: Sequence[str], group: Group, gap: int) -> None:
        for way in ways:
            if GAP in way:
                first, second = way.split(GAP)
                between = rf"[^。！？!?；;\n]{{0,{gap}}}?"
                self._gapped.append((first, re.compile(f"({re.escape(first)}){between}({re.escape(second)})"), group))
            else:
                self._words.setdefault(way, ([], []))[0].append(group)

    def _lists_of(self, lists: Sequence[str | list[str]], sets: dict[str, list[str]]) -> tuple[int, ...]:
        named = [tuple(sets[one[1:]]) if isinstance(one, str) else tuple(_spelled(one, sets)) for one in lists]
        return tuple(self._list(words) for words in named)

    def _list(self, words: tuple[str, ...]) -> int:
        if words not in self._lists:
            self._lists[words] = len(self._lists)
            for word in dict.fromkeys(words):
                self._words.setdefault(word, ([], []))[1].append(self._lists[words])
        return self._lists[words]


def _spelled(words: Sequence[str], sets: dict[str, list[str]]) -> Iterator[str]:
    for word in words:
        yield from sets[word[1:]] if word.startswith("$") else (word,)


def _nearest(column: list[Span], parts: Sequence[Span], low: int, high: int) -> Span | None:
    """The span of the column between the bounds that lies nearest to the first part and overlaps none of the parts."""
    first = bisect_right(column, (low, 0))
    fits = []
    for span in column[first:]:
        if span[0] > high:
            break
        if span[0] > low and span[1] <= high and not any(span[0] < end and start < span[1] for start, end in parts):
            fits.append(span)
    return min(fits, key=lambda span: abs(span[0] - parts[0][0]), default=None)


def _group(row: dict[str, Any], data: dict[str, Any]) -> Group:  # YAML of a group, and of the file
    return Group(
        word=row["word"],
        level=row["level"],
        partner=row.get("partner", ""),
        action=row.get("action", "transfer"),
        unless=tuple(row.get("unless", ())),
        reach=data["reach"],
        reach_together=row.get("reach_together", data["reach_together"]),
        persists=row.get("persists", False),
        threat=row.get("threat", False),
    )
