"""Numbers and tables of the trade that are not limits, read from the table `sla_rule` into typed values. Pure.

Defaults stand in `defaults.yaml`; who needs a rule gets it through `book`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hotline.kernel.errors import Invalid
from sla import ladder, mark_rules, opinion_rules
from sla.ladder import Rung
from sla.limits import NEAR, Ahead, LimitUnit, Stage, WarnPoint
from sla.mark_rules import MarkRules
from sla.opinion_rules import OpinionRules
from sla.rosters import Roster, RosterRow, WeeklyHours, check_rosters, read_hours, read_rosters

TARGET = "target."
BATCH = "sweep.batch"


@dataclass(frozen=True)
class ExtensionRules:
    """More time than the policy gives: how often a unit may have it, by how many working days at most, and how many months a
    commitment may reach. Beyond `times` only shift leader or supervisor may grant it.
    """

    times: int
    working_days: int
    commitment_months: int


@dataclass(frozen=True)
class AlarmRules:
    """How alarms go out: outside office hours only for `urgent_urgencies` and `urgent_rosters`, together from
    `digest_at_least` on (naming so many tickets), and at most so many messages an hour to one receiver but for urgent ones.
    """

    urgent_urgencies: frozenset[str]
    urgent_rosters: frozenset[str]
    digest_at_least: int
    digest_numbers: int
    cap_per_hour: int


@dataclass(frozen=True)
class ReturnWindow:
    """In how many working days after dispatch a return may be asked for; silence after them is acceptance.

    Important cases (重件) have a window of their own.
    """

    working_days: int
    important_working_days: int


@dataclass(frozen=True)
class Rules:
    """All rules of a city. `targets` are per cent by name, as the board compares with; `paused` names by a ticket's action the
    limits for which no time counts after it.
    """

    opinions: OpinionRules
    marks: MarkRules
    extension: ExtensionRules
    return_window: ReturnWindow
    paused: Mapping[str, frozenset[Stage]]
    warn_points: tuple[WarnPoint, ...]
    ladder: tuple[Rung, ...]
    alarms: AlarmRules
    targets: Mapping[str, int]
    sweep_batch: int
    hours: WeeklyHours
    rosters: tuple[Roster, ...]
    roster_rows: tuple[RosterRow, ...]
    fixed_holidays: frozenset[tuple[int, int]]
    year_end_days: int
    announce_months: int


def read(values: Mapping[str, Any]) -> Rules:  # a rule's value is a number, a word or a list
    """The rules from their keys. Raises Invalid for a missing key or a value that is not of its shape."""
    try:
        found = _read(values)
    except KeyError as error:
        raise Invalid("rules", "missing-rule", entry=str(error.args[0])) from error
    except (TypeError, ValueError) as error:
        raise Invalid("rules", "malformed-rule", reason=str(error)) from error
    check_rosters(found.rosters, found.roster_rows)
    if found.sweep_batch < 1:
        raise Invalid("rules", "malformed-rule", reason=BATCH)
    return found


def _read(values: Mapping[str, Any]) -> Rules:
    return Rules(
        opinions=opinion_rules.read(values),
        marks=mark_rules.read(values),
        extension=ExtensionRules(
            times=int(values["extension.times"]),
            working_days=int(values["extension.working_days"]),
            commitment_months=int(values["commitment.months"]),
        ),
        return_window=ReturnWindow(
            working_days=int(values["return.window_working_days"]),
            important_working_days=int(values["return.window_working_days_important"]),
        ),
        paused={action: frozenset(Stage(stage) for stage in stages) for action, stages in values["pause.stages"].items()},
        warn_points=tuple(_warn_point(row) for row in values["warn.points"]),
        ladder=ladder.read(values["escalation.ladder"]),
        alarms=AlarmRules(
            urgent_urgencies=frozenset(values["alarm.quiet"]["except_urgencies"]),
            urgent_rosters=frozenset(values["alarm.quiet"]["except_rosters"]),
            digest_at_least=int(values["digest.at_least"]),
            digest_numbers=int(values["digest.numbers"]),
            cap_per_hour=int(values["alarm.cap_per_hour"]),
        ),
        targets={key.removeprefix(TARGET): int(value) for key, value in values.items() if key.startswith(TARGET)},
        sweep_batch=int(values[BATCH]),
        hours=read_hours(values["calendar.hours"]),
        rosters=read_rosters(values["calendar.rosters"], values["calendar.seasons"]),
        roster_rows=tuple(RosterRow(**row) for row in values["calendar.roster_rows"]),
        fixed_holidays=frozenset((month, day) for month, day in values["calendar.fixed_holidays"]),
        year_end_days=int(values["calendar.year_end_days"]),
        announce_months=int(values["calendar.announce_months"]),
    )


def _warn_point(row: Mapping[str, Any]) -> WarnPoint:
    stage = Stage(row["stage"]) if row.get("stage") else None
    name = str(row.get("name", NEAR))
    return WarnPoint(LimitUnit(row["unit"]), int(row["at_least"]), Ahead(row["ahead"]), int(row["amount"]), stage, name)
