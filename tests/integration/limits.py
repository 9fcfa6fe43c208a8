"""A city with limits and how they stand, for the tests of limits through the bends of a ticket's life."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from hotline.kernel.db import Database
from hotline.kernel.events import Subscribers
from hotline.kernel.scope import Scope
from hotline.tickets.models import Assignment
from sla import defaults
from sla.book import calendar_of
from sla.explanation import explain
from sla.lifecycles import ClockState
from sla.models import Clock
from tests.conftest import ZONE
from tests.lives import City
from tests.reactions import DEADLINES

FRIDAY = datetime(2026, 11, 20, 10, 0, tzinfo=ZONE)
DAY = timedelta(days=1)
MORE = {"reason": "材料待检", "days": 5}
AUDITOR = Scope(officer_id=None, roles=frozenset({"reply_auditor"}))


def local(month: int, day: int, hour: int = 17, minute: int = 30) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


def governed_city(database: Database) -> City:
    """The small city with the default limits, on a Friday morning."""
    built = City.built(database)
    with database.work() as uow:
        defaults.install_defaults(uow)
    built.now = FRIDAY
    return built


@pytest.fixture
def subscribers() -> Subscribers:
    """For modules whose tickets are followed by their limits; import it beside `city`."""
    return DEADLINES


@pytest.fixture
def city(database: Database) -> City:
    """The governed city on its Friday morning, for modules that import it."""
    return governed_city(database)


def clocks_of(city: City, ticket_id: int, state: ClockState = ClockState.RUNNING) -> dict[str, datetime]:
    with city.database.read() as session:
        query = select(Clock).where(Clock.ticket_id == ticket_id, Clock.state == state)
        return {clock.stage.value: clock.due_at for clock in session.scalars(query)}


def part_of(city: City, ticket_id: int, code: str = "C") -> Assignment:
    with city.database.read() as session:
        query = select(Assignment).where(Assignment.ticket_id == ticket_id, Assignment.unit_id == city.id(code))
        found = session.scalars(query.order_by(Assignment.id.desc())).first()
        assert found is not None
        return found


def handled(city: City, **values: Any) -> int:
    ticket_id = city.opened(**values)
    city.move(ticket_id, "dispatch", {"unit_id": city.id("C")})
    city.by_lead(ticket_id, "sign")
    return ticket_id


def granted(city: City, ticket_id: int, kind: str, given: dict[str, Any]) -> None:
    city.by_lead(ticket_id, f"ask_{kind}", given)
    city.by_lead(ticket_id, f"grant_{kind}", role="reply_auditor")


def explained(city: City, ticket_id: int, stage: str) -> dict[str, dict[str, Any]]:
    with city.database.read() as session:
        lines = explain(session, calendar_of(session, ZONE), ticket_id)
    return {line.code: line.args for line in lines if line.args["stage"] == stage}


def plan_with_only(session: Session, index: str, query: str) -> str:
    """How PostgreSQL would ask, had the clocks' table this index alone: which of several it takes hangs on its statistics."""
    others = "select indexname from pg_indexes where tablename = 'sla_clock' and indexname not in (:kept, 'pk_sla_clock')"
    for name in session.scalars(text(others), {"kept": index}).all():
        session.execute(text(f"drop index {name}"))  # undone with the transaction
    session.execute(text("set local enable_seqscan = off"))
    return "\n".join(session.scalars(text(f"explain {query}")))
