"""Which article each row of a file is, and what is wrong with it: looked at before anything is written, and again as it is.

Nothing here writes. `importing` takes the rows that are right.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from knowledge_base import cells
from knowledge_base.cells import EMPTY, RowRead, Surroundings, Words, Wrong
from knowledge_base.columns import EXPECTED, Found, columns
from knowledge_base.content import content_of, readiness
from knowledge_base.lifecycle import IN_WORK, ArticleState
from knowledge_base.models import Article, Becomes

ERROR, WARNING = "error", "warning"
HEADING_ROW = 1
RULES = (
    *("missing-column", "named-twice", "column-not-read", "column-left-out"),
    *(
        "twice-in-file",
        "title-taken",
        "kept-elsewhere",
        "withdrawn",
        "in-review",
        "change-in-work",
        "importer-left",
        "not-your-unit",
    ),
)
"""Rules beside those of `content` and `cells`, for the catalogue."""
Row = tuple[int, Words]
"""The number of a row as its file counts, and its words by field."""


@dataclass(frozen=True)
class Importer:
    """Who brings a file: what its rows are read in, the roles that count for an article of a unit, what articles become."""

    around: Surroundings
    roles_in: Callable[[int | None], Collection[str]]
    becomes: Becomes


@dataclass(frozen=True)
class Checked:
    """A row with the article it is meant for; none for a new one. It may be taken when nothing is wrong."""

    number: int
    read: RowRead
    article: Article | None

    @property
    def findings(self) -> list[dict[str, Any]]:  # as `ImportRun.findings` keeps them
        """What is wrong, cell by cell."""
        return [finding(self.number, one) for one in self.read.wrong]


def finding(number: int, wrong: Wrong, level: str = ERROR) -> dict[str, Any]:  # as `ImportRun.findings` keeps it
    """A wrong cell as a run keeps it."""
    kept = {"row": number, "field": wrong.field, "rule": wrong.rule, "given": wrong.given}
    return {**kept, "level": level, "details": dict(wrong.details)}


def of_headings(found: Found) -> list[dict[str, Any]]:  # as `ImportRun.findings` keeps them
    """What is to be said of a file's columns. Without one that is needed no row can be taken."""
    lacking = [Wrong(name, "missing-column", "", {"known": columns()[name].zh}) for name in found.lacking]
    twice = [Wrong("", "named-twice", heading, {"given": heading}) for heading in found.twice]
    unknown = [Wrong("", "column-not-read", heading, {"given": heading}) for heading in found.unknown]
    expected = [Wrong(name, "column-left-out", "", {}) for name in EXPECTED if name not in found.headings]
    errors = [finding(HEADING_ROW, one) for one in (*lacking, *twice)]
    return errors + [finding(HEADING_ROW, one, WARNING) for one in (*unknown, *expected)]


def check(session: Session, rows: Sequence[Row], importer: Importer, whole: Sequence[Row]) -> list[Checked]:
    """Each of `rows`, which are some of the `whole` file, with its article and everything that is wrong with it."""
    known = _Known(session, rows)
    first = _first_rows(whole)
    return [_checked(row, importer, known, first) for row in rows]


class _Known:
    """The articles that some rows may mean, and which of them are being changed already."""

    def __init__(self, session: Session, rows: Iterable[Row]) -> None:
        titles = {words.get("title", "").strip() for _, words in rows}
        codes = {words["code"].strip() for _, words in rows if words.get("code", "").strip()}
        living = select(Article).where(
            Article.replaces_id.is_(None),
            or_(Article.code.in_(codes), Article.title.in_(titles) & (Article.state != ArticleState.WITHDRAWN)),
        )
        found = list(session.scalars(living))
        self.by_code = {one.code: one for one in found if one.code in codes}
        self.by_title = {one.title: one for one in found if one.state is not ArticleState.WITHDRAWN}
        changes = select(Article.replaces_id).where(Article.state.in_(IN_WORK))
        self.changing = set(session.scalars(changes.where(Article.replaces_id.in_([one.id for one in found]))))


def _first_rows(whole: Iterable[Row]) -> Mapping[tuple[str, str], int]:
    """(field, words) of titles and codes → the first row that has them."""
    first: dict[tuple[str, str], int] = {}
    for number, words in whole:
        for name in ("title", "code"):
            first.setdefault((name, words.get(name, "").strip()), number)
    return first


def _checked(row: Row, importer: Importer, known: _Known, first: Mapping[tuple[str, str], int]) -> Checked:
    number, words = row
    title, code = words.get("title", "").strip(), words.get("code", "").strip()
    article = known.by_code.get(code) or known.by_title.get(title)
    read = cells.read(words, importer.around, content_of(article) if article is not None else EMPTY)
    wrong = [Wrong(name, "twice-in-file", given, {"given": first[name, given]}) for name, given in _again(row, first)]
    if article is not None:
        wrong += [Wrong(name, rule, words.get(name, ""), {}) for name, rule in _refused(article, code, title, importer, known)]
    if importer.becomes is not Becomes.DRAFT:
        unready = readiness(read.content, importer.around.terms.today)
        wrong += [Wrong(one.field, one.rule, words.get(one.field, ""), one.details) for one in unready]
    return Checked(number, replace(read, wrong=(*read.wrong, *wrong)), article)


def _again(row: Row, first: Mapping[tuple[str, str], int]) -> list[tuple[str, str]]:
    number, words = row
    given = ((name, words.get(name, "").strip()) for name in ("title", "code"))
    return [(name, said) for name, said in given if said and first[name, said] < number]


def _refused(article: Article, code: str, title: str, importer: Importer, known: _Known) -> list[tuple[str, str]]:
    """Why a row may not touch the article that it means."""
    named = "code" if code and code == article.code else "title"
    owners = importer.around.owners
    other = known.by_title.get(title)
    reasons = (
        ("title", "title-taken", other is not None and (other is not article or bool(code) and code != article.code)),
        (named, "title-taken", owners is not None and article.owner_unit_id not in owners),
        (named, "kept-elsewhere", article.origin is not None),
        (named, "withdrawn", article.state is ArticleState.WITHDRAWN),
        (named, "in-review", article.state in IN_WORK and article.state is not ArticleState.DRAFT),
        (named, "change-in-work", article.id in known.changing),
    )
    return [(name, rule) for name, rule, holds in reasons if holds][:1]
