"""A city whose limits, calendar and rules change, for the tests of drafts, previews and recounts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select, update

from hotline.kernel.db import Database
from hotline.tickets.models import TimelineEntry
from sla import versions
from sla.calendar import DayKind
from sla.lifecycles import ClockState
from sla.limits import Stage
from sla.models import Clock, Recount, SlaRule
from sla.policies import PolicyFacts
from sla.recounts import RECOUNTED
from sla.year_files import DayIn
from tests.lives import City

FIRST = 1
NOTICE = "虚构的2027年放假安排（测试用）"
FICTIONAL = [
    DayIn(date(2027, 1, 1), DayKind.HOLIDAY, "元旦"),
    DayIn(date(2027, 1, 4), DayKind.HOLIDAY, "元旦"),
    DayIn(date(2027, 1, 9), DayKind.WORKDAY, "元旦"),
    DayIn(date(2027, 2, 5), DayKind.HOLIDAY, "除夕"),
]
"""No notice of anybody: Monday 4 January off, Saturday 9 January at work."""


def drafted(database: Database, amounts: dict[tuple[Stage, str], int], *, now: datetime) -> int:
    """A draft in which complaints and the like have other amounts, by stage and type."""
    with database.work(now=now) as uow:
        version = versions.draft_from_version(uow, FIRST, "缩短时限").version
        rows = [versions.facts_of(row) for row in versions.rows_of(uow.session, version)]
        versions.put_rows(uow, version, [_changed(row, amounts) for row in rows])
        return version


def published(database: Database, version: int, *, now: datetime, since: datetime | None = None) -> int:
    """The id of the recount that the publication requests."""
    with database.work(now=now) as uow:
        return versions.publish(uow, version, effective_from=since, note="依据新办法").id


def small_batches(database: Database, size: int = 2) -> None:
    with database.work() as uow:
        uow.session.execute(update(SlaRule).where(SlaRule.key == "sweep.batch").values(value=size))


def recount(database: Database, recount_id: int) -> Recount:
    with database.read() as session:
        return session.get_one(Recount, recount_id)


def ends(city: City) -> dict[tuple[int, Stage], datetime]:
    """When every open limit ends, by clock."""
    with city.database.read() as session:
        found = session.scalars(select(Clock).where(Clock.state != ClockState.STOPPED))
        return {(clock.id, clock.stage): clock.due_at for clock in found}


def lines(city: City, ticket_ids: Sequence[int]) -> list[list[list[str]]]:
    """The stages told of in each line "recounted", by ticket."""
    with city.database.read() as session:
        query = select(TimelineEntry).where(TimelineEntry.action == RECOUNTED).order_by(TimelineEntry.id)
        found = list(session.scalars(query))
        told = {one.ticket_id: [] for one in found} | {ticket_id: [] for ticket_id in ticket_ids}
        for one in found:
            told[one.ticket_id].append([limit["stage"] for limit in one.data["limits"]])
        return [told[ticket_id] for ticket_id in ticket_ids]


def _changed(row: PolicyFacts, amounts: dict[tuple[Stage, str], int]) -> PolicyFacts:
    amount = amounts.get((row.stage, row.type or ""))
    return replace(row, amount=amount) if amount else row
