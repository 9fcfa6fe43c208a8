"""Service guides of the government service platform as articles: the platform is the one source, here nobody changes them.

The port to a source, and the use case that follows it page by page. Adapters: `null:` here, http: in `guides_http`.
Run by `web/schedule.py` at night, by `hotline kb guides sync` and by an editor.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol
from urllib.parse import SplitResult

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from hotline.kernel.db import Database, UnitOfWork
from hotline.kernel.errors import HotlineError, Unavailable
from hotline.kernel.transitions import Attempt
from knowledge_base import articles
from knowledge_base.articles import Origin
from knowledge_base.content import ArticleContent
from knowledge_base.lifecycle import SYSTEM, ArticleState
from knowledge_base.models import Article, GuideSync
from knowledge_base.terms import Terms

MOST_FINDINGS = 200
GONE = "guide-gone"
NUL = "\x00"
"""The one character that no column holds."""


class GuidesUnavailable(Unavailable):
    """The source of guides did not answer, or not as agreed. Looking again later is safe."""

    code = "guides-unavailable"


@dataclass(frozen=True)
class Guide:
    """One service guide (办事指南). `content` has no unit: the source names it by `unit_code`."""

    origin_id: str
    content: ArticleContent
    unit_code: str = ""


@dataclass(frozen=True)
class Malformed:
    """A guide that is not as agreed: it is told of and left out."""

    origin_id: str
    field: str
    rule: str


@dataclass(frozen=True)
class GuidePage:
    """A piece of what changed. `token` is where to go on after this page."""

    guides: tuple[Guide | Malformed, ...]
    deleted: tuple[str, ...]
    token: str


class GuideSource(Protocol):
    """Something that keeps service guides."""

    name: str
    """Names the source in `Article.origin`; empty: there is none."""

    def changed_since(self, token: str) -> Iterator[GuidePage]:
        """What changed after that token (empty: everything), in pages. Raises GuidesUnavailable, nothing else."""


class NullGuides:
    """No platform: all articles are written here."""

    name = ""

    def changed_since(self, token: str) -> Iterator[GuidePage]:
        return iter(())


@dataclass(frozen=True)
class Placing:
    """What the city adds to a guide: its terms, and the units by their codes."""

    terms: Terms
    units: Callable[[str], int | None]


PlacingOf = Callable[[UnitOfWork], Placing]


def open_null_guides(parts: SplitResult) -> NullGuides:
    """The factory of `null:`."""
    return NullGuides()


def sync(database: Database, source: GuideSource, placing_of: PlacingOf) -> GuideSync | None:
    """Take over what changed since the last look; None without a source.

    A page is one transaction with its token: a look that was broken off goes on after the last page taken. Safe to run twice at
    once: who finds the token moved by another stops. Raises GuidesUnavailable after noting it.
    """
    if not source.name:
        return None
    token = _started(database, source.name)
    try:
        for page in source.changed_since(token):
            if not _take_page(database, source.name, page, token, placing_of):
                break
            token = page.token
    except GuidesUnavailable as error:
        _ended(database, source.name, error.code)
        raise
    return _ended(database, source.name, "")


def ask(uow: UnitOfWork, source: str) -> None:
    """Have the source looked at now rather than tonight."""
    row = {"source": source, "token": "", "taken": 0, "removed": 0, "findings": [], "error": ""}
    wanted = insert(GuideSync).values(row)
    nothing_yet = {"started_at": None, "finished_at": None, "error": ""}
    uow.session.execute(wanted.on_conflict_do_update(index_elements=["source"], set_=nothing_yet))


def standing(session: Session, source: str) -> tuple[GuideSync | None, int]:
    """How far a source was followed, and how many of its articles answer."""
    alive = Article.state != ArticleState.WITHDRAWN
    count = select(func.count()).select_from(Article).where(Article.origin == source, alive)
    return session.get(GuideSync, source), session.scalar(count) or 0


def code_of(source: str, origin_id: str) -> str:
    """The code of a guide's article."""
    return f"{source}:{origin_id}"


