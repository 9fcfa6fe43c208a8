"""Rows of the catalogue as values: what a row may say, every cell that is wrong, and how two lists differ. Pure.

`catalogue_cells` makes such rows of the words of a sheet; `catalogue_versions` keeps them.
"""

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from dispatch import conditions
from dispatch.localities import AREA_RULES, LOCAL_RULE

LONGEST_TEXT = 2000
GIVEN_CHARACTERS = 100
"""How much of a wrong cell is repeated beside its rule."""
TEXTS = ("legal_basis", "source")
DAYS = ("effective_from", "effective_to")


@dataclass(frozen=True)
class Finding:
    """A cell that breaks a rule: its row as the list counts, its field, the rule, what stood there, what the rule names."""

    row: int
    field: str
    rule: str
    given: str = ""
    details: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class CatalogueRow:
    """One row as an administrator means it. Days are local and included; without `effective_from` it is its version's."""

    category: str
    area_rule: str
    unit: str
    assist: tuple[str, ...] = ()
    legal_basis: str = ""
    source: str = ""
    effective_from: date | None = None
    effective_to: date | None = None
    conditions: Mapping[str, list[Any]] = dataclasses.field(default_factory=dict)  # lists of words or numbers

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What may stand in a version once."""
        return self.category, self.area_rule, self.unit, conditions.key(self.conditions)

    @property
    def place(self) -> tuple[str, str, str]:
        """The matters it speaks of, whichever unit it names."""
        return self.category, self.area_rule, conditions.key(self.conditions)


@dataclass(frozen=True)
class Known:
    """The codes that rows may name."""

    categories: frozenset[str]
    units: frozenset[str]


@dataclass(frozen=True)
class Diff:
    """How a list differs from the one before it. A row that names another unit for the same matters is `changed`."""

    added: tuple[CatalogueRow, ...]
    removed: tuple[CatalogueRow, ...]
    changed: tuple[tuple[CatalogueRow, CatalogueRow], ...]
    unchanged: int


def read(number: int, raw: Mapping[str, Any], known: Known) -> tuple[CatalogueRow | None, list[Finding]]:
    """A row from plain values, or everything that is wrong with it. `number` is told with each finding."""
    days, wrong = _days(number, raw)
    wrong += [*_of_codes(number, raw, known), *_of_texts(number, raw), *_of_conditions(number, raw)]
    if days["effective_from"] and days["effective_to"] and days["effective_to"] < days["effective_from"]:
        wrong.append(Finding(number, "effective_to", "ends-before-it-begins", str(raw["effective_to"])))
    if wrong:
        return None, wrong
    assist = tuple(dict.fromkeys(raw.get("assist") or ()))
    row = CatalogueRow(
        category=raw["category"],
        area_rule=raw["area_rule"],
        unit=raw["unit"],
        assist=assist,
        legal_basis=str(raw.get("legal_basis") or "").strip(),
        source=str(raw.get("source") or "").strip(),
        effective_from=days["effective_from"],
        effective_to=days["effective_to"],
        conditions=conditions.normal(raw.get("conditions") or {}),
    )
    return row, []


def twice(numbered: Iterable[tuple[int, CatalogueRow]]) -> list[Finding]:
    """A finding for each row that stands in the list before."""
    first: dict[tuple[str, str, str, str], int] = {}
    found = list[Finding]()
    for number, row in numbered:
        if row.key in first:
            found.append(Finding(number, "category", "twice-in-file", row.category, {"given": first[row.key]}))
        first.setdefault(row.key, number)
    return found


def dated(rows: Iterable[CatalogueRow], before: Iterable[CatalogueRow]) -> list[CatalogueRow]:
    """The rows; one that was there before and does not say since when it holds, holds since it did."""
    since = {row.key: row.effective_from for row in before}
    return [replace(row, effective_from=row.effective_from or since.get(row.key)) for row in rows]


def diff(before: Sequence[CatalogueRow], after: Sequence[CatalogueRow]) -> Diff:
    """What became of the rows."""
    old, new = {row.key: row for row in before}, {row.key: row for row in after}
    changed = [(old[key], row) for key, row in new.items() if key in old and old[key] != row]
    added = [row for key, row in new.items() if key not in old]
    removed = [row for key, row in old.items() if key not in new]
    moved = _moved(removed, added)
    gone, come = {one.key for one, _ in moved}, {one.key for _, one in moved}
    return Diff(
        added=tuple(row for row in added if row.key not in come),
        removed=tuple(row for row in removed if row.key not in gone),
        changed=(*changed, *moved),
        unchanged=sum(1 for key, row in new.items() if old.get(key) == row),
    )


def _moved(removed: Sequence[CatalogueRow], added: Sequence[CatalogueRow]) -> list[tuple[CatalogueRow, CatalogueRow]]:
    """Rows whose matters went from one unit to one other."""
    often = Counter(row.place for row in removed), Counter(row.place for row in added)
    by_place = {row.place: row for row in added}
    single = (row for row in removed if often[0][row.place] == often[1][row.place] == 1)
    return [(row, by_place[row.place]) for row in single]


def _of_codes(number: int, raw: Mapping[str, Any], known: Known) -> list[Finding]:
    wrong = list[Finding]()
    category, area_rule, unit = (raw.get(name) for name in ("category", "area_rule", "unit"))
    if not isinstance(category, str) or not category:
        wrong.append(Finding(number, "category", "required"))
    elif category not in known.categories:
        wrong.append(_unknown(number, "category", category))
    if area_rule not in AREA_RULES:
        wrong.append(Finding(number, "area_rule", "unknown-word", _cut(area_rule), {"known": list(AREA_RULES)}))
    if not isinstance(unit, str) or not unit:
        wrong.append(Finding(number, "unit", "required"))
    named = [unit] if isinstance(unit, str) and unit else []
    helpers = raw.get("assist") or []
    if not isinstance(helpers, list | tuple):
        wrong.append(_unknown(number, "assist", helpers))
        helpers = []
    pairs = [*(("unit", one) for one in named), *(("assist", one) for one in helpers)]
    return wrong + [_unknown(number, name, one) for name, one in pairs if not _names_unit(one, known)]


def _names_unit(rule: Any, known: Known) -> bool:  # what somebody wrote
    return isinstance(rule, str) and (rule in known.units or LOCAL_RULE.match(rule) is not None)


def _of_texts(number: int, raw: Mapping[str, Any]) -> list[Finding]:
    sizes = {name: len(str(raw.get(name) or "")) for name in TEXTS}
    long = {name: {"maximum": LONGEST_TEXT, "given": size} for name, size in sizes.items() if size > LONGEST_TEXT}
    return [Finding(number, name, "too-long", _cut(raw[name]), details) for name, details in long.items()]


def _of_conditions(number: int, raw: Mapping[str, Any]) -> list[Finding]:
    given = raw.get("conditions") or {}
    if not isinstance(given, Mapping):
        return [Finding(number, "conditions", "unknown-condition", _cut(given))]
    return [Finding(number, one.field, one.rule, one.given, one.details) for one in conditions.faults(given)]


def _days(number: int, raw: Mapping[str, Any]) -> tuple[dict[str, date | None], list[Finding]]:
    found: dict[str, date | None] = defaultdict(lambda: None)
    wrong = list[Finding]()
    for name in DAYS:
        value = raw.get(name)
        try:
            found[name] = value if isinstance(value, date) or not value else date.fromisoformat(str(value))
        except ValueError:
            wrong.append(Finding(number, name, "not-a-date", _cut(value)))
    return found, wrong


def _unknown(number: int, name: str, value: Any) -> Finding:  # what somebody wrote
    return Finding(number, name, "unknown-code", _cut(value))


def _cut(value: Any) -> str:  # what somebody wrote
    return str(value or "")[:GIVEN_CHARACTERS]
