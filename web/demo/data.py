"""The demo city 云泽市 as values, read from the files of `city/`. Pure; what is done with them is in `reference` and `seed`.

The city, its people and its companies are invented; the laws that catalogue and articles name are real.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

from web.city import defaults
from web.city.defaults import CategoryRow, PathRow

FOLDER = Path(__file__).parent / "city"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C one is ten times faster, where it was built

T = TypeVar("T")


@dataclass(frozen=True)
class AreaRow:
    """A piece of the city; rows come with the larger before the smaller."""

    code: str
    name: str
    level: str
    parent: str | None


@dataclass(frozen=True)
class PlaceRow:
    """A road (`kind` road) or a named place, and the code of the street or town it lies in; more is told at `Place`."""

    name: str
    street: str
    kind: str = "road"
    aliases: tuple[str, ...] = ()
    road: str = ""
    numbers_from: int | None = None
    numbers_to: int | None = None
    parity: str = ""
    grid_code: str = ""


@dataclass(frozen=True)
class UnitRow:
    """A unit; superiors are unit codes, perhaps of a later row."""

    code: str
    name: str
    level: str
    kind: str
    area: str
    territorial: str | None
    professional: str | None
    line: str | None
    phone: str
    around_the_clock: bool
    unit_class: str


@dataclass(frozen=True)
class Objection:
    """Why a unit asks to return a ticket."""

    reason: str
    legal_basis: str


@dataclass(frozen=True)
class Mistaken:
    """Whom a dispatcher takes for the right unit, how often, and what that unit then says. `unit` is a rule as the catalogue's.

    `right` is the rule of the unit it then goes to, empty for the catalogue's. `disputed`: the share of those cases in which
    the next unit does not want it either, so that the hotline rules.
    """

    unit: str
    share: float
    reason: str
    legal_basis: str
    right: str = ""
    disputed: float = 0.0


@dataclass(frozen=True)
class Frame:
    """How somebody puts the pieces of a matter together. `spoken`: as it was heard."""

    words: str
    weight: float
    spoken: bool = False


@dataclass(frozen=True)
class Situation:
    """Something citizens call about. Texts carry slots; `months` are 1-12, `hours` a part of the day, `weight` a frequency.

    `partner` is whom an emergency is handed to. `facts`, `effects` and `titles` are further ways to say it, for `matters`.
    """

    id: str
    category: str
    type: str
    urgency: str
    months: tuple[int, ...]
    hours: str
    weight: int
    emergency: bool
    unit: str
    title: str
    wanted: str
    texts: tuple[str, ...]
    reply_internal: str
    reply_public: str
    not_solved_reason: str | None
    return_reason: Objection | None
    profile: str = "general"
    partner: str = ""
    titles: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    mistaken: Mistaken | None = None


@dataclass(frozen=True)
class InformedRow:
    """A matter that is not dispatched, and the handling path that is told."""

    path: str
    category: str
    title: str
    body: str


@dataclass(frozen=True)
class QuestionRow:
    """Questions that one article answers on the spot."""

    article: str
    category: str
    months: tuple[int, ...]
    weight: int
    title: str
    questions: tuple[str, ...]


@dataclass(frozen=True)
class Account:
    """An officer that is named in the file."""

    login: str
    name: str
    role: str
    unit: str


@dataclass(frozen=True)
class LadderRow:
    """Who signs in a unit, in order; `important` is null where it does not matter."""

    unit: str
    important: bool | None
    steps: tuple[str, ...]


@dataclass(frozen=True)
class ArticleFile:
    """A knowledge article: the front matter as it stands, and the two answers."""

    id: str
    front: Mapping[str, Any]  # whatever the front matter holds
    agent_answer: str
    public_answer: str


@dataclass(frozen=True)
class City:
    """Everything. `slots` maps a slot to its fillings, or for `time` to fillings by part of the day."""

    areas: tuple[AreaRow, ...]
    places: tuple[PlaceRow, ...]
    units: tuple[UnitRow, ...]
    categories: tuple[CategoryRow, ...]
    paths: tuple[PathRow, ...]
    catalogue: tuple[Mapping[str, Any], ...]
    duties: tuple[Mapping[str, Any], ...]
    articles: tuple[ArticleFile, ...]
    situations: tuple[Situation, ...]
    questions: tuple[QuestionRow, ...]
    informed: tuple[InformedRow, ...]
    accounts: tuple[Account, ...]
    ladders: tuple[LadderRow, ...]
    surnames: tuple[str, ...]
    given_names: tuple[str, ...]
    slots: Mapping[str, Any]
    frames: tuple[Frame, ...]
    fillers: Mapping[str, tuple[str, ...]]


@cache
def load_city() -> City:
    """Read all files; the same object each time."""
    people, voices = read_yaml("people.yaml"), read_yaml("voices.yaml")
    places = read_yaml("places.yaml")
    areas = _rows(AreaRow, read_yaml("areas.yaml"))
    return City(
        areas=areas,
        places=_rows(PlaceRow, [*places["roads"], *places["places"]]),
        units=_rows(UnitRow, read_yaml("units.yaml")),
        categories=defaults.categories(),
        paths=defaults.handling_paths(areas[0].name),
        catalogue=tuple(read_yaml("catalogue.yaml")),
        duties=tuple(read_yaml("duties.yaml")),
        articles=tuple(_article(path) for path in sorted((FOLDER / "articles").glob("*.md"))),
        situations=_situations(),
        questions=_rows(QuestionRow, read_yaml("questions.yaml")),
        informed=_rows(InformedRow, read_yaml("informed.yaml")),
        accounts=_rows(Account, people["accounts"]),
        ladders=_rows(LadderRow, people["ladders"]),
        surnames=tuple(people["surnames"]),
        given_names=tuple(people["given_names"]),
        slots=read_yaml("slots.yaml"),
        frames=_rows(Frame, voices["frames"]),
        fillers={name: tuple(words) for name, words in voices["fillers"].items()},
    )


def read_yaml(name: str) -> Any:  # lists and mappings; the row classes give them their types
    """A file of the city's folder."""
    return _parsed((FOLDER / name).read_text("utf-8"))


def _parsed(words: str) -> Any:
    return yaml.load(words, Loader=LOADER)  # noqa: S506 - LOADER is one of the two safe ones


def _rows(kind: type[T], rows: list[dict[str, Any]]) -> tuple[T, ...]:
    return tuple(kind(**_frozen(row)) for row in rows)


def _frozen(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}


def _situations() -> tuple[Situation, ...]:
    """The frequent and the rare ones, each with its further wordings and with whom it is mistaken for."""
    ways, mistakes = read_yaml("ways.yaml"), read_yaml("mistakes.yaml")
    rows = [*read_yaml("situations.yaml"), *read_yaml("rarer_situations.yaml")]
    return tuple(_situation({**row, **ways.get(row["id"], {})}, mistakes.get(row["id"])) for row in rows)


def _situation(row: dict[str, Any], mistaken: Mapping[str, Any] | None) -> Situation:
    objection = row.pop("return_reason")
    known = {entry.name for entry in fields(Situation)}
    values = {key: value for key, value in _frozen(row).items() if key in known}
    return Situation(
        **values,
        return_reason=Objection(**objection) if objection else None,
        mistaken=Mistaken(**mistaken) if mistaken else None,
    )


def _article(path: Path) -> ArticleFile:
    _, front, body = path.read_text("utf-8").split("---\n", 2)
    agent, public = body.split("## 公开答复")
    head = _parsed(front)
    return ArticleFile(head["id"], head, agent.replace("## 坐席答复", "").strip(), public.strip())
