"""What a list or a search of articles is narrowed by: the same rule as conditions of a query and as filters of the index. Pure.

`web` reads branches of subjects and chains of areas from the core's trees and hands them in as codes.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_

from hotline.kernel.search.port import AnyOf, Filters
from knowledge_base.models import Article, Secrecy

ANYWHERE = "*"
"""Stands in the index for the area of an article that has none: it applies in the whole city."""

Areas = frozenset[str] | None
"""A place and all it lies in; None is no place in particular."""


@dataclass(frozen=True)
class Narrowing:
    """Empty values narrow nothing.

    `categories` are the codes of a branch, with all below it. Of `areas`, what is said for another place is left out, what is
    said for the whole city is not.
    """

    unit_id: int | None = None
    categories: frozenset[str] | None = None
    areas: Areas = None
    material: str = ""
    audience: str = ""
    secrecy: Secrecy | None = None
    of_officer: int | None = None

    def filters(self) -> Filters:
        """As filters of the index."""
        return tuple(self._filters())

    def _filters(self) -> Iterator[AnyOf]:
        for name, wanted in (("unit", self.unit_id), ("author", self.of_officer)):
            if wanted is not None:
                yield AnyOf(name, frozenset({str(wanted)}))
        for name, word in (("material", self.material), ("audience", self.audience), ("secrecy", self.secrecy or "")):
            if word:
                yield AnyOf(name, frozenset({str(word)}))
        if self.categories is not None:
            yield AnyOf("category", self.categories)
        if self.areas is not None:
            yield AnyOf("area", self.areas | {ANYWHERE})

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """As conditions on `Article`."""
        if self.unit_id is not None:
            yield Article.owner_unit_id == self.unit_id
        if self.of_officer is not None:
            yield Article.created_by_id == self.of_officer
        for column, word in ((Article.material, self.material), (Article.audience, self.audience)):
            if word:
                yield column == word
        if self.secrecy is not None:
            yield Article.secrecy == self.secrecy
        if self.categories is not None:
            yield Article.category_code.in_(self.categories)
        if self.areas is not None:
            yield or_(Article.area_code.is_(None), Article.area_code.in_(self.areas))


UNNARROWED = Narrowing()


def keywords_of(article: Article) -> dict[str, tuple[str, ...]]:
    """What the index keeps of an article to be narrowed by."""
    stated = {
        "secrecy": article.secrecy.value,
        "category": article.category_code,
        "area": article.area_code or ANYWHERE,
        "unit": article.owner_unit_id,
        "author": article.created_by_id,
        "material": article.material,
        "audience": article.audience,
    }
    return {name: (str(value),) if value else () for name, value in stated.items()}
