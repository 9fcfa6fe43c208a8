"""The default calendar and policies as values, without a database: what the unit tests of deadlines and the benchmark ask."""

from functools import cache
from zoneinfo import ZoneInfo

from sla import defaults, packaged, rules
from sla.calendar import CityCalendar, DayRow, YearRules
from sla.policies import PolicyRow
from sla.rules import Rules

ZONE = ZoneInfo("Asia/Shanghai")


@cache
def default_rules() -> Rules:
    return rules.read(packaged.rule_values())


@cache
def city_calendar(*more: DayRow, announced: frozenset[int] = frozenset({2024, 2025, 2026})) -> CityCalendar:
    known = default_rules()
    rows = [row for year in sorted(announced & {2024, 2025, 2026}) for row in defaults.rows_from_chinesecalendar(year)]
    law = [] if 2027 in announced else defaults.rows_by_law(2027)
    years = YearRules(announced, known.fixed_holidays, known.year_end_days)
    return CityCalendar([*rows, *law, *more], years=years, hours=known.hours, zone=ZONE, rosters=known.rosters)


@cache
def default_policies() -> tuple[PolicyRow, ...]:
    return tuple(
        PolicyRow(
            id=place,
            effective_from=packaged.defaults()["effective_from"],
            **{name: getattr(policy, name) for name in PolicyRow.__dataclass_fields__ if name not in ("id", "effective_from")},
        )
        for place, policy in enumerate(defaults.default_policies(), start=1)
    )
