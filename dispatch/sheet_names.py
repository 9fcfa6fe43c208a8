"""Names and codes of categories and units, both ways: what people write in lists, and what is written for them.

Pure but for `names_of`, which reads them. A local rule of the catalogue is written as words or as its code.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.localities import LOCAL_RULE
from dispatch.sheet_columns import Column
from hotline.kernel.errors import Invalid
from hotline.people.models import Unit
from hotline.tickets.models import Category

SLASH = "/"
BUREAU = re.compile(r"(?P<level>[^:：]+)\s*[:：]\s*(?P<line>\S+)")
"""A bureau of a trade in some area, as it is written: 所在区县部门：城管."""
OF_TRADE = "-bureau"


@dataclass(frozen=True)
class Names:
    """`categories`: code → path of names with slashes, for open ones; `units`: code → name, for those in work."""

    categories: Mapping[str, str]
    units: Mapping[str, str]

    def category_of(self, words: str) -> str:
        """The code of a category written as its path of names, its own name or its code. Raises Invalid."""
        plain = SLASH.join(part.strip() for part in words.strip(SLASH).split(SLASH))
        return _one("category", self._categories, plain, words)

    def unit_of(self, field: str, words: str, column: Column) -> str:
        """The code or rule of a unit written as its name, its code or a local rule. Raises Invalid."""
        if rule := column.code(words):
            return rule
        if LOCAL_RULE.match(words):
            return words
        bureau = BUREAU.fullmatch(words)
        if bureau and (level := column.code(bureau.group("level"))):
            return f"{level}:{bureau.group('line')}"
        return _one(field, self._units, words, words)

    def category(self, code: str) -> str:
        """How a category is written: its path."""
        return self.categories.get(code, code)

    def unit(self, rule: str, column: Column, locale: str) -> str:
        """How a unit or a local rule is written in a list: a unit whose name another bears by its code."""
        name = self.unit_name(rule, column, locale)
        return rule if rule in self.units and self._units.get(name) is None else name

    def unit_name(self, rule: str, column: Column, locale: str) -> str:
        """How a unit or a local rule is called; a closed unit by its code."""
        local = LOCAL_RULE.match(rule)
        if local is None:
            return self.units.get(rule, rule)
        if local.group("line") is None:
            return column.word(rule, locale)
        return f"{column.word(local.group(1) + OF_TRADE, locale)}：{local.group('line')}"

    @cached_property
    def _categories(self) -> Mapping[str, str | None]:
        ends = _both_ways((code, path.rsplit(SLASH, 1)[-1]) for code, path in self.categories.items())
        return ends | _both_ways(self.categories.items())

    @cached_property
    def _units(self) -> Mapping[str, str | None]:
        return _both_ways(self.units.items())


def names_of(session: Session) -> Names:
    """All open categories and units in work."""
    rows = session.execute(select(Category.code, Category.name, Category.path, Category.active)).all()
    named = {code: name for code, name, _, _ in rows}
    paths = {
        code: SLASH.join(named[part] for part in path.split(SLASH) if part in named) for code, _, path, active in rows if active
    }
    units = session.scalars(select(Unit).where(Unit.active).order_by(Unit.id))
    return Names(paths, {unit.code: unit.name for unit in units})


def _one(field: str, known: Mapping[str, str | None], plain: str, given: str) -> str:
    if plain not in known:
        raise Invalid(field, "unknown-code", given=given)
    found = known[plain]
    if found is None:
        raise Invalid(field, "ambiguous-name", given=given)
    return found


def _both_ways(pairs: Iterable[tuple[str, str]]) -> dict[str, str | None]:
    """Name and code → code; None for a name that two bear. A code wins over a name that looks like it."""
    listed = list(pairs)
    often = Counter(name for _, name in listed)
    return {name: code if often[name] == 1 else None for code, name in listed} | {code: code for code, _ in listed}
