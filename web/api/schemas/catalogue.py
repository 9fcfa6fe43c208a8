"""Shapes of the dispatch catalogue and the duty lists for administrators: versions, rows, lists, trials, coverage."""

from datetime import date, datetime
from typing import Any

from pydantic import AwareDatetime, ConfigDict, Field

from web.api.schemas.base import Shape, UnitRef
from web.api.schemas.places import PlaceQuestionShown
from web.api.schemas.tickets import Candidate, ExplainLine


class CatalogueVersionShown(Shape):
    """A version of the catalogue. `state`: coming, in_force, past or withdrawn; `rows` is how many it has."""

    number: int
    effective_from: datetime
    state: str
    rows: int
    source_name: str
    note: str
    made_at: datetime
    made_by: str | None


class CatalogueShown(Shape):
    """All versions, newest first; `current` is the number of the one in force."""

    versions: list[CatalogueVersionShown]
    current: int | None


class CategoryRef(Shape):
    """A category by its code; `path` is the names from the root to it, with slashes."""

    code: str
    path: str


class AssistShown(Shape):
    """An assisting unit: its code or local rule, and how that reads."""

    rule: str
    name: str


class CatalogueRowShown(Shape):
    """A row of a version. `unit_rule` is a unit's code or a rule that the place resolves; days are local, the last included."""

    id: int
    category: CategoryRef
    area_rule: str
    conditions: dict[str, list[Any]]
    unit_rule: str
    unit_name: str
    assist: list[AssistShown]
    legal_basis: str
    source: str
    effective_from: date | None
    effective_to: date | None


class CatalogueRowsQuery(Shape):
    """Which rows: of a category and below, of a unit, by words of category, unit, law or condition; `after` is the last id."""

    model_config = ConfigDict(extra="ignore")

    category: str = Field("", max_length=32)
    unit_id: int | None = None
    search: str = Field("", max_length=64)
    after: int = 0
    limit: int = Field(100, ge=1, le=500)


class CatalogueRowIn(Shape):
    """A row as an administrator writes it; with the `id` of a row of the base version it is a new wording of that row."""

    id: int | None = None
    category: str = Field(max_length=32)
    area_rule: str = Field(max_length=16)
    conditions: dict[str, Any] = Field(default_factory=dict, max_length=20)
    unit: str = Field(max_length=48)
    assist: list[str] = Field(default_factory=list, max_length=20)
    legal_basis: str = Field("", max_length=2000)
    source: str = Field("", max_length=2000)
    effective_from: date | None = None
    effective_to: date | None = None


class CatalogueChangeIn(Shape):
    """Changed rows of the version `base`: together they make a new version, in force from `effective_from` or at once."""

    base: int
    effective_from: AwareDatetime | None = None
    note: str = Field("", max_length=2000)
    put: list[CatalogueRowIn] = Field(default_factory=list, max_length=500)
    removed: list[int] = Field(default_factory=list, max_length=500)


class VersionMade(Shape):
    """The number of the version that was made."""

    version: int


class CatalogueNote(Shape):
    """Why a version is withdrawn."""

    note: str = Field("", max_length=2000)


class VersionPair(Shape):
    """Two versions to compare."""

    model_config = ConfigDict(extra="ignore")

    left: int
    right: int


class RowPair(Shape):
    """A row before and after."""

    before: CatalogueRowShown
    after: CatalogueRowShown


class CatalogueDifference(Shape):
    """How the right version differs from the left one."""

    added: list[CatalogueRowShown]
    removed: list[CatalogueRowShown]
    changed: list[RowPair]


class ListFinding(Shape):
    """A cell that breaks a rule. Row 1 is the heading line; `field` is the column's heading, `message` the sentence to show."""

    row: int
    field: str
    rule: str
    given: str
    message: str


class ListOutcome(Shape):
    """What a file comes to; nothing is taken while there are findings. `version` is the catalogue's that was made of it."""

    dry: bool
    rows: int
    added: int
    changed: int
    removed: int
    unchanged: int
    findings: list[ListFinding]
    version: int | None = None


class TrialIn(Shape):
    """A matter to try out; what is left out is told from the text."""

    text: str = Field(min_length=1, max_length=10_000)
    category: str | None = Field(None, max_length=32)
    area: str | None = Field(None, max_length=16)
    address: str = Field("", max_length=200)
    requester: str | None = Field(None, pattern="^(person|enterprise)$")
    channel: str | None = Field(None, max_length=32)
    urgency: str | None = Field(None, max_length=16)


class TrialPlace(Shape):
    """Where the matter is, as far as it could be told; `words` are those that told it."""

    area_code: str | None
    path: str
    words: list[str]
    question: PlaceQuestionShown | None


class TrialCategory(Shape):
    """A category that the text may be of, and the words that speak for it."""

    code: str
    path: str
    probability: float
    words: list[str]


class TrialShownUnits(Shape):
    """What dispatching would propose for a matter, and what speaks against the first unit."""

    place: TrialPlace
    categories: list[TrialCategory]
    candidates: list[Candidate]
    assist: list[UnitRef]
    guards: list[ExplainLine]
    catalogue_version: int
    model_number: int | None
    automatic: bool


class OpenCategory(Shape):
    """A category without a unit; `areas` are where none is named, empty for nowhere."""

    code: str
    path: str
    areas: list[str]


class RowOutside(Shape):
    """A row and a unit it names whose duty list does not have its category."""

    row: CatalogueRowShown
    unit: UnitRef


class CoverageShown(Shape):
    """What the catalogue in force leaves open. `totals`: leaves, rows, units, and how many of each list below."""

    totals: dict[str, int]
    categories_without_unit: list[OpenCategory]
    units_without_rows: list[UnitRef]
    units_without_duties: list[UnitRef]
    rows_outside_duties: list[RowOutside]
    ending: list[CatalogueRowShown]


class DutiesQuery(Shape):
    """Which duties: of a unit, of a category and below, by words of unit, category or law; `after` is the last id."""

    model_config = ConfigDict(extra="ignore")

    unit_id: int | None = None
    category: str = Field("", max_length=32)
    search: str = Field("", max_length=64)
    after: int = 0


class DutyShown(Shape):
    """A category on a unit's duty list; days are local, the last included."""

    id: int
    unit: UnitRef
    category: CategoryRef
    basis: str
    effective_from: date
    effective_to: date | None
