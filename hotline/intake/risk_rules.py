"""What a city changes in the words of danger, read from its rule `risk.words` into typed values. Pure.

Whoever wires reads the city's rules and hands them in; intake itself knows no other rules.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from hotline.intake.risk_words import CityWords, group_names
from hotline.kernel.errors import Invalid

KEY = "risk.words"
SHORTEST, LONGEST, MOST = 2, 40, 500
"""Characters of a way to say it, and how many of them."""


def read(values: Mapping[str, Any]) -> CityWords:  # a rule's value is a table
    """The rule {added: [{group, words}], unless: [{group, words}], off: [groups]}. Raises Invalid for another shape."""
    value = values.get(KEY)
    if value is None:
        raise Invalid("rules", "missing-rule", entry=KEY)
    if not isinstance(value, Mapping) or set(value) != {"added", "unless", "off"} or not isinstance(value["off"], list):
        raise Invalid("rules", "malformed-rule", reason=KEY)
    groups = group_names()
    for name in value["off"]:
        _check_group(name, groups)
    return CityWords(_by_group(value["added"], groups), _by_group(value["unless"], groups), frozenset(value["off"]))


def _by_group(rows: object, groups: Sequence[str]) -> dict[str, tuple[str, ...]]:
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) and set(row) == {"group", "words"} for row in rows):
        raise Invalid("rules", "malformed-rule", reason=KEY)
    found: dict[str, tuple[str, ...]] = {}
    for row in rows:
        _check_group(row["group"], groups)
        found[row["group"]] = (*found.get(row["group"], ()), *_words(row["words"]))
    return found


def _words(words: object) -> tuple[str, ...]:
    if not isinstance(words, list) or len(words) > MOST:
        raise Invalid("rules", "malformed-rule", reason=KEY)
    for word in words:
        if not isinstance(word, str) or not SHORTEST <= len(word) <= LONGEST or word.count("…") > 1 or word.strip("…") != word:
            raise Invalid("rules", "malformed-rule", reason=str(word))
    return tuple(words)


def _check_group(name: object, groups: Sequence[str]) -> None:
    if name not in groups:
        raise Invalid("group", "not-one-of", given=str(name), known=list(groups))
