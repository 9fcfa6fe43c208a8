"""What use says of articles, counted by night: shown often and used seldom falls, but only behind near equals."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select, text

from hotline.kernel.db import UnitOfWork
from knowledge_base.models import ArticleStanding, ArticleUse, UseKind
from knowledge_base.rules import StandingRules

ONE_AFTER_THE_OTHER = text("select pg_advisory_xact_lock(12347, 2)")
"""Two that count at once would each write the rows that the other has not seen."""


@dataclass(frozen=True)
class Counts:
    """Uses of one article in the time that counts."""

    shown: int
    used: int
    helpful: int
    not_helpful: int


def factor(counts: Counts, rule: StandingRules, shape: Mapping[str, float]) -> float:
    """What the article's confidence is multiplied by when articles are put in order: 1 for the usual rate of use.

    Smoothed by `shown_at_least` showings at the usual rate, so that a few showings say little; never beyond the rule's share.
    `shape` is the policy's: the usual rate, what a judgement weighs, how much the rate is damped.
    """
    judged = shape["judged_as_used"]
    wanted = counts.used + judged * counts.helpful + shape["prior_rate"] * rule.shown_at_least
    shown = max(counts.shown, counts.used) + judged * (counts.helpful + counts.not_helpful) + rule.shown_at_least
    relative = wanted / shown / shape["prior_rate"]
    return round(float(min(max(relative ** shape["damped"], 1 - rule.share), 1 + rule.share)), 3)


def count(uow: UnitOfWork, rule: StandingRules, shape: Mapping[str, float]) -> int:
    """Count all articles anew; says how many have been shown or used. Safe to repeat, and twice at once."""
    uow.session.execute(ONE_AFTER_THE_OTHER)
    since = uow.now - timedelta(days=rule.days)
    rows = uow.session.execute(
        select(ArticleUse.article_id, ArticleUse.kind, func.count())
        .where(ArticleUse.at >= since)
        .group_by(ArticleUse.article_id, ArticleUse.kind)
    )
    kinds = dict[int, dict[UseKind, int]]()
    for article_id, kind, times in rows:
        kinds.setdefault(article_id, {})[kind] = times
    found = {article_id: _counted(one) for article_id, one in kinds.items()}
    uow.session.execute(delete(ArticleStanding))
    if found:
        standing = [_row(key, counts, factor(counts, rule, shape), uow.now) for key, counts in found.items()]
        uow.session.execute(insert(ArticleStanding), standing)
    return len(found)


def _counted(kinds: Mapping[UseKind, int]) -> Counts:
    used = kinds.get(UseKind.USED, 0) + kinds.get(UseKind.OPENED, 0)
    return Counts(kinds.get(UseKind.SHOWN, 0), used, kinds.get(UseKind.HELPFUL, 0), kinds.get(UseKind.NOT_HELPFUL, 0))


def _row(article_id: int, counts: Counts, standing: float, now: datetime) -> dict[str, object]:
    return {"article_id": article_id, **asdict(counts), "factor": standing, "counted_at": now}
