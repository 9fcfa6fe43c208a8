"""Evidence → ranked units with reasons. Pure: the catalogue's rows, earlier tickets and returns are handed in as values.

Pieces of evidence for one unit add up as independent chances (1 − Π(1 − w)); granted returns then divide the score. The
scores order units and are not calibrated probabilities.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

from dispatch.classification import Guess
from dispatch.conditions import Held
from dispatch.rules import RoutingRules

STOOD_IN = frozenset({"area-unknown", "no-local-unit"})


@dataclass(frozen=True)
class UnitHit:
    """A unit that a row of the catalogue names.

    `via` is row or parent (a row of a category above); area-unknown or no-local-unit when the city's unit of the trade
    stands in, since the place is not known or has no such unit. `held` is why the row's conditions held.
    """

    unit_id: int
    unit_name: str
    category_code: str
    category_name: str
    area_rule: str
    via: str
    assist_ids: tuple[int, ...]
    legal_basis: str
    source: str
    held: tuple[Held, ...] = ()


@dataclass(frozen=True)
class Reason:
    """Why, as a catalogue id `reason.<code>` and its values."""

    code: str
    args: Mapping[str, Any]


@dataclass(frozen=True)
class Candidate:
    """A proposed unit: score 0-1, reasons with the weightiest first, the law the catalogue names, units to assist.

    `learnt` is what the live ranker gave it, `probability` how probably it is the right one; None where no ranker is live.
    """

    unit_id: int
    unit_name: str
    score: float
    reasons: tuple[Reason, ...]
    legal_basis: str = ""
    assist_ids: tuple[int, ...] = ()
    learnt: float = 0.0
    probability: float | None = None


@dataclass(frozen=True)
class GuessedHits:
    """What the catalogue says of one category. `guess` is None when a person chose the category."""

    guess: Guess | None
    hits: Sequence[UnitHit]


@dataclass(frozen=True)
class HandledBy:
    """How many of the similar tickets looked at a unit handled."""

    unit_id: int
    unit_name: str
    tickets: int


@dataclass(frozen=True)
class Learnt:
    """What the live ranker says of a unit: probability 0-1, and the words that decide."""

    unit_id: int
    unit_name: str
    probability: float
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Similar:
    """Handled tickets most like the matter: how many of how many a unit had, how many were solved, the likest one's number.

    `share` (0-1) is how much of all their likeness is the unit's.
    """

    unit_id: int
    unit_name: str
    tickets: int
    of: int
    solved: int
    number: str
    share: float


@dataclass(frozen=True)
class Lesson:
    """What granted returns of tickets like the matter say of a unit: lowered or raised so much (0 on), by which ticket most."""

    unit_id: int
    unit_name: str
    lowered: float
    raised: float
    number: str


@dataclass(frozen=True)
class Seen:
    """Everything that earlier tickets say."""

    handled: Sequence[HandledBy] = ()
    learnt: Sequence[Learnt] = ()
    similar: Sequence[Similar] = ()
    lessons: Sequence[Lesson] = ()


@dataclass(frozen=True)
class Objections:
    """What earlier returns of this very ticket said: who is out of the question, and whom they named instead."""

    returned: frozenset[int] = frozenset()
    named: tuple[tuple[int, str], ...] = ()


@dataclass
class _Case:
    """What speaks for one unit."""

    name: str
    evidence: list[tuple[float, Reason]] = field(default_factory=list)
    legal_basis: str = ""
    assist_ids: tuple[int, ...] = ()
    learnt: float = 0.0
    lowered: float = 0.0
    lesson: str = ""


def rank(
    named: Sequence[GuessedHits],
    seen: Seen,
    rules: RoutingRules,
    limit: int = 5,
    *,
    objections: Objections = Objections(),
) -> list[Candidate]:
    """The units, best first."""
    cases: dict[int, _Case] = {}
    for entry in named:
        _add_catalogue(cases, entry, rules)
    _add_handled(cases, seen.handled, rules)
    _add_learnt(cases, seen, rules)
    _add_lessons(cases, seen.lessons, rules)
    for unit_id, name in objections.named:
        reason = Reason("named-in-return", {"unit": name})
        cases.setdefault(unit_id, _Case(name)).evidence.append((rules.named_in_return, reason))
    ranked = [_candidate(unit_id, case, rules) for unit_id, case in cases.items() if unit_id not in objections.returned]
    return sorted(ranked, key=lambda candidate: (-candidate.score, candidate.unit_id))[:limit]


def _add_catalogue(cases: dict[int, _Case], entry: GuessedHits, rules: RoutingRules) -> None:
    confidence = entry.guess.confidence if entry.guess else 1.0
    for hit in entry.hits:
        case = cases.setdefault(hit.unit_id, _Case(hit.unit_name))
        case.evidence.append((_row_weight(hit, rules) * confidence, _row_reason(hit)))
        case.evidence += [(0.0, Reason(condition.code, condition.args)) for condition in hit.held]
        if entry.guess:
            words = {"category": entry.guess.name, "words": "、".join(entry.guess.words)}
            case.evidence.append((0.0, Reason("category-words", words)))
        case.legal_basis = case.legal_basis or hit.legal_basis
        case.assist_ids = case.assist_ids or hit.assist_ids


def _row_weight(hit: UnitHit, rules: RoutingRules) -> float:
    return rules.via[hit.via] * rules.area_levels[hit.area_rule]


def _row_reason(hit: UnitHit) -> Reason:
    return Reason(hit.via if hit.via in STOOD_IN else "catalogue", {"category": hit.category_name, "source": hit.source})


def _add_handled(cases: dict[int, _Case], handled: Sequence[HandledBy], rules: RoutingRules) -> None:
    total = sum(entry.tickets for entry in handled)
    for entry in handled:
        trust = entry.tickets / (entry.tickets + rules.handled_half)
        weight = rules.handled * trust * entry.tickets / total
        reason = Reason("handled-before", {"tickets": entry.tickets, "of": total})
        cases.setdefault(entry.unit_id, _Case(entry.unit_name)).evidence.append((weight, reason))


def _add_learnt(cases: dict[int, _Case], seen: Seen, rules: RoutingRules) -> None:
    for one in seen.learnt:
        case = cases.setdefault(one.unit_id, _Case(one.unit_name))
        case.learnt = one.probability
        words = Reason("learnt-words", {"words": "、".join(one.words)}) if one.words else Reason("learnt", {})
        case.evidence.append((rules.learnt * one.probability, words))
    for like in seen.similar:
        trust = like.of / (like.of + rules.similar_half)
        told = {"tickets": like.tickets, "of": like.of, "solved": like.solved, "number": like.number}
        case = cases.setdefault(like.unit_id, _Case(like.unit_name))
        case.evidence.append((rules.similar * trust * like.share, Reason("similar-handled", told)))


def _add_lessons(cases: dict[int, _Case], lessons: Sequence[Lesson], rules: RoutingRules) -> None:
    for lesson in lessons:
        if lesson.raised:
            weight = rules.named_in_return * min(lesson.raised, 1.0)
            case = cases.setdefault(lesson.unit_id, _Case(lesson.unit_name))
            case.evidence.append((weight, Reason("named-like", {"number": lesson.number})))
        if lesson.lowered and lesson.unit_id in cases:
            cases[lesson.unit_id].lowered, cases[lesson.unit_id].lesson = lesson.lowered, lesson.number


def _candidate(unit_id: int, case: _Case, rules: RoutingRules) -> Candidate:
    score = 1.0 - prod(1.0 - weight for weight, _ in case.evidence)
    reasons = _distinct(reason for _, reason in sorted(case.evidence, key=lambda piece: -piece[0]))
    if case.lowered:
        score /= 1.0 + rules.return_penalty * case.lowered
        reasons = (*reasons, Reason("returned-like", {"number": case.lesson}))
    return Candidate(unit_id, case.name, round(score, 4), reasons, case.legal_basis, case.assist_ids, round(case.learnt, 4))


def _distinct(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    seen: dict[str, Reason] = {}
    for reason in reasons:
        seen.setdefault(repr(reason), reason)
    return tuple(seen.values())
