"""Random people do random things, allowed or not, for thousands of steps: what must always hold, holds after each."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from hotline.kernel.db import Actor, Database
from hotline.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from hotline.kernel.scope import Scope
from hotline.tickets import archiving, queries, requests
from hotline.tickets.models import Assignment, Ticket
from hotline.tickets.workflow import AT_WORK, State
from sla.lifecycles import CallbackState
from sla.opinions import Callback
from tests.lifetime import deeds, truths
from tests.lifetime.town import Town
from web.bootstrap import Container

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
LIVES, STEPS = int(os.environ.get("HOTLINE_TEST_LIVES", "12")), 40
"""Other lives at every run; HOTLINE_TEST_LIVES=100 walks far more of them at once, before a release or a change of moves."""
MOST_TICKETS, LONG_HOURS, ACTS, REQUESTERS_SHARE = 3, 24 * 100, 5, 0.1
SEEDS = st.integers(0, 2**63)
"""One number a step: what chance makes of it is the same each time, and hypothesis shortens the story around it."""
Tried = Callable[[], tuple[Scope, deeds.Deed]]
REFUSALS = (Conflict, Forbidden, Invalid, NotFound)


class AnyLife(RuleBasedStateMachine):
    """A few tickets of one town and whatever may be tried on them."""

    database: ClassVar[Database]
    town: ClassVar[Town]
    counts: ClassVar[dict[str, int]]

    def __init__(self) -> None:
        super().__init__()
        self.now, self.tickets, self.steps = MONDAY, list[int](), 0

    @initialize(seed=SEEDS)
    def open_one(self, seed: int) -> None:
        self._open(self._chance(seed))

    @precondition(lambda self: len(self.tickets) < MOST_TICKETS)
    @rule(seed=SEEDS)
    def open_another(self, seed: int) -> None:
        self._open(self._chance(seed))

    @rule(seed=SEEDS)
    def some_act(self, seed: int) -> None:
        """A few things are tried one after another, now and then by the requester."""
        chance = self._chance(seed)
        for _ in range(ACTS):
            ticket = self._ticket(chance)
            if chance.random() < REQUESTERS_SHARE:
                self._try(Actor(), deeds.adding(chance, ticket), ticket.id)
            else:
                who, deed = chance.choice(self._tried(chance, ticket))()
                self._try(Actor(who.officer_id, ""), deed, ticket.id)

    @rule(hours=st.sampled_from([1, 8, 30, 24 * 12]), long=st.integers(0, 9))
    def time_passes(self, hours: int, long: int) -> None:
        self.now += timedelta(hours=hours if long else LONG_HOURS)
        with self.database.work(now=self.now) as uow:
            archiving.resume_due(uow)
            archiving.archive_due(uow)
        for ticket_id in self.tickets:
            self._check(ticket_id)

    @rule(seed=SEEDS)
    def somebody_looks(self, seed: int) -> None:
        who = self._chance(seed).choice(list(self.town.scopes.values()))
        with self.database.read() as session:
            found = [self._loaded(session, ticket_id) for ticket_id in self.tickets]
            meant = {one.id for one in found if truths.may_see(self.town, who, one, one.assignments, one.orders)}
            mine = queries.Filters(ids=self.tickets)
            listed = queries.list_view(session, who, "all", mine, now=self.now) if "all" in views_of(who) else None

            assert queries.visible_ids(session, who, self.tickets) == meant
            assert listed is None or ({each.id for each in listed.tickets}, listed.total) == (meant, len(meant))

    def teardown(self) -> None:
        """The whole story once more at its end."""
        for ticket_id in self.tickets:
            self._check(ticket_id)

    def _chance(self, seed: int) -> Random:
        self.steps += 1
        return Random(f"{seed} {self.steps}")

    def _tried(self, chance: Random, ticket: Ticket) -> list[Tried]:
        """What may be tried on a ticket as it stands; parts more often than the ticket itself."""
        callback = self._callback(ticket)
        found: list[Tried] = [lambda: deeds.ticket_move(chance, self.town, ticket, self.tickets, self.now)]
        working = [part for part in ticket.assignments if part.state in AT_WORK] or ticket.assignments
        if working:
            found += [lambda: self._part_move(chance, working)] * 4
        if ticket.orders:
            found.append(lambda: deeds.order_move(chance, self.town, chance.choice(ticket.orders), self.now))
        if callback is not None:
            found += [lambda: deeds.ringing(chance, self.town, callback)] * 3
        if ticket.state is State.REVIEW:
            found += [lambda: deeds.reviewing(chance, self.town, ticket)] * 3
        return found

    def _part_move(self, chance: Random, parts: list[Assignment]) -> tuple[Scope, deeds.Deed]:
        part = chance.choice(parts)
        with self.database.read() as session:
            waiting = requests.open_request(session, part.id)
        return deeds.part_move(chance, self.town, part, waiting, self.now)

    def _open(self, chance: Random) -> None:
        with self.database.work(now=self.now) as uow:
            opened = deeds.opening(chance, self.town)(uow)
            assert isinstance(opened, Ticket)
            self.tickets.append(opened.id)
        self._check(self.tickets[-1])

    def _try(self, who: Actor, deed: deeds.Deed, ticket_id: int) -> None:
        before, refused = self._fingerprint(ticket_id), ""
        try:
            with self.database.work(who, now=self.now) as uow:
                deed(uow)
        except REFUSALS as error:
            refused = repr(error)
        self.counts["refused" if refused else "done"] += 1
        assert not refused or self._fingerprint(ticket_id) == before, f"refused with {refused}, and yet something changed"
        self._check(ticket_id)

    def _fingerprint(self, ticket_id: int) -> list[object]:
        with self.database.read() as session:
            return truths.fingerprint(session, ticket_id)

    def _check(self, ticket_id: int) -> None:
        with self.database.read() as session:
            assert truths.untruths(session, self.town, ticket_id) == []

    def _ticket(self, chance: Random) -> Ticket:
        with self.database.read() as session:
            return self._loaded(session, chance.choice(self.tickets))

    def _callback(self, ticket: Ticket) -> Callback | None:
        with self.database.read() as session:
            open_one = Callback.ticket_id == ticket.id, Callback.state == CallbackState.OPEN
            return session.scalars(select(Callback).where(*open_one)).one_or_none()

    def _loaded(self, session: Session, ticket_id: int) -> Ticket:
        with_parts = selectinload(Ticket.assignments).joinedload(Assignment.ticket), selectinload(Ticket.orders)
        return session.scalars(select(Ticket).where(Ticket.id == ticket_id).options(*with_parts)).one()


def views_of(who: Scope) -> set[str]:
    """The lists somebody has."""
    return {name for name, view in queries.VIEWS.items() if view.roles & who.roles}


def test_whatever_anybody_does_the_truths_hold(parts: Container) -> None:
    AnyLife.database, AnyLife.counts = parts.database, {"done": 0, "refused": 0}
    AnyLife.town = Town.built(parts.database)

    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    phases = (Phase.explicit, Phase.generate, Phase.shrink)
    how = settings(max_examples=LIVES, stateful_step_count=STEPS, suppress_health_check=checks, phases=phases, database=None)
    run_state_machine_as_test(AnyLife, settings=how)

    assert AnyLife.counts["done"] + AnyLife.counts["refused"] > LIVES
    assert AnyLife.counts["done"] > 0
