"""Weights of routing and classification, read from `data/rules.yaml`. No number of them stands in code."""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml


@dataclass(frozen=True)
class RoutingRules:
    """How evidence for a unit is weighed; see the file for what each means."""

    via: dict[str, float]
    area_levels: dict[str, float]
    handled: float
    handled_half: float
    handled_look_back: int
    return_penalty: float
    named_in_return: float
    beside_choice: float
    categories_tried: int
    learnt: float
    similar: float
    similar_half: float
    similar_least: float
    similar_looked_at: int
    lesson_alike: float
    lesson_same: float
    lesson_elsewhere: float
    lessons_looked_at: int


@dataclass(frozen=True)
class ClassificationRules:
    """How words of a text count for a category; see the file for what each means."""

    own_word: float
    inherited_word: float
    near_word: float
    near_word_ratio: float
    near_word_length: int
    doubt: float
    text_length: int


@dataclass(frozen=True)
class PrecedentRules:
    """When a ruling is like a dispute; see the file for what each means."""

    looked_at: int
    alike: float
    category: float
    party: float


@dataclass(frozen=True)
class Rules:
    """All sets together."""

    routing: RoutingRules
    classification: ClassificationRules
    precedents: PrecedentRules


@cache
def load_rules() -> Rules:
    """The rules that come with the package."""
    raw: dict[str, Any] = yaml.safe_load(resources.files("dispatch").joinpath("data/rules.yaml").read_text("utf-8"))
    return Rules(
        RoutingRules(**raw["routing"]), ClassificationRules(**raw["classification"]), PrecedentRules(**raw["precedents"])
    )
