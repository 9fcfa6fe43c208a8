"""What a place is also called: short forms by the rules of `place_forms.yaml`, and the bare stem. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

SHORTEST = 2
SHORTEST_REST = 4
"""Characters that must be left when a name is told without its area's own name."""


@dataclass(frozen=True)
class Rule:
    """Names of these kinds that match `of` are also called `also`, with {0} for the first group of the match."""

    kinds: frozenset[str]
    of: re.Pattern[str]
    also: tuple[str, ...]


@dataclass(frozen=True)
class Elsewhere:
    """What the words around the name of another city tell; see the data file."""

    not_before: tuple[str, ...]
    not_after: tuple[str, ...]
    after: tuple[str, ...]
    before: tuple[str, ...]


@dataclass(frozen=True)
class Forms:
    """The rules of the file."""

    short: tuple[Rule, ...]
    generic: frozenset[str]
    stem: Rule
    stem_before: tuple[str, ...]
    stem_after: tuple[str, ...]
    home: tuple[str, ...]
    elsewhere: Elsewhere


@cache
def load_forms() -> Forms:
    """The rules that come with the package."""
    text = resources.files("hotline.intake").joinpath("data", "place_forms.yaml").read_text(encoding="utf-8")
    found = yaml.safe_load(text)
    stem = found["stem"]
    return Forms(
        short=tuple(_rule(row) for row in found["short"]),
        generic=frozenset(found["generic"]),
        stem=_rule({**stem, "also": []}),
        stem_before=tuple(stem["before"]),
        stem_after=tuple(stem["after"]),
        home=tuple(found["home"]),
        elsewhere=Elsewhere(**{name: tuple(words) for name, words in found["elsewhere"].items()}),
    )


def short_forms(name: str, kind: str, city: str, areas: Sequence[str]) -> Iterator[str]:
    """Other ways to say a name: without the city's name, without the names of `areas` it lies in, and by the rules."""
    forms = load_forms()
    rests = [name, *_without_city(name, city)]
    for rest in rests:
        for rule in forms.short:
            match = rule.of.fullmatch(rest) if kind in rule.kinds else None
            yield from (_kept(words.format(*match.groups()), name, forms) for words in rule.also if match)
    yield from (_kept(rest, name, forms) for rest in rests[1:])
    for area in areas:
        stem = re.sub(r"(?:街道|[区县镇乡])$", "", area)
        if len(stem) >= SHORTEST and name.startswith(stem) and len(name) - len(stem) >= SHORTEST_REST:
            yield _kept(name[len(stem) :], name, forms)


def stem(name: str, kind: str) -> str:
    """The bare stem of a street's or an estate's name, or nothing."""
    rule = load_forms().stem
    match = rule.of.fullmatch(name) if kind in rule.kinds else None
    return str(match[1]) if match else ""


def _without_city(name: str, city: str) -> list[str]:
    if len(city) <= SHORTEST:
        return []
    if name.startswith(city) and len(name) > len(city):
        return [city[-1] + name[len(city) :], name[len(city) :]]
    return [name[len(city) - 1 :]] if name.startswith(city[:-1]) and len(name) > len(city) else []


def _kept(words: str, name: str, forms: Forms) -> str:
    return "" if words == name or words in forms.generic or len(words) < SHORTEST else words


def _rule(row: dict[str, Any]) -> Rule:  # YAML of one rule
    return Rule(frozenset(row["kinds"]), re.compile(row["of"]), tuple(row["also"]))
