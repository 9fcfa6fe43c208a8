"""Time: the one way to ask what time it is, and the protocol of working time that `sla.calendar` implements."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Protocol

Clock = Callable[[], datetime]


def now() -> datetime:
    """The present moment, aware, UTC."""
    return datetime.now(UTC)


class WorkingTime(Protocol):
    """A city's working time, asked by whoever shows or sets a limit. All moments are aware; days are local days."""

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on that local day, make-up days included."""

    def add_working_days(self, start: datetime, days: int) -> datetime:
        """The end of the `days`-th working day after the local day of `start` (day 1 is the next working day)."""

    def is_provisional(self, until: datetime) -> bool:
        """Whether the holidays up to that moment are not all announced yet."""
