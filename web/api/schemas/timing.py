"""What administrators send and see of time: the calendar's years, versions of the limits, rules, recounts."""

from datetime import date, datetime
from typing import Any

from pydantic import AwareDatetime, Field

from sla.calendar import DayKind
from sla.limits import LimitUnit, Stage, StartEvent, StartRule
from sla.policies import PolicyFacts
from sla.year_files import DayIn
from web.api.schemas.base import Shape

MOST_DAYS = 366
MOST_ROWS = 1000
LARGEST_AMOUNT = 1_000_000


class YearShown(Shape):
    """A year of the calendar; `provisional_clocks` counts open limits that end in it and may still move."""

    year: int
    status: str
    source: str
    changed_at: datetime | None
    working_days: int
    provisional_clocks: int


class MissingYear(Shape):
    """A year whose notice is wanted; no months are left when it has begun."""

    year: int
    months_left: int


class CalendarShown(Shape):
    """The years, and the one that is missing."""

    years: list[YearShown]
    warning: MissingYear | None


class DayShown(Shape):
    """A day; `weekday` is 1 (Monday) to 7. `kind`, `name` and `source` are of days that differ from their weekday."""

    day: date
    weekday: int
    works: bool
    kind: str | None
    name: str
    source: str


class YearDays(YearShown):
    """A year with all of its days."""

    days: list[DayShown]


class DayBody(Shape):
    """A day that differs from its weekday."""

    day: date
    kind: DayKind
    name: str = Field(max_length=64)

    def day_in(self) -> DayIn:
        """As the use cases take it."""
        return DayIn(self.day, self.kind, self.name)


class YearBody(Shape):
    """A year's notice: where it stands, and the days that differ from their weekday."""

    source: str = Field(max_length=500)
    days: list[DayBody] = Field(max_length=MOST_DAYS)


class FindingShown(Shape):
    """What is wrong with a line of a file, from 1: field, rule, what stands there, and the same in words."""

    line: int
    field: str
    rule: str
    given: str
    message: str


class FileRead(Shape):
    """The days of one year that a file gives, and what could not be read."""

    year: int
    days: list[DayBody]
    findings: list[FindingShown]


class StageCount(Shape):
    """How many limits of a stage would end at another moment."""

    stage: str
    changed: int


class ChangeShown(Shape):
    """A limit that would end at another moment."""

    ticket_id: int
    number: str
    stage: str
    unit: str | None
    was: datetime
    becomes: datetime
    now_provisional: bool
    newly_late: bool


class PreviewShown(Shape):
    """What a change would do; `items` has the first hundred. `settled`: no more provisional, wherever they end."""

    checked: int
    changed: int
    earlier: int
    later: int
    newly_late: int
    settled: int
    by_stage: list[StageCount]
    items: list[ChangeShown]
    took_ms: int


class RecountRef(Shape):
    """The pass over open limits that a change has set off."""

    recount_id: int


class RecountShown(Shape):
    """How far a pass over open limits is; `reference` is a version or a year, 0 for rules."""

    id: int
    cause: str
    reference: int
    source: str
    requested_at: datetime
    requested_by: str | None
    begins_at: datetime
    seen: int
    total: int
    changed: int
    finished_at: datetime | None


class Recounts(Shape):
    """The passes, newest first."""

    items: list[RecountShown]


class RowBody(Shape):
    """A limit; null in `type`, `urgency`, `profile` and `unit_class` means any."""

    stage: Stage
    type: str | None = None
    urgency: str | None = None
    profile: str | None = None
    unit_class: str | None = None
    amount: int = Field(le=LARGEST_AMOUNT)
    unit: LimitUnit
    start_rule: StartRule
    start_event: StartEvent
    source: str = Field(max_length=500)

    def facts(self) -> PolicyFacts:
        """As the use cases take it."""
        return PolicyFacts(**{name: getattr(self, name) for name in RowBody.model_fields})


class RowsBody(Shape):
    """All limits of a draft."""

    rows: list[RowBody] = Field(max_length=MOST_ROWS)


class Amount(Shape):
    """What a limit was in the version compared with."""

    amount: int
    unit: str


class RowShown(RowBody):
    """A limit, and how it differs from the version compared with: added, changed, or null for not at all."""

    id: int
    changed: str | None = None
    was: Amount | None = None


class VersionShown(Shape):
    """A version of the limits; `origin` is "version:<n>", "profile:<code>" or "upgrade"."""

    version: int
    status: str
    name: str
    origin: str
    note: str
    effective_from: datetime | None
    published_at: datetime | None
    published_by: str | None
    in_force: bool


class VersionLine(VersionShown):
    """A version in the list, with the number of its rows."""

    rows: int


class VersionDetail(VersionShown):
    """A version with its rows; `against` is the one compared with, `removed` the rows that only that one has."""

    rows: list[RowShown]
    against: int | None
    removed: list[RowShown]


class ProfileShown(Shape):
    """A shipped example of a place's limits."""

    code: str
    name: str
    source: str


class PoliciesShown(Shape):
    """The versions, the shipped examples, and what a row may say."""

    versions: list[VersionLine]
    profiles: list[ProfileShown]
    stages: list[str]
    units_of_time: list[str]
    start_rules: list[str]
    start_events: list[str]
    starts_of_stages: dict[str, list[str]]
    types: list[str]
    urgencies: list[str]
    profiles_of_tickets: list[str]
    unit_classes: list[str]


class AgainstQuery(Shape):
    """The version to compare with; by default the one in force."""

    against: int | None = None


class DraftBody(Shape):
    """What to draft from: a version or a shipped example, by its own name where none is given."""

    from_version: int | None = None
    profile: str | None = None
    name: str = Field("", max_length=120)


class SinceBody(Shape):
    """From when; null is now."""

    effective_from: AwareDatetime | None = None


class PublishBody(SinceBody):
    """From when (null is now), and why."""

    note: str = Field("", max_length=1000)


class TrialBody(Shape):
    """A case to try: its limit of a stage, begun at a moment. Null is a case of no particular kind."""

    stage: Stage
    type: str | None = None
    urgency: str | None = None
    profile: str | None = None
    unit_class: str | None = None
    start: AwareDatetime


class TrialShown(Shape):
    """What the case comes to, with the sum in words."""

    policy: RowShown
    roster: str
    due_at: datetime
    warn_at: datetime | None
    provisional: bool
    sentence: str


class RuleChange(Shape):
    """A value that a rule had from a moment on."""

    effective_from: datetime
    value: Any  # a number, a word or a table, as the rule wants
    source: str
    by: str | None


class RuleShown(Shape):
    """A rule; `value`, `source` and `effective_from` are those in force, the changes newest first, coming ones too."""

    key: str
    group: str
    value: Any  # as in RuleChange
    source: str
    effective_from: datetime | None
    default: Any  # as in RuleChange
    history: list[RuleChange]


class Rules(Shape):
    """All rules."""

    items: list[RuleShown]


class RuleBody(Shape):
    """Another value for a rule, where it stands, and from when (null is now)."""

    value: Any  # as in RuleChange
    source: str = Field(max_length=500)
    effective_from: AwareDatetime | None = None
