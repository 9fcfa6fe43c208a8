"""Hot topics of the city's own tickets: reports that are made each night and kept, and a unit's own found when it looks.

A report holds ids, counts and names made of shared words; whose they are is asked anew of `queries.visible` by who shows it.
Confidential tickets and those against a unit are in none: what many ask is not learnt from them.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, func, or_, select
from sqlalchemy.orm import Session

from hotline.insight import hotspots
from hotline.insight.hot_topic_rules import HotTopicRules
from hotline.insight.hotspots import Message, Topic
from hotline.insight.metrics import CONTENT, period
from hotline.insight.models import HotTopicReport
from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Invalid, NotFound
from hotline.kernel.scope import Scope
from hotline.kernel.search.analysis import Analyzer
from hotline.people.models import Area, Citizen
from hotline.tickets import queries
from hotline.tickets.indexing import without_numbers
from hotline.tickets.models import Ticket
from hotline.tickets.workflow import BAD_MARK, Secrecy, State

Condition = ColumnElement[bool]
Read = Row[*tuple[Any, ...]]  # a row of `_READ`
OPEN_TO_ALL = and_(
    Ticket.secrecy == Secrecy.NORMAL,
    Ticket.complained_unit_id.is_(None),
    Ticket.parent_id.is_(None),
    Ticket.type != BAD_MARK,
    Ticket.state != State.WITHDRAWN,
)
"""Whose words may make a topic. A part of a split ticket repeats its parent; a merged one is a person of its own."""
UNHAPPY = or_(
    Ticket.urge_count > 0,
    Ticket.repeat_of_id.is_not(None),
    Ticket.satisfied.not_in(CONTENT),
    Ticket.solved == "no",
)
_READ = (
    *(Ticket.id, Ticket.opened_at, Ticket.title, Ticket.body, Ticket.address, Ticket.area_code, Ticket.category_code),
    *(
        Ticket.citizen_id,
        Ticket.contact_name,
        Citizen.name.label("citizen_name"),
        func.coalesce(UNHAPPY, False).label("unhappy"),
    ),
)


@dataclass(frozen=True)
class Span:
    """A period: aware moments, the end not included."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Found:
    """The topics of a period as a report keeps them, hottest first, and how many tickets were looked through."""

    span: Span
    tickets: int
    topics: list[dict[str, Any]]  # what `HotTopicReport.topics` holds


def in_area(session: Session, code: str) -> Condition:
    """Tickets of an area and all below it. Raises Invalid for an unknown area."""
    area = session.get(Area, code)
    if area is None:
        raise Invalid("area", "unknown-area", given=code)
    below = select(Area.code).where(Area.path.startswith(area.path, autoescape=True))
    return Ticket.area_code.in_(below)


def found(session: Session, span: Span, among: Condition, rules: HotTopicRules, analyzer: Analyzer) -> Found:
    """The topics of a period among these tickets. What came before it tells what was usual."""
    before = span.starts_at - timedelta(days=rules.report.before)
    return _found(_rows(session, and_(period(before, span.ends_at), among)), span, rules, analyzer)


def found_by(
    session: Session, scope: Scope, span: Span, among: Condition, *, rules: HotTopicRules, analyzer: Analyzer
) -> Found:
    """The topics among those tickets that this scope may know of; of the newest only where there are very many."""
    before = span.starts_at - timedelta(days=rules.report.before)
    seen = and_(period(before, span.ends_at), queries.visible(scope), among)
    return _found(_rows(session, seen, most=rules.report.live_most), span, rules, analyzer)


def keep(uow: UnitOfWork, made: Found, area_code: str | None = None) -> HotTopicReport:
    """Keep what was found as the report of the whole city, or of an area."""
    report = HotTopicReport(
        starts_at=made.span.starts_at,
        ends_at=made.span.ends_at,
        area_code=area_code,
        made_at=uow.now,
        tickets=made.tickets,
        topics=made.topics,
    )
    uow.session.add(report)
    uow.session.flush()
    return report


def latest(session: Session, days: int, area_code: str | None = None) -> HotTopicReport | None:
    """The newest report of so many days, of the whole city or an area; None before the first."""
    own = HotTopicReport.area_code.is_(None) if area_code is None else HotTopicReport.area_code == area_code
    long = HotTopicReport.ends_at - HotTopicReport.starts_at == timedelta(days=days)
    query = select(HotTopicReport).where(own, long).order_by(HotTopicReport.ends_at.desc(), HotTopicReport.id.desc())
    return session.scalars(query.limit(1)).one_or_none()


def ticket_ids(session: Session, report_id: int, number: int) -> list[int]:
    """The tickets of a report's topic, by its number from 1; what of them may be seen is asked elsewhere. Raises NotFound."""
    report = session.get(HotTopicReport, report_id)
    if report is None or not 1 <= number <= len(report.topics):
        raise NotFound("hot-topic", thing="hot_topic", report=report_id, no=number)
    return [int(ticket_id) for ticket_id in report.topics[number - 1]["ids"]]


def forget(uow: UnitOfWork, keep_days: int) -> int:
    """Drop the reports that were kept long enough; returns how many."""
    old = delete(HotTopicReport).where(HotTopicReport.made_at < uow.now - timedelta(days=keep_days))
    return len(uow.session.scalars(old.returning(HotTopicReport.id)).all())


def _rows(session: Session, among: Condition, most: int | None = None) -> list[Read]:
    query = select(*_READ).outerjoin(Citizen, Citizen.id == Ticket.citizen_id).where(OPEN_TO_ALL, among)
    return list(session.execute(query.order_by(Ticket.opened_at.desc(), Ticket.id.desc()).limit(most)).all())


def _found(rows: Sequence[Read], span: Span, rules: HotTopicRules, analyzer: Analyzer) -> Found:
    topics = hotspots.found([_message(row) for row in rows], rules, analyzer, since=span.starts_at)
    by_id = {str(row.id): row for row in rows}
    shown = topics[: rules.report.shown]
    tickets = sum(1 for row in rows if row.opened_at >= span.starts_at)
    return Found(span, tickets, [_plain(one, number, by_id) for number, one in enumerate(shown, 1)])


def _message(row: Read) -> Message:
    return Message(
        id=str(row.id),
        at=row.opened_at,
        title=_nameless(row.title, row),
        text=_nameless(row.body, row),
        address=_nameless(row.address, row),
        person=str(row.citizen_id or ""),
        area=row.area_code or "",
        unhappy=row.unhappy,
    )


def _nameless(text: str, row: Read) -> str:
    for name in {row.contact_name, row.citizen_name}:
        text = text.replace(name, " ") if name and len(name) > 1 else text
    return without_numbers(text)


def _plain(one: Topic, number: int, rows: dict[str, Read]) -> dict[str, Any]:
    own = [rows[ticket_id] for ticket_id in one.ids]
    return {
        "no": number,
        "name": one.name,
        "heat": one.heat,
        "parts": {name: round(share, 4) for name, share in asdict(one.parts).items()},
        "tickets": len(one.ids),
        "people": one.people,
        "from": one.start.isoformat(),
        "to": one.end.isoformat(),
        "place": one.place,
        "words": list(one.words),
        "areas": _counted([row.area_code for row in own]),
        "categories": _counted([row.category_code for row in own]),
        "examples": [int(ticket_id) for ticket_id in one.examples],
        "weeks": list(one.weeks),
        "growth": one.growth,
        "ids": [int(ticket_id) for ticket_id in one.ids],
    }


def _counted(codes: Collection[str | None]) -> list[dict[str, Any]]:
    counts = Counter(code for code in codes if code)
    return [{"code": code, "tickets": count} for code, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
