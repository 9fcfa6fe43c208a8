"""The columns of the lists of dispatch: what their headings may be, and which of them a file has. Pure.

Read on the way in and on the way out, so that what is exported can be imported again.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import yaml

CATALOGUE, DUTIES = "catalogue", "duties"
NEEDED: Mapping[str, tuple[str, ...]] = {CATALOGUE: ("category", "unit"), DUTIES: ("unit", "category")}
"""Without these columns there is nothing in any row."""


@dataclass(frozen=True)
class Column:
    """One column: its field, its headings by language, the written one first, and the words of a closed set by code."""

    field: str
    zh: tuple[str, ...]
    en: tuple[str, ...]
    choices: Mapping[str, Sequence[str]] = dataclasses.field(default_factory=dict)

    def heading(self, locale: str) -> str:
        """The heading that is written."""
        return self.zh[0] if locale.startswith("zh") else self.en[0]

    def word(self, code: str, locale: str) -> str:
        """The word that is written for a code of a closed set; other words stay."""
        words = self.choices.get(code, (code,))
        return words[0] if locale.startswith("zh") else words[-1]

    def code(self, word: str) -> str | None:
        """The code that a word means, in whichever language it is written."""
        plain = word.strip().casefold()
        known = ((code, word) for code, words in self.choices.items() for word in (code, *words))
        return next((code for code, one in known if one.casefold() == plain), None)


@dataclass(frozen=True)
class Found:
    """The columns of a file: field → its heading there; headings nobody knows, such as stand there twice, lacking fields."""

    headings: Mapping[str, str]
    unknown: tuple[str, ...]
    twice: tuple[str, ...]
    lacking: tuple[str, ...]


@lru_cache
def columns(of: str) -> Mapping[str, Column]:
    """All columns of a list (catalogue or duties) by their field, in the order in which they are written."""
    rows = yaml.safe_load((files("dispatch") / "data" / "columns.yaml").read_text(encoding="utf-8"))[of]
    made = (Column(row["field"], tuple(row["zh"]), tuple(row["en"]), row.get("choices", {})) for row in rows)
    return {one.field: one for one in made}


def recognise(of: str, headings: Sequence[str]) -> Found:
    """Which column each heading is; the order is free, and so is the language."""
    known = {_plain(words): one.field for one in columns(of).values() for words in (*one.zh, *one.en, one.field)}
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
    return Found(found, tuple(unknown), tuple(twice), tuple(name for name in NEEDED[of] if name not in found))


def _plain(heading: str) -> str:
    """A heading without what people add to it: blanks, stars of required columns, letter case."""
    return "".join(heading.split()).strip("*＊:：").casefold()
