"""Shapes of files of knowledge: imports with their findings, off-line bundles, the source of service guides."""

from datetime import datetime

from pydantic import ConfigDict, Field

from web.api.schemas.base import OfficerRef, Shape


class ImportFinding(Shape):
    """A cell that breaks a rule. Row 1 is the heading line; `field` is the column's heading; `level` is error or warning."""

    row: int
    field: str
    rule: str
    given: str
    level: str
    message: str


class ImportRunShown(Shape):
    """A file of articles. `state`: checked (dry run), waiting, running, finished; `refused` counts rows with an error."""

    id: int
    name: str
    dry: bool
    becomes: str
    state: str
    total: int
    done: int
    taken: int
    refused: int
    findings: list[ImportFinding] = Field(default_factory=list)
    columns_unknown: list[str] = Field(default_factory=list)
    may_be_taken: bool
    requested_at: datetime
    requested_by: OfficerRef | None
    finished_at: datetime | None


class ImportRuns(Shape):
    """The latest files, newest first, without findings; what the reader's articles may become; rows a file may hold."""

    items: list[ImportRunShown]
    choices: list[str]
    most: int


class TakeIn(Shape):
    """What the rows of a dry run become; empty: what is usual."""

    becomes: str = ""


class ExportQuery(Shape):
    """What an export is narrowed by, as the list of articles; `versions` adds every wording to JSON lines."""

    model_config = ConfigDict(extra="ignore")

    search: str = Field("", max_length=200)
    state: str = Field("", max_length=24)
    unit_id: int | None = None
    category: str = Field("", max_length=32)
    material: str = Field("", max_length=32)
    mine: bool = False
    versions: bool = False


class BundleShown(Shape):
    """An off-line bundle; `edition` is staff or public."""

    name: str
    edition: str
    size_bytes: int
    at: datetime
    articles: int


class Bundles(Shape):
    """The bundles that the reader may fetch, newest first."""

    items: list[BundleShown]


class GuideFinding(Shape):
    """A guide of the platform that could not be taken."""

    origin_id: str
    field: str
    rule: str
    message: str


class GuidesShown(Shape):
    """The source of service guides and how far it was followed; `error` is the code of what broke the last look off."""

    configured: bool
    source: str
    running: bool
    synced_at: datetime | None
    taken: int
    removed: int
    failed: int
    error: str
    findings: list[GuideFinding]
    articles: int