def _started(database: Database, source: str) -> str:
    with database.work() as uow:
        row = {"source": source, "token": "", "taken": 0, "removed": 0, "findings": [], "error": ""}
        uow.session.execute(insert(GuideSync).values(row).on_conflict_do_nothing())
        state = uow.session.get_one(GuideSync, source, with_for_update=True)
        state.started_at, state.finished_at = uow.now, None
        state.taken, state.removed, state.findings, state.error = 0, 0, [], ""
        return state.token


def _ended(database: Database, source: str, error: str) -> GuideSync:
    with database.work() as uow:
        state = uow.session.get_one(GuideSync, source, with_for_update=True)
        state.finished_at, state.error = uow.now, error
        return state


def _take_page(database: Database, source: str, page: GuidePage, token: str, placing_of: PlacingOf) -> bool:
    """Take one page; False when another process has taken it already."""
    with database.work() as uow:
        state = uow.session.get_one(GuideSync, source, with_for_update=True)
        if state.token != token:
            return False
        placing, found = placing_of(uow), list[dict[str, Any]]()
        for guide in page.guides:
            found += _tried(uow, state, guide, placing)
        for origin_id in (one for one in page.deleted if NUL not in one):
            state.removed += _removed(uow, source, origin_id, placing)
        state.findings = [*state.findings, *found][:MOST_FINDINGS]
        state.token = page.token
        return True


def _tried(uow: UnitOfWork, state: GuideSync, guide: Guide | Malformed, placing: Placing) -> Iterable[dict[str, Any]]:
    """Take one guide, or undo it and say why; the others go on. Gives findings as `GuideSync` keeps them."""
    if isinstance(guide, Malformed):
        return [_finding(guide.origin_id, guide.field, guide.rule)]
    owed = len(uow.deliveries)
    try:
        with uow.session.begin_nested():
            state.taken += _taken(uow, state.source, guide, placing)
        return []
    except IntegrityError:
        found = _finding(guide.origin_id, "title", "title-taken")
    except DataError:
        found = _finding(guide.origin_id, "", "not-storable")
    except HotlineError as error:
        rule = str(error.details.get("rule") or error.details.get("reason") or error.code)
        found = _finding(guide.origin_id, str(error.details.get("field", "")), rule)
    del uow.deliveries[owed:]
    return [found]


def _finding(origin_id: str, field: str, rule: str) -> dict[str, Any]:  # as `GuideSync.findings` keeps it
    return {"origin_id": origin_id.replace(NUL, ""), "field": field, "rule": rule}


def _taken(uow: UnitOfWork, source: str, guide: Guide, placing: Placing) -> int:
    """Make the guide's article say what the guide says, and answer; 1 when that changed something."""
    content = replace(guide.content, owner_unit_id=placing.units(guide.unit_code))
    content.check_in(placing.terms)
    code = code_of(source, guide.origin_id)
    before = articles.by_code(uow.session, code)
    was = (before.revision, before.state) if before is not None else None
    origin, review_due = Origin(source, guide.origin_id), placing.terms.next_review
    article = articles.import_article(uow, code, content, origin, review_due=review_due)
    return int((article.revision, article.state) != was)


def _removed(uow: UnitOfWork, source: str, origin_id: str, placing: Placing) -> int:
    """Withdraw the article of a guide that is no more; 1 when there was one."""
    article = articles.by_code(uow.session, code_of(source, origin_id))
    if article is None or article.state is ArticleState.WITHDRAWN:
        return 0
    attempt = Attempt("withdraw", {"note": GONE}, frozenset({SYSTEM}))
    articles.move(uow, article.id, attempt, placing.terms, version=article.version)
    # Its names become free: a guide that comes back is a new article, since withdrawn ones never answer again.
    article.code, article.origin_id = f"{article.code}#{article.id}", f"{article.origin_id}#{article.id}"
    return 1
