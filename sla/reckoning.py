"""The one function from the facts of a limit to its end: start, amount, roster, and what moved it since. Pure.

Called by `clocks` for every new or moved limit, by `recounts` after a change of policy or calendar, and by `explanation`; so
what is stored, what is previewed and what is told are the same sum.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sla import limits
from sla.calendar import CityCalendar
from sla.limits import Limit


class StepKind(StrEnum):
    """What moved a limit's end after it began; the words are the catalogue's `explain.<kind>`."""

    PAUSED = "paused"
    SENT_BACK = "sent-back"
    EXTENDED = "extended"
    COMMITTED = "committed"
    MERGED = "merged"


@dataclass(frozen=True)
class Step:
    """One thing that moved the end. A break has `since` and `until`; an extension `days`; a promise or merger `until`.

    `no_later_than` caps what the step gives. Moments are aware.
    """

    kind: StepKind
    since: datetime | None = None
    until: datetime | None = None
    days: int = 0
    no_later_than: datetime | None = None


@dataclass(frozen=True)
class Basis:
    """All that a limit's end depends on, beside the calendar. `given` goes before the amount (a limit set by name)."""

    started_at: datetime
    limit: Limit
    roster: str
    given: datetime | None = None
    no_later_than: datetime | None = None
    steps: tuple[Step, ...] = ()


def reckon(calendar: CityCalendar, basis: Basis) -> datetime:
    """When the limit ends, aware UTC: the amount from its start, then each step in its order."""
    due = basis.given or limits.due_at(calendar, basis.started_at, basis.limit, basis.roster)
    due = _capped(due, basis.no_later_than)
    for step in basis.steps:
        due = _capped(MOVES[step.kind](calendar, basis, due, step), step.no_later_than)
    return due.astimezone(UTC)


def first_due(calendar: CityCalendar, basis: Basis) -> datetime:
    """When it would have ended had nothing moved it."""
    return reckon(calendar, Basis(basis.started_at, basis.limit, basis.roster, basis.given, basis.no_later_than))


def read_step(row: Mapping[str, Any]) -> Step:  # one entry of `Clock.explain["steps"]`
    """A step from its row {"code", "since", "until", "days", "no_later_than"}; moments are ISO 8601."""
    return Step(
        StepKind(row["code"]),
        since=_moment(row.get("since")),
        until=_moment(row.get("until")),
        days=int(row.get("days") or 0),
        no_later_than=_moment(row.get("no_later_than")),
    )


def _after_break(calendar: CityCalendar, basis: Basis, due: datetime, step: Step) -> datetime:
    since, until = step.since or due, step.until or due
    return limits.carried_over(calendar, due, basis.limit, basis.roster, since=since, now=until)


def _extended(calendar: CityCalendar, basis: Basis, due: datetime, step: Step) -> datetime:
    return max(due, calendar.add_working_days(due, step.days))


def _committed(calendar: CityCalendar, basis: Basis, due: datetime, step: Step) -> datetime:
    return max(due, step.until or due)


def _merged(calendar: CityCalendar, basis: Basis, due: datetime, step: Step) -> datetime:
    return min(due, step.until or due)


MOVES: Mapping[StepKind, Callable[[CityCalendar, Basis, datetime, Step], datetime]] = {
    StepKind.PAUSED: _after_break,
    StepKind.SENT_BACK: _after_break,
    StepKind.EXTENDED: _extended,
    StepKind.COMMITTED: _committed,
    StepKind.MERGED: _merged,
}


def _capped(due: datetime, latest: datetime | None) -> datetime:
    return min(due, latest) if latest else due


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
