"""What a city lays down for its transcripts, read from its rules (`speech.text`, `speech.names`, `speech.hot_words`). Pure.

Whoever wires reads the city's rules and hands these in; speech itself knows no other rules.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hotline.kernel.errors import Invalid

TEXT, NAMES, HOT = "speech.text", "speech.names", "speech.hot_words"
UNITS = "units"
"""Of rows laid down when a row could name units; it changes nothing."""
SHORTEST, LONGEST, MOST = 2, 40, 1000
"""Characters of a hot word, and how many of them."""
LARGEST = 100


@dataclass(frozen=True)
class TextRules:
    """From how long a silence on (`pause_seconds`) a comma is put in; runs of digits from `shortest_number` on are numbers.

    At most so many `alternatives` of an engine are looked at.
    """

    pause_seconds: float
    shortest_number: int
    alternatives: int


@dataclass(frozen=True)
class NameRules:
    """How alike (0-1) what was heard must sound to become a name: one of `two` characters, of `three`, of more (`long`).

    From `suggested` on it is offered to the agent. Each two neighbouring syllables must sound alike by `part`, so that a long
    common ending (人民医院) does not carry another name; in a suggestion by
    `part_suggested`, in a term, which is no name, by `term`. A hot word may sound by
    `hot` less alike; what cuts through an ordinary word, or holds one that everybody hears rightly, must by `doubt` more.
    """

    two: float
    three: float
    long: float
    suggested: float
    hot: float
    part: float
    part_suggested: float
    term: float
    doubt: float

    def least(self, characters: int) -> float:
        """How alike a name of so many characters must sound."""
        return {2: self.two, 3: self.three}.get(characters, self.long)


@dataclass(frozen=True)
class HotWords:
    """Words that are likelier in these months (1-12, none: all year). While a caller speaks nobody knows yet which unit it is
    for, so they are those of the whole city."""

    words: tuple[str, ...]
    months: frozenset[int] = frozenset()


@dataclass(frozen=True)
class SpeechRules:
    """All of them."""

    text: TextRules
    names: NameRules
    hot_words: tuple[HotWords, ...] = ()

    def hot(self, month: int) -> frozenset[str]:
        """The words that are hot in that month."""
        rows = (row for row in self.hot_words if not row.months or month in row.months)
        return frozenset(word for row in rows for word in row.words)


def read(values: Mapping[str, Any]) -> SpeechRules:  # a rule's value is a table
    """The rules from their keys. Raises Invalid for a missing key or a value that is not of its shape."""
    return SpeechRules(_text(_table(values, TEXT)), _names(_table(values, NAMES)), _hot_words(_given(values, HOT)))


def _text(table: Mapping[str, Any]) -> TextRules:
    _check_amounts(table, TEXT, ("pause_seconds", "shortest_number", "alternatives"), LARGEST)
    return TextRules(float(table["pause_seconds"]), int(table["shortest_number"]), int(table["alternatives"]))


def _names(table: Mapping[str, Any]) -> NameRules:
    names = tuple(NameRules.__dataclass_fields__)
    _check_amounts(table, NAMES, names, 1)
    return NameRules(**{name: float(table[name]) for name in names})


def _hot_words(rows: object) -> tuple[HotWords, ...]:
    if not isinstance(rows, list) or not all(
        isinstance(row, Mapping) and set(row) - {UNITS} == {"months", "words"} for row in rows
    ):
        raise Invalid("rules", "malformed-rule", reason=HOT)
    found = tuple(HotWords(_words(row["words"]), _months(row["months"])) for row in rows)
    if sum(len(row.words) for row in found) > MOST:
        raise Invalid("rules", "out-of-range", given=str(len(found)), least=0, most=MOST)
    return found


def _words(words: object) -> tuple[str, ...]:
    found = tuple(_list(words))
    for word in found:
        if not SHORTEST <= len(word) <= LONGEST:
            raise Invalid("rules", "malformed-rule", reason=word)
    return found


def _months(months: object) -> frozenset[int]:
    if not isinstance(months, list) or not all(type(month) is int and 1 <= month <= 12 for month in months):
        raise Invalid("rules", "malformed-rule", reason=HOT)
    return frozenset(months)


def _list(words: object) -> Sequence[str]:
    if not isinstance(words, list) or not all(isinstance(word, str) and word.strip() for word in words):
        raise Invalid("rules", "malformed-rule", reason=HOT)
    return words


def _given(values: Mapping[str, Any], key: str) -> Any:
    if key not in values:
        raise Invalid("rules", "missing-rule", entry=key)
    return values[key]


def _table(values: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    table = _given(values, key)
    if not isinstance(table, Mapping):
        raise Invalid("rules", "malformed-rule", reason=key)
    return table


def _check_amounts(table: Mapping[str, Any], key: str, names: Sequence[str], most: float) -> None:
    if set(table) != set(names):
        raise Invalid("rules", "malformed-rule", reason=key)
    for name in names:
        value = table[name]
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
            raise Invalid("rules", "out-of-range", given=str(value), least=0, most=most)
