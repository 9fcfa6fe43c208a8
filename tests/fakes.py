"""Fakes of ports: what tests hand in where production has a queue, a browser, a partner."""

from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass
class FakeQueue:
    """Keeps the deliveries it was rung for."""

    rung: list[int] = field(default_factory=list)

    def put(self, delivery_id: int) -> None:
        self.rung.append(delivery_id)


@dataclass
class FixedClock:
    """A clock that stands still until told otherwise."""

    moment: datetime = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment
