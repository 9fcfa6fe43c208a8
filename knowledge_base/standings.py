"""What use says of articles, counted by night: shown often and used seldom falls, but only behind near equals."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, insert, select

from hotline.kernel.db import UnitOfWork
from knowledge_base.models import ArticleStanding, ArticleUse, UseKind


@dataclass(frozen=True)
class Counts:
    """Uses of one article in the time that counts."""

    shown: int
    used: int
    helpful: int
    not_helpful: int


def factor(counts: Counts, rule: Mapping[str, float]) -> float:
    """What the article's confidence is multiplied by when articles are put in order: 1 for the usual rate of use.

    Smoothed by `prior_shown` showings at the usual rate, so that a few showings say little; never beyond the rule's bounds.
    """
    judged = rule["judged_as_used"]
    wanted = counts.used + judged * counts.helpful + rule["prior_rate"] * rule["prior_shown"]
    shown = max(counts.shown, counts.used) + judged * (counts.helpful + counts.not_helpful) + rule["prior_shown"]
    relative = wanted / shown / rule["prior_rate"]
    return round(float(min(max(relative ** rule["damped"], rule["lowest"]), rule["highest"])), 3)


def count(uow: UnitOfWork, rule: Mapping[str, float]) -> int:
    """Count all articles anew; says how many have been shown or used. Safe to repeat."""
    since = uow.now - timedelta(days=rule["days"])
    rows = uow.session.execute(
        select(ArticleUse.article_id, ArticleUse.kind, func.count())
        .where(ArticleUse.at >= since)
        .group_by(ArticleUse.article_id, ArticleUse.kind)
    )
    found = dict[int, dict[UseKind, int]]()
    for article_id, kind, times in rows:
        found.setdefault(article_id, {})[kind] = times
    uow.session.execute(delete(ArticleStanding))
    if found:
        uow.session.execute(insert(ArticleStanding), [_row(key, kinds, uow, rule) for key, kinds in found.items()])
    return len(found)


def _row(article_id: int, kinds: Mapping[UseKind, int], uow: UnitOfWork, rule: Mapping[str, float]) -> dict[str, object]:
    used = kinds.get(UseKind.USED, 0) + kinds.get(UseKind.OPENED, 0)
    counts = Counts(kinds.get(UseKind.SHOWN, 0), used, kinds.get(UseKind.HELPFUL, 0), kinds.get(UseKind.NOT_HELPFUL, 0))
    return {
        "article_id": article_id,
        "shown": counts.shown,
        "used": counts.used,
        "helpful": counts.helpful,
        "not_helpful": counts.not_helpful,
        "factor": factor(counts, rule),
        "counted_at": uow.now,
    }
