"""The lists a city starts from, as values: subject tree and handling paths. The demo city begins with the same ones. Pure."""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C one is ten times faster, where it was built


@dataclass(frozen=True)
class CategoryRow:
    """A class of requests; `path` is the code of a handling path where such requests are not dispatched."""

    code: str
    name: str
    name_en: str
    parent: str | None
    definition: str = ""
    typical: tuple[str, ...] = ()
    contrast: str = ""
    path: str | None = None


@dataclass(frozen=True)
class PathRow:
    """A way outside the hotline, and what the caller is told."""

    code: str
    name: str
    name_en: str
    channel: str


@cache
def categories() -> tuple[CategoryRow, ...]:
    """The subject tree, parents before children."""
    rows = _read("categories.yaml")
    return tuple(CategoryRow(**{**row, "typical": tuple(row.get("typical", ()))}) for row in rows)


def handling_paths(city: str) -> tuple[PathRow, ...]:
    """The ways outside the hotline, worded for the city of that name."""
    rows = _read("handling_paths.yaml")
    return tuple(PathRow(**{**row, "channel": row["channel"].replace("{city}", city)}) for row in rows)


def _read(name: str) -> list[dict[str, Any]]:  # rows as the file has them
    text = resources.files("web.city").joinpath(name).read_text("utf-8")
    rows: list[dict[str, Any]] = yaml.load(text, Loader=LOADER)  # noqa: S506 - LOADER is one of the two safe ones
    return rows
