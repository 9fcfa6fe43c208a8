"""The columns of a list of articles: what their headings may be, and which of them a file has. Pure.

Read by `cells` on the way in and by `exporting` on the way out, so that what is exported can be imported again.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import yaml

NEEDED = ("title", "answer_agent")
"""Without these columns there is no article in any row."""
EXPECTED = ("category_code", "issuing_body", "material", "keywords")
"""Columns that an article ought to have; a file without them is told so."""


@dataclass(frozen=True)
class Column:
    """One column: the field of an article that it holds, and its headings by language, the written one first.

    `choices` are the words of a closed set by its codes, Chinese first.
    """

    field: str
    zh: tuple[str, ...]
    en: tuple[str, ...]
    choices: Mapping[str, Sequence[str]] = dataclasses.field(default_factory=dict)

    def heading(self, locale: str) -> str:
        """The heading that is written."""
        return self.zh[0] if locale.startswith("zh") else self.en[0]

    def word(self, code: str, locale: str) -> str:
        """The word that is written for a code of a closed set."""
        words = self.choices.get(code, (code,))
        return words[0] if locale.startswith("zh") else words[-1]


@dataclass(frozen=True)
class Found:
    """The columns of a file: field → its heading there; headings nobody knows, and such as stand there twice."""

    headings: Mapping[str, str]
    unknown: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()

    @property
    def lacking(self) -> tuple[str, ...]:
        """Fields that no row can do without and that have no column."""
        return tuple(name for name in NEEDED if name not in self.headings)


@lru_cache
def columns() -> Mapping[str, Column]:
    """All columns by the field they hold, in the order in which they are written."""
    rows = yaml.safe_load((files("knowledge_base") / "data" / "columns.yaml").read_text(encoding="utf-8"))
    made = (Column(row["field"], tuple(row["zh"]), tuple(row["en"]), row.get("choices", {})) for row in rows)
    return {one.field: one for one in made}


def recognise(headings: Sequence[str]) -> Found:
    """Which column each heading is; the order is free, and so is the language."""
    known = {_plain(words): one.field for one in columns().values() for words in (*one.zh, *one.en, one.field)}
    found: dict[str, str] = {}
    unknown, twice = list[str](), list[str]()
    for heading in headings:
        name = known.get(_plain(heading))
        if name is None:
            unknown.append(heading)
        elif name in found:
            twice.append(heading)
        else:
            found[name] = heading
    return Found(found, tuple(unknown), tuple(twice))


def _plain(heading: str) -> str:
    """A heading without what people add to it: blanks, stars of required columns, letter case."""
    return "".join(heading.split()).strip("*＊:：").casefold()
