"""The outbox: once when all goes well, again when it did not, parked when it never will."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

import pytest
from sqlalchemy import update

from hotline.kernel import clock, outbox
from hotline.kernel.db import Database
from hotline.kernel.errors import Unavailable
from hotline.kernel.events import Delivery, Event, Subscribers
from tests.fakes import FakeQueue

MOST = 3


@dataclass(frozen=True)
class LampLit(Event):
    name: ClassVar[str] = "lamp-lit"

    lamp_id: int


class Reaction:
    """What follows a lamp; `trouble` is what goes wrong each time."""

    def __init__(self) -> None:
        self.seen: list[int] = []
        self.trouble: BaseException | None = None

    def __call__(self, database: Database, delivery_id: int, event: LampLit) -> None:
        self.seen.append(event.lamp_id)
        if self.trouble is not None:
            raise self.trouble


@pytest.fixture
def reaction() -> Reaction:
    return Reaction()


@pytest.fixture
def subscribers(reaction: Reaction) -> Subscribers:
    return Subscribers(after={LampLit: {"tell": reaction}})


@pytest.fixture
def delivery_id(database: Database, queue: FakeQueue) -> int:
    with database.work() as uow:
        uow.record(LampLit(7))
    return uow.deliveries[0]


def deliver(database: Database, subscribers: Subscribers, delivery_id: int) -> Delivery:
    """One ring of the doorbell, when the delivery is due."""
    with database.work() as uow:
        uow.session.execute(update(Delivery).values(due_at=clock.now() - timedelta(seconds=1)))
    outbox.deliver(database, subscribers, delivery_id, lease_seconds=60, max_attempts=MOST)
    return delivery(database, delivery_id)


def delivery(database: Database, delivery_id: int) -> Delivery:
    with database.read() as session:
        return session.get_one(Delivery, delivery_id)


def test_a_reaction_that_works_runs_once(
    database: Database, subscribers: Subscribers, reaction: Reaction, delivery_id: int
) -> None:
    states = [deliver(database, subscribers, delivery_id).state for _ in range(2)]

    assert (states, reaction.seen) == (["done", "done"], [7])


def test_a_part_that_is_away_is_asked_again_and_then_listed(
    database: Database, subscribers: Subscribers, reaction: Reaction, delivery_id: int
) -> None:
    reaction.trouble = Unavailable("away")

    states = [deliver(database, subscribers, delivery_id).state for _ in range(MOST + 1)]

    assert states == ["pending", "pending", "failed", "failed"]
    assert len(reaction.seen) == MOST


def test_a_broken_reaction_is_parked_at_once(
    database: Database, subscribers: Subscribers, reaction: Reaction, delivery_id: int
) -> None:
    reaction.trouble = RuntimeError("broken")

    assert deliver(database, subscribers, delivery_id).error == "RuntimeError: broken"
    assert len(reaction.seen) == 1


def test_a_reaction_that_kills_its_worker_is_parked(
    database: Database, subscribers: Subscribers, reaction: Reaction, delivery_id: int
) -> None:
    reaction.trouble = KeyboardInterrupt()

    for _ in range(MOST):
        with pytest.raises(KeyboardInterrupt):
            deliver(database, subscribers, delivery_id)

    assert deliver(database, subscribers, delivery_id).state == "failed"
    assert len(reaction.seen) == MOST


def test_a_worker_that_came_too_late_does_not_unsay_what_the_next_one_did(
    database: Database, subscribers: Subscribers, reaction: Reaction, delivery_id: int
) -> None:
    class Slow(Reaction):
        def __call__(self, database: Database, delivery_id: int, event: LampLit) -> None:
            deliver(database, subscribers, delivery_id)
            raise RuntimeError("too late")

    outbox.deliver(database, Subscribers(after={LampLit: {"tell": Slow()}}), delivery_id, lease_seconds=60, max_attempts=MOST)

    assert delivery(database, delivery_id).state == "done"
