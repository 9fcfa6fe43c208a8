"""Numbers and tables of the trade that are not limits, read from the table `sla_rule` into typed values. Pure.

Defaults stand in `defaults.yaml`; who needs a rule gets it through `book`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hotline.kernel.errors import Invalid
from sla.calendar import WeeklyHours, spans
from sla.limits import Ahead, LimitUnit, Stage, WarnPoint

TARGET = "target."
BATCH = "sweep.batch"


@dataclass(frozen=True)
class CallbackRules:
    """Call-backs: tries before giving up, the gap below which a try does not count, results after which nobody rings
    again, answers that send a case to review, and how long a call-back stays reserved for who took it.
    """

    attempts: int
    gap: timedelta
    final_results: frozenset[str]
    doubt_solved: frozenset[str]
    doubt_satisfaction: frozenset[str]
    claim: timedelta


@dataclass(frozen=True)
class ExtensionRules:
    """More time than the policy gives: how often a unit may have it, by how many working days at most, and how many months a
    commitment may reach. Beyond `times` only shift leader or supervisor may grant it.
    """

    times: int
    working_days: int
    commitment_months: int


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

    callback: CallbackRules
    redo_rounds: int
    extension: ExtensionRules
    return_window: ReturnWindow
    paused: Mapping[str, frozenset[Stage]]
    warn_points: tuple[WarnPoint, ...]
    order_warning_days: int
    targets: Mapping[str, int]
    sweep_batch: int
    hours: WeeklyHours
    fixed_holidays: frozenset[tuple[int, int]]
    year_end_days: int


def read(values: Mapping[str, Any]) -> Rules:  # a rule's value is a number, a word or a list
    """The rules from their keys. Raises Invalid for a missing key or a value that is not of its shape."""
    try:
        return _read(values)
    except KeyError as error:
        raise Invalid("rules", "missing-rule", entry=str(error.args[0])) from error
    except (TypeError, ValueError) as error:
        raise Invalid("rules", "malformed-rule", reason=str(error)) from error


def _read(values: Mapping[str, Any]) -> Rules:
    return Rules(
        callback=CallbackRules(
            attempts=int(values["callback.attempts"]),
            gap=timedelta(minutes=values["callback.attempt_gap_minutes"]),
            final_results=frozenset(values["callback.final_results"]),
            doubt_solved=frozenset(values["callback.doubt_solved"]),
            doubt_satisfaction=frozenset(values["callback.doubt_satisfaction"]),
            claim=timedelta(minutes=values["callback.claim_minutes"]),
        ),
        redo_rounds=int(values["redo.rounds"]),
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
        order_warning_days=int(values["warn.order_working_days"]),
        targets={key.removeprefix(TARGET): int(value) for key, value in values.items() if key.startswith(TARGET)},
        sweep_batch=int(values[BATCH]),
        hours=_hours(values["calendar.hours"]),
        fixed_holidays=frozenset((month, day) for month, day in values["calendar.fixed_holidays"]),
        year_end_days=int(values["calendar.year_end_days"]),
    )


def _hours(value: Mapping[str, Any]) -> WeeklyHours:
    return WeeklyHours(tuple(spans(*day) for day in value["week"]), spans(*value["make_up"]))


def _warn_point(row: Mapping[str, Any]) -> WarnPoint:
    stage = Stage(row["stage"]) if row.get("stage") else None
    return WarnPoint(LimitUnit(row["unit"]), int(row["at_least"]), Ahead(row["ahead"]), int(row["amount"]), stage)
