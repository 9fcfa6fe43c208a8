"""Shapes of rankers for administrators, and of sampled automatic dispatches: versions, curve, quality, drift."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from web.api.schemas.base import CodeRef, Shape, UnitRef
from web.api.schemas.tickets import ExplainLine


class RankerMetrics(Shape):
    """Figures on tickets kept back; shares 0-1, `ms` a ticket. Null where a figure was not measured."""

    top1: float | None = None
    top3: float | None = None
    macro_f1: float | None = None
    ece: float | None = None
    at_70: float | None = None
    at_50: float | None = None
    coverage_95: float | None = None
    seconds: float | None = None
    ms: float | None = None
    rules_top1: float | None = None
    live_top1: float | None = None
    kept_back: int | None = None
    category_top1: float | None = None
    category_top3: float | None = None


class SwitchShown(Shape):
    """A ranker was switched on (`switch`), or gone back to (`rollback`)."""

    action: str
    at: datetime
    by: str | None
    note: str


class RankerShown(Shape):
    """A trained ranker; `since` and `until` are when the tickets it learnt from came. `usable`: its file is there."""

    number: int
    trained_at: datetime
    tickets: int
    since: datetime
    until: datetime
    metrics: RankerMetrics
    note: str
    live: bool
    usable: bool
    switched: list[SwitchShown]


class CurvePoint(Shape):
    """How often the surest share of tickets was right."""

    share: float
    accuracy: float


class CountedShown(Shape):
    """Figures of a group of decisions; shares 0-1, `top1` and `top3` of those with a proposal."""

    decisions: int
    top1: float
    top3: float
    returned: float
    overridden: int
    automatic: int
    samples: int
    samples_right: int


class MonthShown(CountedShown):
    """A month, as 2026-11."""

    month: str


class CategoryCounted(CountedShown):
    """A category with the names from the root to it."""

    code: str
    path: str


class UnitCounted(CountedShown):
    """A unit."""

    unit: UnitRef


class BinShown(Shape):
    """First units whose probability lay between: what was said on average, how often it was right."""

    low: float
    high: float
    said: float
    was: float
    count: int


class DriftShown(Shape):
    """The last 30 days beside before: `mix` 0 (the same categories) to 1, and how often the first unit was chosen."""

    mix: float
    top1_before: float
    top1_now: float
    since: datetime


class QualityShown(Shape):
    """How good dispatching is in daily use."""

    months: list[MonthShown]
    categories: list[CategoryCounted]
    units: list[UnitCounted]
    calibration: list[BinShown]
    drift: DriftShown


class AutomaticShown(Shape):
    """The rule of automatic dispatch, and the probability from which the live ranker keeps its precision (null: never)."""

    allowed: bool
    precision: float
    threshold: float | None
    sample_share: float
    categories: list[str]


class TrainingShown(Shape):
    """A training asked for (`wanted`) or under way (`running`)."""

    state: str
    started_at: datetime


class RankingShown(Shape):
    """Everything about rankers."""

    live: int | None
    models: list[RankerShown]
    baseline: RankerMetrics | None
    curve: list[CurvePoint]
    quality: QualityShown
    automatic: AutomaticShown
    training: TrainingShown | None
    tickets: int
    least: int


class SwitchIn(BaseModel):
    """Switch a ranker on; `anyway` although it is worse, with a note that says why."""

    model_config = ConfigDict(extra="forbid")

    note: str = Field("", max_length=500)
    anyway: bool = False


class NoteIn(BaseModel):
    """Why."""

    model_config = ConfigDict(extra="forbid")

    note: str = Field("", max_length=500)


class SampleTicket(Shape):
    """The ticket of a sample."""

    id: int
    number: str
    title: str


class SampleShown(Shape):
    """An automatic dispatch to look at: whom it went to, how sure that was, and why."""

    id: int
    ticket: SampleTicket
    unit: UnitRef
    category: CodeRef | None
    probability: float | None
    reasons: list[ExplainLine]
    at: datetime


class SampleIn(BaseModel):
    """Whether it was right; where it was wrong, which unit it is and why."""

    model_config = ConfigDict(extra="forbid")

    right: bool
    unit_id: int | None = None
    note: str = Field("", max_length=500)
