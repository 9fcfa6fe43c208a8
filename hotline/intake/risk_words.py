"""Words of danger in what is typed or spoken, with rules against false alarms. Pure; words and rules are data.

`risk_patterns` finds words with level and action, `risk_context` tells which are meant, `risk_judge` hears danger told without
them and calms words nobody in danger uses so, `risk_sounds` spells what was misheard.
Callers: `alerts`, `drafting` (urgency), the live transcript. Sources: handbook 4.4, 7.1, 7.2.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from hotline.intake import risk_judge
from hotline.intake.risk_context import Context, clause_around
from hotline.intake.risk_judge import Judge, Limits, Span
from hotline.intake.risk_patterns import Found, Group, Patterns
from hotline.intake.risk_sounds import Sounds

LEVELS = ("urgent", "critical")
"""From the lesser to the graver, as a ticket's urgency names them."""
GRAVEST = LEVELS[-1]
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
class Judged:
    """A piece of a text: how probably it tells danger (0-1), the ways to tell of one in it, and those that are meant."""

    piece: Span
    danger: float
    found: list[Found]
    meant: list[Found]


@dataclass(frozen=True)
class CityWords:
    """What a city changes: ways to say it by group, words that make a group harmless, and groups that are off."""

    added: Mapping[str, Sequence[str]]
    unless: Mapping[str, Sequence[str]]
    off: frozenset[str] = frozenset()


class RiskWords:
    """The list, ready to be looked for in one pass."""

    def __init__(self, words: dict[str, Any], context: dict[str, Any], city: CityWords) -> None:  # the YAML of the two files
        self._context = Context(context)
        self._patterns = Patterns(words)
        self._city = city
        self._sounds = packaged_sounds()

    def find(self, text: str) -> list[RiskHit]:
        """The words of danger that are meant, from left to right; those of one group do not overlap, the longer stand.

        Where none is meant and the judge is sure of a danger, one hit marks the characters that speak most for it.
        """
        return self._found(text, self._limits.sure)

    def find_spoken(self, text: str) -> list[RiskHit]:
        """As `find`, of a turn that was heard to its end; gravest words also where only their sound was written."""
        hits = self._found(text, self._limits.spoken)
        return hits + self._misheard(text, {hit.word for hit in hits}, self._limits.sounded)

    def find_growing(self, text: str) -> list[RiskHit]:
        """Of a sentence still being spoken, heard from its beginning: only gravest words, and only when hardly in doubt.

        What comes next may calm it ("… 不是我们这儿"), so a hit here is for the agent's eyes until `find_spoken` has the end.
        """
        sure = [one for one in self._judged(text) if one.danger >= self._limits.growing]
        hits = [_hit(text, way) for one in sure for way in _apart(one.meant) if way.group.level == GRAVEST]
        return hits + self._misheard(text, {hit.word for hit in hits}, self._limits.growing)

    def marks(self, sentence: str) -> frozenset[str]:
        """What patterns and context say of a sentence, for the judge."""
        return self._marks(sentence, *self._told(sentence))

    def _found(self, text: str, sure: float) -> list[RiskHit]:
        """The words that are meant, and from the probability `sure` on a danger that no words told."""
        hits = list[RiskHit]()
        for one in self._judged(text):
            kept = [way for way in one.meant if one.danger >= self._limits.unlikely or self._is_kept(text, way)]
            hits += [_hit(text, way) for way in _apart(kept)]
            if not one.meant and one.danger >= sure:
                hits += self._unworded(text, one)
        return hits

    def _told(self, text: str) -> tuple[list[Found], list[Found]]:
        """The ways to tell of danger in the text, and those that are meant; each from left to right, the longer first."""
        plain = self._context.without_figures(text)
        found = sorted(self._patterns.find(plain), key=lambda one: (one.start, len(one.parts), -one.end))
        return found, [one for one in found if self._context.is_meant(plain, one)]

    def _marks(self, sentence: str, found: Iterable[Found], meant: Iterable[Found]) -> frozenset[str]:
        rules = self._context.rules_in(sentence)
        return risk_judge.marks_of((one.group.word for one in found), (one.group.word for one in meant), rules)

    def _judged(self, text: str) -> Iterator[Judged]:
        found, meant = self._told(text)
        for piece in risk_judge.pieces(text):
            mine, real = _inside(found, piece), _inside(meant, piece)
            sentence = text[slice(*piece)]
            yield Judged(piece, self._judge.danger(sentence, self._marks(sentence, mine, real)), mine, real)

    def _misheard(self, text: str, known: Collection[str], least: float) -> list[RiskHit]:
        """Gravest words that stand there only by their sound, of groups not `known`, where danger is at least so probable."""
        spelt, spans = self._sounds.spelt(text)
        if not spans:
            return []
        ways = [way for one in self._judged(spelt) if one.danger >= least for way in _apart(one.meant)]
        grave = [way for way in ways if way.group.level == GRAVEST and way.group.word not in known]
        return [_hit(text, way) for way in grave if any(start < way.end and way.start < end for start, end in spans)]

    @property
    def _judge(self) -> Judge:
        return risk_judge.packaged_judge()

    @property
    def _limits(self) -> Limits:
        return self._judge.limits

    def _is_kept(self, text: str, way: Found) -> bool:
        """Whether a word stands though all around it is harmless: it is never silenced, or its own clause leaves no doubt."""
        name = way.group.word
        if name in self._limits.never_silenced or name in self._city.added:
            return True
        clause = clause_around(text, way.start, way.end)
        return self._judge.danger(clause, self.marks(clause)) >= self._limits.clause

    def _unworded(self, text: str, judged: Judged) -> list[RiskHit]:
        """The hit for a danger that no words told: of the group whose words stand there, else of the scenes most like it."""
        sentence = text[slice(*judged.piece)]
        name = judged.found[0].group.word if judged.found else self._judge.group(sentence)
        group = self._patterns.groups.get(name)
        if group is None or any(words in sentence for words in self._city.unless.get(name, ())):
            return []
        start, end = (judged.piece[0] + at for at in self._judge.telling(sentence))
        return [RiskHit(name, text[start:end], group.level, group.partner, start, end, group.action)]


