"""From which score on repeats are offered, found from what people decided, by category.

Run by the clock, asked by `repeats`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.intake.models import RepeatDecision, RepeatThreshold
from hotline.intake.repeat_decisions import REJECTED
from hotline.intake.repeat_rules import RepeatRules
from hotline.kernel.db import UnitOfWork

ALL = ""
STEP = 0.02
"""How far a threshold that nobody objects to goes down at once: below it nothing was offered, so nothing is known."""
SAME = 0.005
"""Thresholds so near are one."""


@dataclass(frozen=True)
class Found:
    """A threshold, and what of the decisions it stands on it keeps: how many are no rejections, how many of those it shows."""

    threshold: float
    precision: float
    recall: float


def current(session: Session) -> dict[str, float]:
    """The threshold in force of each category that has one, "" for all others."""
    return {row.category_code: row.threshold for row in in_force(session)}


def in_force(session: Session) -> list[RepeatThreshold]:
    """The newest row of each category, by category."""
    newest = select(func.max(RepeatThreshold.id)).group_by(RepeatThreshold.category_code)
    return list(
        session.scalars(select(RepeatThreshold).where(RepeatThreshold.id.in_(newest)).order_by(RepeatThreshold.category_code))
    )


def calibrate(uow: UnitOfWork, rules: RepeatRules) -> int:
    """Find thresholds anew from all decisions; says how many changed. Safe to repeat."""
    known, changed = current(uow.session), 0
    for code, decided in _by_category(uow.session, rules).items():
        found = threshold_of(decided, rules)
        if abs(found.threshold - known.get(code, -1)) <= SAME:
            continue
        uow.session.add(
            RepeatThreshold(
                category_code=code,
                threshold=found.threshold,
                decisions=len(decided),
                precision=found.precision,
                recall=found.recall,
                made_at=uow.now,
            )
        )
        changed += 1
    uow.session.flush()
    return changed


def threshold_of(decided: Sequence[tuple[float, bool]], rules: RepeatRules) -> Found:
    """The lowest score from which on at most `false_share` was rejected, without losing more than `recall_least` allows.

    `decided` are scores with whether a person took it for the same. Pure.
    """
    held = [score for score, same in decided if same]
    possible = [one for one in _possible(decided, rules) if one.recall >= rules.recall_least] or [Found(rules.threshold, 0, 0)]
    fitting = [one for one in possible if 1 - one.precision <= rules.false_share]
    chosen = min(fitting, key=lambda one: one.threshold) if fitting else max(possible, key=lambda one: one.threshold)
    if fitting and held and chosen.threshold <= min(score for score, _ in decided):
        lower = max(rules.threshold_least, round(chosen.threshold - STEP, 3))
        return Found(min(lower, chosen.threshold), chosen.precision, chosen.recall)
    return chosen


def _possible(decided: Sequence[tuple[float, bool]], rules: RepeatRules) -> Iterator[Found]:
    same = sum(is_same for _, is_same in decided)
    for threshold in sorted({score for score, _ in decided}):
        shown = [is_same for score, is_same in decided if score >= threshold]
        if threshold >= rules.threshold_least and same:
            yield Found(threshold, round(sum(shown) / len(shown), 4), round(sum(shown) / same, 4))


def _by_category(session: Session, rules: RepeatRules) -> Mapping[str, list[tuple[float, bool]]]:
    query = select(RepeatDecision.category_code, RepeatDecision.score, RepeatDecision.verdict)
    decided = dict[str, list[tuple[float, bool]]]({ALL: []})
    for code, score, verdict in session.execute(query):
        for key in {ALL, code or ALL}:
            decided.setdefault(key, []).append((score, verdict != REJECTED))
    return {code: rows for code, rows in decided.items() if len(rows) >= rules.pairs_at_least}
