"""The city's rules of learning and of automatic dispatch (`dispatch.training`, `dispatch.automatic`), as typed values. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hotline.kernel.errors import Invalid

TRAINING, AUTOMATIC = "dispatch.training", "dispatch.automatic"
LARGEST = 1_000_000


@dataclass(frozen=True)
class TrainingRules:
    """A ranker learns from the newest handled tickets, `least` to `most`; the share `kept_back` (0-1) only measures it.

    Every `every_days` days one is trained by the clock (0: never); it is switched on by itself only where `switch` says so.
    """

    least: int
    most: int
    kept_back: float
    every_days: int
    switch: bool


@dataclass(frozen=True)
class AutomaticRules:
    """Whether tickets of these categories (all below them too; none named: all) may go out by themselves.

    Only from the probability on that was right `precision` (0-1) of the time; people look at the share `sample_share` (0-1).
    """

    allowed: bool
    precision: float
    sample_share: float
    categories: tuple[str, ...]


@dataclass(frozen=True)
class RankingRules:
    """Both together."""

    training: TrainingRules
    automatic: AutomaticRules


def read(values: Mapping[str, Any]) -> RankingRules:  # a rule's value is a number or a table
    """The rules from their keys. Raises Invalid for a missing key or a value that is not of its shape."""
    try:
        return RankingRules(_training(values[TRAINING]), _automatic(values[AUTOMATIC]))
    except KeyError as error:
        raise Invalid("rules", "missing-rule", entry=str(error.args[0])) from error
    except (TypeError, ValueError) as error:
        raise Invalid("rules", "malformed-rule", reason=str(error)) from error


def _training(raw: Mapping[str, Any]) -> TrainingRules:
    return TrainingRules(
        least=_whole(raw, "least", 1),
        most=_whole(raw, "most", 1),
        kept_back=_share(raw, "kept_back"),
        every_days=_whole(raw, "every_days", 0),
        switch=_flag(raw, "switch"),
    )


def _automatic(raw: Mapping[str, Any]) -> AutomaticRules:
    if not isinstance(raw["categories"], list):
        raise ValueError(f"categories: {raw['categories']!r}")
    return AutomaticRules(
        allowed=_flag(raw, "allowed"),
        precision=_share(raw, "precision"),
        sample_share=_share(raw, "sample_share"),
        categories=tuple(str(one) for one in raw["categories"]),
    )


def _whole(raw: Mapping[str, Any], name: str, least: int) -> int:
    value = raw[name]
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= LARGEST:
        raise ValueError(f"{name}: {value!r}")
    return value


def _share(raw: Mapping[str, Any], name: str) -> float:
    value = raw[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"{name}: {value!r}")
    return float(value)


def _flag(raw: Mapping[str, Any], name: str) -> bool:
    if not isinstance(raw[name], bool):
        raise ValueError(f"{name}: {raw[name]!r}")
    return bool(raw[name])
