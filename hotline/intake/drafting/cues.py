"""The words drafting looks for, read once from `hotline/intake/data`."""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml


@dataclass(frozen=True)
class Cues:
    """The lists of `drafting_cues.yaml` and `surnames.yaml`; each word's use is told there."""

    types: dict[str, dict[str, int]]
    negations: tuple[str, ...]
    wishes: tuple[str, ...]
    urgency: dict[str, tuple[str, ...]]
    agents_urgency: dict[str, tuple[str, ...]]
    problems: tuple[str, ...]
    openers: tuple[str, ...]
    closers: tuple[str, ...]
    asides: tuple[str, ...]
    courtesies: tuple[str, ...]
    others_phone: tuple[str, ...]
    spare_phone: tuple[str, ...]
    take_down: tuple[str, ...]
    no_calls: tuple[str, ...]
    not_here: tuple[str, ...]
    double_surnames: tuple[str, ...]
    single_surnames: frozenset[str]


@cache
def load_cues() -> Cues:
    """The lists that come with the package."""
    cues, names = _read("drafting_cues.yaml"), _read("surnames.yaml")
    lists = {name: tuple(value) for name, value in cues.items() if isinstance(value, list)}
    return Cues(
        types=cues["types"],
        urgency={level: tuple(words) for level, words in cues["urgency"].items()},
        agents_urgency={level: tuple(words) for level, words in cues["agents_urgency"].items()},
        double_surnames=tuple(names["double"]),
        single_surnames=frozenset(names["single"]),
        **_longest_first(lists),
    )


def _longest_first(lists: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    kept_in_order = {"wishes"}
    return {
        name: words if name in kept_in_order else tuple(sorted(words, key=len, reverse=True)) for name, words in lists.items()
    }


def _read(name: str) -> dict[str, Any]:  # YAML of several shapes
    text = resources.files("hotline.intake").joinpath("data", name).read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found
