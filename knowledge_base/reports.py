"""The monthly report of use: what was shown and used, what nobody answers, who is behind. Counted from the tables; no storage.

A month is a half-open span of moments; `among` says whose articles count, none for all.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true
from sqlalchemy.orm import Session

from knowledge_base.feedback import AskedOutcome, AskedQuestion, KnowledgeTask, QuestionCluster, TaskKind
from knowledge_base.lifecycle import ANSWERING, ArticleState, TaskState
from knowledge_base.models import Article, ArticleUse, UseKind

TOP = 20
UNUSED = 100
COUNTED = (ArticleState.PUBLISHED, ArticleState.DUE, ArticleState.EXPIRED)
NOTHING = (AskedOutcome.NONE, AskedOutcome.PERSON)
JUDGED = (UseKind.USED, UseKind.HELPFUL, UseKind.NOT_HELPFUL)
WANTED = (UseKind.OPENED, UseKind.USED, UseKind.HELPFUL)


@dataclass(frozen=True)
class Span:
    """From a moment up to, not including, another."""

    begin: datetime
    end: datetime


@dataclass(frozen=True)
class Totals:
    """Articles as they stand now; uses and questions of the span. `hit_rate` is the share of questions with a sure answer."""

    articles: int
    answering: int
    due: int
    expired: int
    shown: int
    used: int
    hit_rate: float | None
    helpful: int
    not_helpful: int
    questions: int
    unanswered: int


@dataclass(frozen=True)
class OfUnit:
    """The figures of one unit; `helpful_rate` is the share of judgements that said so."""

    unit_id: int
    articles: int
    due: int
    late_tasks: int
    used: int
    helpful_rate: float | None


@dataclass(frozen=True)
class Counted:
    """An article with how often it was used."""

    article_id: int
    title: str
    used: int


@dataclass(frozen=True)
class Corrections:
    """Corrections asked for in the span: answered within their limit, or not (yet)."""

    asked: int
    in_time: int
    late: int


@dataclass(frozen=True)
class Report:
    """All figures of a span."""

    totals: Totals
    units: list[OfUnit]
    top: list[Counted]
    unused: list[Counted]
    corrections: Corrections


def report(session: Session, span: Span, *, among: Collection[int] | None, now: datetime) -> Report:
    """The report of all units, or of those `among`."""
    units = _owned(among)
    used = _uses(session, span, units)
    return Report(
        totals=_totals(session, span, units, among, used),
        units=_units(session, span, units, now),
        top=_top(session, span, units),
        unused=_unused(session, span, units),
        corrections=_corrections(session, span, among, now),
    )


def _owned(among: Collection[int] | None) -> ColumnElement[bool]:
    return true() if among is None else Article.owner_unit_id.in_(among)


def _in(span: Span) -> ColumnElement[bool]:
    return and_(ArticleUse.at >= span.begin, ArticleUse.at < span.end)


def _uses(session: Session, span: Span, units: ColumnElement[bool]) -> Mapping[UseKind, int]:
    query = select(ArticleUse.kind, func.count()).join(Article).where(units, _in(span)).group_by(ArticleUse.kind)
    return dict(session.execute(query).all())


def _totals(
    session: Session, span: Span, units: ColumnElement[bool], among: Collection[int] | None, used: Mapping[UseKind, int]
) -> Totals:
    standing = select(Article.state, func.count()).where(units, Article.state.in_(COUNTED)).group_by(Article.state)
    states: dict[ArticleState, int] = dict(session.execute(standing).all())
    questions, sure, unanswered = _questions(session, span, among)
    return Totals(
        articles=sum(states.values()),
        answering=sum(states.get(state, 0) for state in ANSWERING),
        due=states.get(ArticleState.DUE, 0),
        expired=states.get(ArticleState.EXPIRED, 0),
        shown=used.get(UseKind.SHOWN, 0),
        used=used.get(UseKind.USED, 0),
        hit_rate=sure / questions if questions else None,
        helpful=used.get(UseKind.HELPFUL, 0),
        not_helpful=used.get(UseKind.NOT_HELPFUL, 0),
        questions=questions,
        unanswered=unanswered,
    )


def _questions(session: Session, span: Span, among: Collection[int] | None) -> tuple[int, int, int]:
    """Questions asked, those with a sure answer, those without any; of units, what met their articles or worklists."""
    sure = func.count().filter(AskedQuestion.outcome == AskedOutcome.SURE)
    nothing = func.count().filter(AskedQuestion.outcome.in_(NOTHING))
    query = select(func.count(), sure, nothing).select_from(AskedQuestion)
    query = query.where(AskedQuestion.at >= span.begin, AskedQuestion.at < span.end)
    if among is not None:
        query = query.outerjoin(Article, Article.id == AskedQuestion.article_id)
        query = query.outerjoin(QuestionCluster, QuestionCluster.id == AskedQuestion.cluster_id)
        query = query.where(or_(Article.owner_unit_id.in_(among), QuestionCluster.unit_id.in_(among)))
    asked, surely, without = session.execute(query).one()
    return asked, surely, without


def _units(session: Session, span: Span, units: ColumnElement[bool], now: datetime) -> list[OfUnit]:
    owner = Article.owner_unit_id
    held = select(owner, func.count(), func.count().filter(Article.state == ArticleState.DUE))
    standing = session.execute(held.where(units, owner.is_not(None), Article.state.in_(COUNTED)).group_by(owner)).all()
    late = select(KnowledgeTask.unit_id, func.count()).where(KnowledgeTask.state == TaskState.OPEN, KnowledgeTask.due_at < now)
    behind: dict[int | None, int] = dict(session.execute(late.group_by(KnowledgeTask.unit_id)).all())
    used, good, bad = (func.count().filter(ArticleUse.kind == kind) for kind in JUDGED)
    query = select(owner, used, good, bad).join(Article, Article.id == ArticleUse.article_id).where(units, _in(span))
    uses = {row[0]: (row[1], row[2], row[3]) for row in session.execute(query.group_by(owner))}
    found = []
    for unit_id, count, due in standing:
        times, helped, failed = uses.get(unit_id, (0, 0, 0))
        rate = helped / (helped + failed) if helped + failed else None
        found.append(OfUnit(unit_id or 0, count, due, behind.get(unit_id, 0), times, rate))
    return sorted(found, key=lambda row: (-row.late_tasks, -row.due, -row.articles, row.unit_id))


def _top(session: Session, span: Span, units: ColumnElement[bool]) -> list[Counted]:
    times = func.count()
    query = select(Article.id, Article.title, times).join(ArticleUse, ArticleUse.article_id == Article.id)
    query = query.where(units, _in(span), ArticleUse.kind == UseKind.USED).group_by(Article.id, Article.title)
    return [Counted(*row) for row in session.execute(query.order_by(times.desc(), Article.id).limit(TOP))]


def _unused(session: Session, span: Span, units: ColumnElement[bool]) -> list[Counted]:
    """What answered the whole span and nobody wanted in it, shown ones first: those are worth another look."""
    wanted = select(ArticleUse.id).where(ArticleUse.article_id == Article.id, _in(span), ArticleUse.kind.in_(WANTED)).exists()
    shown = select(ArticleUse.id).where(ArticleUse.article_id == Article.id, _in(span)).exists()
    query = select(Article.id, Article.title).where(
        units, Article.state.in_(ANSWERING), Article.published_at < span.begin, ~wanted
    )
    rows = session.execute(query.order_by(case((shown, 0), else_=1), Article.id).limit(UNUSED))
    return [Counted(article_id, title, 0) for article_id, title in rows]


def _corrections(session: Session, span: Span, among: Collection[int] | None, now: datetime) -> Corrections:
    asked = [KnowledgeTask.kind == TaskKind.CORRECTION, KnowledgeTask.asked_at >= span.begin, KnowledgeTask.asked_at < span.end]
    if among is not None:
        asked.append(KnowledgeTask.unit_id.in_(among))
    done = func.coalesce(KnowledgeTask.answered_at, KnowledgeTask.ended_at)
    in_time, late = func.count().filter(done <= KnowledgeTask.due_at), func.coalesce(done, now) > KnowledgeTask.due_at
    query = select(func.count(), in_time, func.count().filter(late)).select_from(KnowledgeTask).where(*asked)
    return Corrections(*session.execute(query).one())