def worst(hits: list[RiskHit]) -> RiskHit | None:
    """The gravest of the hits, the first of equals."""
    return max(hits, key=lambda hit: LEVELS.index(hit.level), default=None)


@cache
def packaged_sounds() -> Sounds:
    """The words of danger by their sound that come with the package."""
    return Sounds(_read("risk_sounds.yaml")["words"])


@cache
def load_risk_words() -> RiskWords:
    """The list that comes with the package."""
    return risk_words_of(CityWords({}, {}))


def group_names() -> list[str]:
    """The groups of the list that comes with the package, by name."""
    return [row["word"] for row in _read("risk_words.yaml")["groups"]]


def risk_words_of(city: CityWords) -> RiskWords:
    """The list with what a city changed."""
    words = _read("risk_words.yaml")
    words["groups"] = [_changed(row, city) for row in words["groups"] if row["word"] not in city.off]
    return RiskWords(words, _read("risk_context.yaml"), city)


def _changed(row: dict[str, Any], city: CityWords) -> dict[str, Any]:  # YAML of a group
    name = row["word"]
    return {
        **row,
        "any": [*row.get("any", ()), *city.added.get(name, ())],
        "unless": [*row.get("unless", ()), *city.unless.get(name, ())],
    }


def _inside(found: Sequence[Found], piece: Span) -> list[Found]:
    """Those of the ordered ones that begin in the piece."""
    first = bisect_left(found, piece[0], key=lambda one: one.start)
    return list(found[first : bisect_left(found, piece[1], key=lambda one: one.start)])


def _apart(found: Iterable[Found]) -> Iterator[Found]:
    """Those of one group that do not overlap."""
    reached: dict[str, int] = {}
    for one in found:
        if one.start >= reached.get(one.group.word, 0):
            reached[one.group.word] = one.end
            yield one


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
