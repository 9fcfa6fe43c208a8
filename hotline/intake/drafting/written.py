"""Calls as a person wrote them down, with the fields they would fill, read from JSON lines. Pure; for measuring.

A line: id, number, turns [{seq, role, text}], summary,
matters [{turns: [seq], fields: {name: {value, evidence: [seq], also?}}}].
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hotline.intake.drafting.values import Turn
from hotline.kernel.errors import Invalid


@dataclass(frozen=True)
class Filled:
    """What a person filled in: the values that count, and the turns that say so."""

    values: tuple[str, ...]
    turns: frozenset[int]


@dataclass(frozen=True)
class KnownMatter:
    """One matter of a call: the turns that tell of it and its fields."""

    turns: frozenset[int]
    fields: Mapping[str, Filled]


@dataclass(frozen=True)
class WrittenCall:
    """A call with what a person would make of it."""

    id: str
    number: str
    turns: tuple[Turn, ...]
    matters: tuple[KnownMatter, ...]
    summary: str


def read(lines: Iterable[str]) -> Iterator[WrittenCall]:
    """The calls of a file's lines. Raises Invalid with the line's number."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield _call(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise Invalid("calls", "line", line=number) from error


def _call(row: Mapping[str, Any]) -> WrittenCall:  # one line of the file
    turns = tuple(Turn(int(turn["seq"]), str(turn["role"]), str(turn["text"])) for turn in row["turns"])
    matters = tuple(KnownMatter(frozenset(one["turns"]), _fields(one["fields"])) for one in row["matters"])
    return WrittenCall(str(row["id"]), str(row.get("number", "")), turns, matters, str(row.get("summary", "")))


def _fields(row: Mapping[str, Mapping[str, Any]]) -> dict[str, Filled]:  # the fields of one matter
    return {
        name: Filled((str(one["value"]), *map(str, one.get("also", ()))), frozenset(one["evidence"]))
        for name, one in row.items()
    }
