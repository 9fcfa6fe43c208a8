"""Sums in words: each way in which a limit is counted or moved has its clause, in Chinese and in English."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from sla import reckoning
from sla.explanation import Facts, foretold, lines_of
from sla.lifecycles import ClockState
from sla.limits import Limit, LimitUnit, Stage, StartEvent, StartRule
from sla.models import Clock, Policy
from sla.policies import PolicyRow
from sla.reckoning import Basis
from sla.sentences import CLAUSES, LEFT_OUT, sentence
from tests.calendars import ZONE, city_calendar, default_policies
from web import texts


def local(wall: str) -> datetime:
    return datetime.fromisoformat(wall).replace(tzinfo=ZONE).astimezone(UTC)


ACCEPTED = local("2025-09-27 16:40")
DISPATCHED = local("2025-09-28 09:10")
SUSPENDED = local("2025-10-13 09:00")
FACTS = Facts("complaint", ACCEPTED, {SUSPENDED: "等待鉴定"})
DAYS, HOURS = LimitUnit.WORKING_DAYS, LimitUnit.WORKING_HOURS


def clock(
    explain: Mapping[str, Any] | None = None,
    *,
    stage: Stage = Stage.HANDLE,
    amount: tuple[int, LimitUnit] = (15, DAYS),
    at: datetime = DISPATCHED,
    roster: str = "office",
    **facts: Any,
) -> Clock:
    """A unit's limit as it is kept: its steps told by their facts alone, the ends before and after reckoned here."""
    rule = StartRule.NEXT_DAY if amount[1] in (DAYS, LimitUnit.NATURAL_DAYS) else StartRule.AT_ONCE
    event = StartEvent.ACCEPTED if stage is Stage.TOTAL else StartEvent.DISPATCHED
    policy = Policy(stage=stage, amount=amount[0], unit=amount[1], start_rule=rule, start_event=event, source="own")
    kept: dict[str, Any] = {**(explain or {}), "steps": []}
    calendar, limit = city_calendar(), Limit(amount[0], amount[1], rule)

    def due() -> datetime:
        return reckoning.reckon(calendar, reckoning.read_basis(at, limit, roster, kept))

    for step in (explain or {}).get("steps", []):
        was = due()
        kept["steps"].append(step)
        step |= {"was": was.isoformat(), "at": due().isoformat()}
    made = Clock(
        stage=stage,
        assignment_id=None if stage is Stage.TOTAL else 1,
        state=ClockState.RUNNING,
        started_at=at,
        due_at=due(),
        roster=roster,
        explain=kept,
        policy=policy,
        provisional=False,
    )
    for name, value in facts.items():
        setattr(made, name, value)
    return made


def told(made: Clock, locale: str = "zh-CN") -> str:
    lines = lines_of(made, city_calendar(), FACTS)
    return sentence(lines, lambda key, **values: texts.text(key, locale, **values), ZONE)


def step(code: str, **facts: Any) -> dict[str, Any]:
    moments = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in facts.items()}
    return {"steps": [{"code": code, **moments}]}


PAUSE = step("paused", since=SUSPENDED, until=local("2025-10-15 09:00"))


def test_the_units_limit_is_told_from_acceptance_to_its_last_day() -> None:
    assert told(clock()) == (
        "单位办理时限：投诉15个工作日（依据：本市规定）；2025年9月27日（周六）16:40受理，"
        "9月28日（周日，国庆节、中秋节调休上班）09:10派单，次日起算，10月1日至8日国庆节、中秋节放假不计，"
        "10月11日（周六）国庆节、中秋节调休上班，计入，至10月24日（周五）17:30止。"
    )
