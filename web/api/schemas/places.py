"""Shapes of named places and of what has to be asked about a place."""

from pydantic import ConfigDict, Field

from web.api.schemas.base import Shape


class PlaceChoice(Shape):
    """An area that may be meant: what is called so there, and the names from the district (elsewhere: the province) down."""

    code: str
    name: str
    path: str


class PlaceQuestionShown(Shape):
    """What to ask: `kind` is ambiguous (with its choices), missing, or outside (another city, which takes the matter)."""

    kind: str
    words: str
    choices: list[PlaceChoice]


class AreaRef(Shape):
    """An area; `path` is the names from the district down, with slashes."""

    code: str
    path: str


class PlaceIn(Shape):
    """A place as an administrator writes it; a piece of a road has its house numbers and side."""

    name: str = Field(max_length=64)
    kind: str = Field(max_length=16)
    area_code: str = Field(max_length=16)
    aliases: list[str] = Field(default_factory=list, max_length=20)
    road: str = Field("", max_length=64)
    numbers_from: int | None = None
    numbers_to: int | None = None
    parity: str = Field("", max_length=4)
    grid_code: str = Field("", max_length=32)
    active: bool = True


class PlaceShown(Shape):
    """A named place."""

    id: int
    name: str
    kind: str
    area: AreaRef
    aliases: list[str]
    road: str
    numbers_from: int | None
    numbers_to: int | None
    parity: str
    grid_code: str
    active: bool


class PlacesQuery(Shape):
    """Which places; `after` is the last id of the page before."""

    model_config = ConfigDict(extra="ignore")

    search: str = Field("", max_length=64)
    kind: str = Field("", max_length=16)
    area: str = Field("", max_length=16)
    after: int = 0
    limit: int = Field(100, ge=1, le=500)


class Places(Shape):
    """A page of places, and the kinds a place may have."""

    items: list[PlaceShown]
    after: str | None
    kinds: list[str]


class LocateIn(Shape):
    """Words to try out, and the level that would be needed."""

    text: str = Field(min_length=1, max_length=10_000)
    need: str = Field("district", pattern="^(district|street|community)?$")


class NameFound(Shape):
    """A name in the text at `start` to `end` (exclusive); `area` is None where several bear it."""

    start: int
    end: int
    text: str
    kind: str
    area: AreaRef | None
    confidence: float
    grid_codes: list[str]


class Located(Shape):
    """What the machine makes of the words: names, the area they lead to, the address, and what it would ask."""

    found: list[NameFound]
    area: AreaRef | None
    address: str
    confidence: float
    question: PlaceQuestionShown | None
