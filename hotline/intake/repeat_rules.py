"""Numbers of the trade that repeats go by, read from the city's rules (`repeats.*`) into typed values. Pure.

Whoever wires reads the city's rules and hands these in; intake knows no other rules.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hotline.kernel.errors import Invalid

PREFIX = "repeats."
AMOUNTS = ("window_days", "candidates", "shown", "pairs_at_least")
SHARES = ("threshold", "threshold_least", "false_share", "recall_least")
LARGEST = 10_000


@dataclass(frozen=True)
class RepeatRules:
    """How far back to look, how many tickets are compared and shown, and from which score on.

    Thresholds are found from `pairs_at_least` decisions: at most `false_share` of what is offered is rejected, as long as
    `recall_least` of what people confirmed is still offered; never below `threshold_least`.
    """

    window_days: int
    candidates: int
    shown: int
    pairs_at_least: int
    threshold: float
    threshold_least: float
    false_share: float
    recall_least: float


def read(values: Mapping[str, Any]) -> RepeatRules:  # values as the table of rules keeps them
    """The rules of repeats. Raises Invalid for one that is missing or out of bounds."""
    amounts = {name: int(_number(values, name, LARGEST)) for name in AMOUNTS}
    shares = {name: _number(values, name, 1) for name in SHARES}
    return RepeatRules(**amounts, **shares)  # type: ignore[arg-type]  # each name has its type above


def _number(values: Mapping[str, Any], name: str, most: float) -> float:
    given = values.get(PREFIX + name)
    if given is None:
        raise Invalid("rules", "missing-rule", entry=PREFIX + name)
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 < given <= most:
        raise Invalid("rules", "out-of-range", given=str(given), least=0, most=most)
    return float(given)
