"""Words of danger on the floor: they rise also when the incidents beside them cannot be told."""

from typing import Any

from hotline.intake.events import RiskWordFell
from hotline.kernel.db import Database
from web.reactions.pushing import FLOOR, Pushing


class Told:
    """A push that keeps what it was given."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Any]] = []

    def emit(self, name: str, data: dict[str, Any], rooms: Any) -> None:
        self.sent.append((name, rooms))


def test_alarm_rises_on_the_floor_when_the_incidents_cannot_be_asked(database: Database) -> None:
    def broken(session: object, event: RiskWordFell) -> int | None:
        raise RuntimeError

    told = Told()
    pushing = Pushing(told, broken)  # type: ignore[arg-type]  # as much of a push as is asked

    pushing.risk_word_fell(database, 1, RiskWordFell(alert_id=1, contact_id=1, level="1", partner="119"))

    assert told.sent == [("alert", FLOOR)]
