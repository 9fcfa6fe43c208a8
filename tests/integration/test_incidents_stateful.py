"""Whatever the desk and the detector do in any order, a ticket is of one incident at most and sizes are what is counted."""

from contextlib import suppress
from typing import ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from hotline.insight import incidents
from hotline.insight.incident_life import INCIDENT, IncidentState
from hotline.insight.incidents import Spotted
from hotline.insight.models import Incident, IncidentTicket
from hotline.kernel.db import Actor, Database
from hotline.kernel.errors import HotlineError
from tests import factories
from tests.integration.incident_scene import DESK, calls, found_city

TICKETS = 8
some = st.lists(st.integers(0, TICKETS - 1), min_size=1, max_size=5, unique=True)
which = st.integers(0, 4)


class Desk(RuleBasedStateMachine):
    """What the desk and the detector may do, on tickets that are there already."""

    database: ClassVar[Database]
    tickets: ClassVar[list[int]]
    officer: ClassVar[int]

    @initialize()
    def begin(self) -> None:
        with self.database.work() as uow:
            for table in (IncidentTicket, Incident):
                uow.session.query(table).delete()

    @rule(wanted=some)
    def spot(self, wanted: list[int]) -> None:
        free = {self.tickets[n]: 0.9 for n in wanted if self.tickets[n] not in inside(self.database)}
        if free:
            with self.database.work() as uow:
                incidents.spot(uow, Spotted(free, "停水", ("停水",), "", None, None))

    @rule(number=which, wanted=some)
    def grow(self, number: int, wanted: list[int]) -> None:
        with suppress(HotlineError), self.database.work() as uow:
            incidents.grow(uow, known(self.database, number), {self.tickets[n]: 0.8 for n in wanted})

    @rule(number=which, wanted=some)
    def add(self, number: int, wanted: list[int]) -> None:
        with suppress(HotlineError), self.database.work(Actor(self.officer)) as uow:
            incidents.add(uow, known(self.database, number), [self.tickets[n] for n in wanted])

    @rule(number=which, wanted=some)
    def take_out(self, number: int, wanted: list[int]) -> None:
        with suppress(HotlineError), self.database.work(Actor(self.officer)) as uow:
            incidents.take_out(uow, known(self.database, number), [self.tickets[n] for n in wanted])

    @rule(number=which, wanted=some)
    def split(self, number: int, wanted: list[int]) -> None:
        with suppress(HotlineError), self.database.work(Actor(self.officer)) as uow:
            incidents.split(uow, known(self.database, number), [self.tickets[n] for n in wanted], name="另一件")

    @rule(number=which, other=which, action=st.sampled_from(sorted({row.action for row in INCIDENT.rows})))
    def move(self, number: int, other: int, action: str) -> None:
        given = {"note": "理由", "answer": "已修复", "into_id": known(self.database, other)}
        with suppress(HotlineError), self.database.work(Actor(self.officer)) as uow:
            incidents.move(uow, known(self.database, number), action, roles=DESK, given=given, version=None)

    @invariant()
    def a_ticket_is_of_one_incident_at_most(self) -> None:
        held = inside(self.database)
        assert len(held) == len(set(held))

    @invariant()
    def sizes_are_what_is_counted(self) -> None:
        counted = select(func.count()).where(IncidentTicket.incident_id == Incident.id, incidents.IN).scalar_subquery()
        with self.database.read() as session:
            for size, count, state in session.execute(select(Incident.size, counted, Incident.state)):
                assert size == count
                assert not (state is IncidentState.JOINED and count)


def inside(database: Database) -> list[int]:
    with database.read() as session:
        return list(session.scalars(select(IncidentTicket.ticket_id).where(incidents.IN)))


def known(database: Database, number: int) -> int:
    """The incident of that number in their order; one that does not exist when there are fewer."""
    with database.read() as session:
        ids = list(session.scalars(select(Incident.id).order_by(Incident.id)))
    return ids[number] if number < len(ids) else 0


def test_a_ticket_is_of_one_incident_at_most_whatever_is_done(database: Database) -> None:
    found_city(database)
    tickets = calls(database, range(TICKETS))
    with database.work() as uow:
        officer = factories.officer(uow.session, roles=DESK).id

    bound = type("Bound", (Desk,), {"database": database, "tickets": tickets, "officer": officer})
    run_state_machine_as_test(bound, settings=settings(max_examples=15, stateful_step_count=20, deadline=None))
