"""Fakes of ports: what tests hand in where production has a queue, a browser, a partner."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from dispatch.linkage.protocol import OutgoingTransfer, PartnerUnavailable, Receipt
from hotline.kernel.errors import HotlineError
from hotline.people.notifier import Message
from hotline.people.notifier import Receipt as NotifierReceipt
from sla.robots import NoRobot, RobotCall
from web.push import Push


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


@dataclass
class FakeLinkage:
    """A partner in memory: one matter per key. It can be dead, silent, refuse, or see the sender die after it took a matter."""

    sent: list[OutgoingTransfer] = field(default_factory=list)
    matters: dict[str, str] = field(default_factory=dict)
    dead: bool = False
    silent: bool = False
    die_after_taking: bool = False
    error: HotlineError | None = None

    def forward(self, transfer: OutgoingTransfer) -> Receipt | None:
        if self.dead:
            raise PartnerUnavailable(transfer.partner, partner=transfer.partner)
        if self.error is not None:
            raise self.error
        self.sent.append(transfer)
        self.matters.setdefault(transfer.key, f"R-{len(self.matters) + 1}")
        if self.die_after_taking:
            raise KeyboardInterrupt
        return None if self.silent else Receipt(self.matters[transfer.key])

    def receipt_of(self, key: str) -> str:
        """The receipt number of a key."""
        return self.matters[key]


class FakePush(Push):
    """Keeps what would go to browsers: (event, data, rooms)."""

    def __init__(self) -> None:
        self.emitted: list[tuple[str, dict[str, Any], list[str]]] = []

    def emit(self, name: str, data: dict[str, Any], rooms: Iterable[str]) -> None:
        self.emitted.append((name, data, list(rooms)))


@dataclass
class FakeNotifier:
    """Keeps what it was asked to send; the same delivery to the same receiver once."""

    sent: list[Message] = field(default_factory=list)

    def send(self, message: Message) -> NotifierReceipt:
        if not any((kept.delivery_id, kept.to) == (message.delivery_id, message.to) for kept in self.sent):
            self.sent.append(message)
        return NotifierReceipt(accepted=True, reference=str(message.delivery_id))

    def recent(self, limit: int = 50) -> list[Message]:
        return self.sent[::-1][:limit]


@dataclass
class FakeRobot:
    """A robot in memory: rings once a key, or is not there."""

    placed: list[RobotCall] = field(default_factory=list)
    absent: bool = False

    def place(self, call: RobotCall) -> None:
        if self.absent:
            raise NoRobot("not there")
        if all(kept.key != call.key for kept in self.placed):
            self.placed.append(call)
