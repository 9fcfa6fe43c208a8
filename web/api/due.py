"""What falls due, over HTTP: an officer's day view of the steps they owe."""

from datetime import date, datetime

from apiflask import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from hotline.kernel import clock
from sla import due
from sla.book import book_of
from sla.calendar import CityCalendar, missing_year
from sla.due import Group, Owed
from web.api import present, present_ticket
from web.api.schemas.base import LocalDay
from web.api.schemas.limits import DueDay, DueGroup, DueItem
from web.auth import EVERYONE, allowed
from web.requests import asks, container, reading, scope

api = APIBlueprint("due", __name__, url_prefix="/api/v1", tag="Limits")


class DueQuery(BaseModel):
    """Which day (today when left out); one `group` alone, from its cursor `after` on."""

    model_config = ConfigDict(extra="ignore")

    day: LocalDay | None = None
    group: Group | None = None
    after: str | None = Field(None, max_length=80)
    limit: int = Field(30, ge=1, le=200)


@api.get("/due")
@asks(api, DueQuery)
@api.output(DueDay)
@allowed(*EVERYONE)
def show_due(query: DueQuery) -> DueDay:
    """The steps the reader's units and role owe, late ones first, grouped by day."""
    now = clock.now()
    with reading() as session:
        book = book_of(session, container().database.zone, now)
        today = book.calendar.local_day(now)
        day = query.day or today
        spans = due.spans_of(book.calendar, day, now)
        wanted = {group: span for group, span in spans.items() if query.group in (None, group)}
        found = due.owed(session, scope(), wanted, after=query.after if query.group else None, limit=query.limit)
        return DueDay(
            day=day,
            working_day=book.calendar.is_working_day(day),
            day_name=_name(book.calendar, day),
            groups=_groups(session, book.calendar, found, now),
            provisional_year=missing_year(book.calendar.years.announced, today, book.rules.announce_months),
        )


def _groups(session: Session, calendar: CityCalendar, found: list[Owed], now: datetime) -> list[DueGroup]:
    every = [pair for one in found for pair in one.found]
    tickets = {ticket.id: ticket for _, ticket in every}
    rows = {row.id: row for row in present.rows(session, calendar, list(tickets.values()), now, scope())}
    units = present_ticket.unit_refs(session, (limited.unit_id for limited, _ in every))
    items = {
        limited.id: DueItem(
            clock_id=limited.id,
            stage=limited.stage.value,
            unit=units.get(limited.unit_id or 0),
            limit=present.running_limit(limited, calendar, now),
            ticket=rows[limited.ticket_id],
        )
        for limited, _ in every
    }
    return [
        DueGroup(key=one.group.value, total=one.total, items=[items[limited.id] for limited, _ in one.found], after=one.after)
        for one in found
    ]


def _name(calendar: CityCalendar, day: date) -> str:
    return "、".join(row.name for row in calendar.special_days(day, day))
