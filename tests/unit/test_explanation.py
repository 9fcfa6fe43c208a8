"""Sums in words: each way in which a limit is counted or moved has its clause, in Chinese and in English."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from sla import reckoning
from sla.explanation import Facts, foretold, lines_of
from sla.lifecycles import ClockState
from sla.limits import Limit, LimitUnit, Stage, StartEvent, StartRule
from sla.models import Clock, Policy
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
    explain: Mapping[str, Any] | None = None,  # as a clock keeps it
    *,
    stage: Stage = Stage.HANDLE,
    amount: tuple[int, LimitUnit] = (15, DAYS),
    at: datetime = DISPATCHED,
    roster: str = "office",
    **facts: object,
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


def step(code: str, **facts: object) -> dict[str, Any]:
    moments = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in facts.items()}
    return {"steps": [{"code": code, **moments}]}


PAUSE = step("paused", since=SUSPENDED, until=local("2025-10-15 09:00"))


def test_the_units_limit_is_told_from_acceptance_to_its_last_day() -> None:
    assert told(clock()) == (
        "单位办理时限：投诉15个工作日（依据：本市规定）；2025年9月27日（周六）16:40受理，"
        "9月28日（周日，国庆节调休上班）09:10派单，次日起算，10月1日至8日国庆节、中秋节放假不计，"
        "10月11日（周六）国庆节调休上班，计入，至10月24日（周五）17:30止。"
    )


def test_the_same_sum_is_told_in_english() -> None:
    assert told(clock(), "en") == (
        "Handling by the unit: 15 working day(s) (Complaint) [by: the city's own rule]; accepted Sat 27 Sep 2025 16:40, "
        "dispatched Sun 28 Sep (a make-up workday for 国庆节) 09:10, counted from the next day, "
        "1-8 Oct 国庆节、中秋节 not counted, Sat 11 Oct make-up workday for 国庆节 counted, until Fri 24 Oct 17:30."
    )


def test_the_citizens_limit_is_told_under_its_own_name() -> None:
    said = told(clock(stage=Stage.TOTAL, at=ACCEPTED))

    assert said.startswith("诉求总时限：投诉15个工作日")
    assert said.endswith("至10月23日（周四）17:30止。")
    assert said.count("受理") == 1


NIGHT = (120, LimitUnit.MINUTES)
SAID = {
    "paused": (clock(PAUSE), "因等待鉴定，10月13日（周一）09:00至10月15日（周三）09:00停表，其间2个工作日（14小时）不计"),
    "paused for no known reason": (
        clock(step("paused", since=local("2025-10-09 14:00"), until=local("2025-10-09 16:30"))),
        "10月9日（周四）14:00至10月9日（周四）16:30停表，其间0个工作日（2.5小时）不计",
    ),
    "paused when late": (
        clock(step("paused", since=local("2025-11-03 09:00"), until=local("2025-11-04 09:00"))),
        "停表时已超期，不顺延",
    ),
    "paused, as kept of old": (clock({"steps": [{"code": "paused", "since": SUSPENDED.isoformat()}]}), "起停表，后恢复计算"),
    "paused now": (
        clock(state=ClockState.PAUSED, paused_at=SUSPENDED),
        "10月13日（周一）09:00起停表，暂不计算",
    ),
    "sent back": (
        clock(step("sent-back", since=local("2025-10-22 16:00"), until=local("2025-10-24 10:00"))),
        "10月22日（周三）16:00的答复被退回，按剩余时限续计",
    ),
    "extended": (clock(step("extended", days=5)), "经同意延期5个工作日，至10月31日（周五）17:30止"),
    "committed": (clock(step("committed", until=local("2026-01-30 18:00"))), "经同意承诺办理至2026年1月30日（周五）18:00"),
    "merged": (clock(step("merged", until=local("2025-10-10 17:30"))), "并单，按最早的时限，至10月10日（周五）17:30止"),
    "given": (clock({"given": local("2025-10-10 12:00").isoformat()}), "交办单位另定时限，至10月10日（周五）12:00止"),
    "within the lead's": (
        clock({"no_later_than": local("2025-10-10 17:30").isoformat()}),
        "不晚于主办单位时限10月10日（周五）17:30",
    ),
    "recounted": (
        clock({"steps": [{"code": "recounted", "source": "国办通知", "cause": "calendar", "reference": 2027}]}),
        "因国办通知重新计算，由10月24日（周五）17:30改为10月24日（周五）17:30",
    ),
    "corrected": (clock({"steps": [{"code": "corrected", "source": "own"}]}), "登记信息更正，由10月24日"),
    "minutes": (clock(stage=Stage.CONTACT, amount=NIGHT), "先行联系时限：投诉2小时（依据：本市规定）；"),
    "day and night": (clock(stage=Stage.CONTACT, amount=NIGHT), "昼夜连续计算，至9月28日（周日，国庆节调休上班）11:10止"),
    "calendar days": (clock(amount=(7, LimitUnit.NATURAL_DAYS)), "按自然日计算，节假日不扣除"),
    "season": (
        clock(amount=(2, HOURS), roster="heating"),
        "11月15日至3月15日昼夜连续计算，其余时间按办公时间",
    ),
    "hours of an office": (clock(amount=(2, HOURS)), "派单，至9月28日"),
    "hours day and night": (clock(amount=(2, HOURS), roster="around_the_clock"), "昼夜连续计算"),
    "provisional": (
        clock(stage=Stage.TOTAL, at=local("2026-12-24 10:00"), provisional=True),
        "2027年1月1日（周五）元旦放假不计，暂定：2027年放假安排尚未公布，至1月15日（周五）17:30止",
    ),
    "done": (
        clock(state=ClockState.STOPPED, stopped_at=local("2025-10-20 10:00")),
        "已于10月20日（周一）10:00按时完成",
    ),
    "done late": (clock(state=ClockState.STOPPED, stopped_at=local("2025-10-27 10:00")), "已于10月27日（周一）10:00完成，超期"),
}


@pytest.mark.parametrize("what", SAID)
def test_what_counts_or_moves_an_end_is_said(what: str) -> None:
    made, clause = SAID[what]

    assert clause in told(made)


@pytest.mark.parametrize("what", SAID)
def test_english_leaves_no_hole_and_no_chinese_of_its_own(what: str) -> None:
    made, _ = SAID[what]

    said = told(made, "en")

    assert "{" not in said
    assert "explain." not in said


SILENT = {
    "a promise before the end": step("committed", until=local("2025-10-10 17:30")),
    "a merger with a later one": step("merged", until=local("2025-12-01 17:30")),
}


@pytest.mark.parametrize("what", SILENT)
def test_what_moved_nothing_is_not_told(what: str) -> None:
    assert told(clock(SILENT[what])) == told(clock())


def test_a_year_is_named_where_it_first_comes_up() -> None:
    pause = step("paused", since=local("2026-01-05 09:00"), until=local("2026-01-06 09:00"))

    said = told(clock(pause, at=local("2025-12-22 10:00")))

    assert "2026年1月1日至3日元旦放假不计" in said
    assert [said.count(year) for year in ("2025年", "2026年")] == [1, 1]


def test_a_holiday_inside_a_break_is_not_told_of() -> None:
    pause = step("paused", since=local("2025-09-30 09:00"), until=local("2025-10-09 09:00"))

    assert "放假不计" not in told(clock(pause))


def test_days_after_a_promise_are_not_counted() -> None:
    assert "春节" not in told(clock(step("committed", until=local("2026-03-30 18:00"))))


def test_every_line_has_a_clause() -> None:
    codes = {line.code for made, _ in SAID.values() for line in lines_of(made, city_calendar(), FACTS)}

    assert codes - LEFT_OUT - {"limit"} <= CLAUSES.keys()
    assert set(reckoning.StepKind) | {"corrected", "recounted"} <= CLAUSES.keys()


def test_a_limit_that_is_only_tried_is_told_without_a_ticket() -> None:
    policy = next(row for row in default_policies() if row.stage is Stage.TOTAL and row.type == "complaint")
    basis = Basis(local("2026-12-24 10:00"), policy.limit, "office")

    said = sentence(foretold(city_calendar(), policy, basis, "complaint"), texts.text, ZONE)

    assert said.startswith("诉求总时限：投诉15个工作日（依据：广东省12345政务服务便民热线管理办法（2022）：投诉15个工作日）；")
    assert said.endswith("暂定：2027年放假安排尚未公布，至1月15日（周五）17:30止。")
