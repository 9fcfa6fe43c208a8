"""Use cases on articles: write, change, move, restore, import. The only module that assigns `Article.state`.

Units of work come first and are never committed here. Who may do it is asked before, of `permissions`; which moves there are
stand in `lifecycle`, what speaks against one in `objections`. Finding articles is `search`, keeping the index true `indexing`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain, count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, NotFound
from hotline.kernel.transitions import Attempt
from knowledge_base import checking
from knowledge_base.content import ArticleContent, columns, content_of, from_plain, plain
from knowledge_base.events import ArticleChanged
from knowledge_base.lifecycle import ANSWERING, ARTICLE, IN_WORK, SYSTEM, ArticleState
from knowledge_base.models import Article, ArticleStep, ArticleVersion
from knowledge_base.objections import Mover, kept_elsewhere, objection
from knowledge_base.terms import Terms

MACHINE = frozenset({SYSTEM})
SAYING_WHY = frozenset({"send_back", "take_over", "withdraw"})
TO_BE_READY = frozenset({"submit", "submit_to_editor", "approve", "take_over", "publish", "take"})
REVIEWS = frozenset({ArticleState.UNIT_REVIEW, ArticleState.EDITOR_REVIEW})
CHANGEABLE = ANSWERING | {ArticleState.EXPIRED}

Given = Mapping[str, Any]  # as in `Attempt`


@dataclass(frozen=True)
class Origin:
    """Where an article is kept when not here: the name of the source and its id there."""

    name: str
    id: str


def write(
    uow: UnitOfWork, content: ArticleContent, terms: Terms, *, code: str | None = None, ticket_id: int | None = None
) -> Article:
    """Begin an article as a draft; what a draft may lack is asked for when it goes to review. Without a code it gets one.

    Raises Invalid for its fields, Conflict when the code is taken.
    """
    checking.check_draft(uow.session, content, terms)
    if code is not None and by_code(uow.session, code) is not None:
        raise Conflict("code taken", reason="code-taken", thing="article", given=code)
    article = _begin(uow, content, code=code, ticket_id=ticket_id)
    article.code = article.code or _free_code(uow.session, article.id)
    uow.session.flush()
    return article


def begin_change(uow: UnitOfWork, article_id: int) -> Article:
    """The draft change of an article that answers, or did: the one at hand, or a new one with the words that hold.

    Raises NotFound; Conflict for an article that is kept elsewhere, has not answered yet or is withdrawn.
    """
    article = locked(uow.session, article_id)
    if article.origin is not None:
        raise kept_elsewhere(article)
    if article.replaces_id is not None or article.state not in CHANGEABLE:
        raise Conflict("not to be changed", reason="no-change-of-this", state=article.state.value)
    at_hand = change_of(uow.session, article.id)
    return at_hand or _begin(uow, content_of(article), replaces=article)


def edit(
    uow: UnitOfWork,
    article_id: int,
    content: ArticleContent,
    terms: Terms,
    *,
    version: int,
    note: str = "",
    onto: int | None = None,
) -> Article:
    """Give a draft other words, keeping those before; `onto` is the revision of the article that they now take account of.

    Raises NotFound, Invalid; Conflict for a stale `version`, for what is no draft, or an `onto` that is not the newest.
    """
    article = locked(uow.session, article_id, version=version)
    if article.state is not ArticleState.DRAFT:
        raise Conflict("no draft", reason="no-draft-of-article", state=article.state.value)
    checking.check_draft(uow.session, content, terms, article)
    if onto is not None and article.replaces_id is not None:
        checking.check_newest(get(uow.session, article.replaces_id), onto)
        article.replaces_revision = onto
    if content != content_of(article):
        _reword(uow, article, content, note)
    uow.session.flush()
    return article


def restore(uow: UnitOfWork, article_id: int, revision: int, *, note: str = "") -> Article:
    """A draft change of the article with the words of an old revision. Raises NotFound; Conflict when a change is at hand."""
    words = from_plain(version_of(uow.session, article_id, revision).content)
    at_hand = change_of(uow.session, article_id)
    if at_hand is not None:
        raise Conflict("a change is at hand", reason="change-at-hand", change_id=at_hand.id)
    change = begin_change(uow, article_id)
    if words != content_of(change):
        _reword(uow, change, words, note)
        uow.session.flush()
    return change


def move(uow: UnitOfWork, article_id: int, attempt: Attempt, terms: Terms, *, version: int | None = None) -> Article:
    """Move an article by its life cycle. Answers the article that was named: of a change that is taken, the change.

    Raises NotFound; Conflict, Forbidden or Invalid as `LifeCycle.find`, `objection` and the fields of the article say.
    """
    article = locked(uow.session, article_id, version=version)
    row = ARTICLE.find(article.state, attempt.action, attempt.roles, attempt.given)
    mover = Mover(attempt.roles, wrote(uow.session, article, uow.actor.officer_id))
    against = objection(article, attempt.action, mover, terms.rules)
    if against is not None:
        raise against
    note = str(attempt.given.get("note") or "")
    if row.action in TO_BE_READY:
        checking.check_ready(uow.session, article, terms)
    if row.target in IN_WORK:
        article.step_due_at = checking.step_due(row.target, terms)
    if row.action in SAYING_WHY:
        article.review_note = note
    if row.action in EFFECTS:
        EFFECTS[row.action](uow, article, attempt.given, terms)
    _step(uow, article, row.action, row.target, note)
    return article


def move_by_itself(uow: UnitOfWork, article: Article, action: str) -> None:
    """Move an article that the caller has locked without anybody: a day has come, or it was brought in."""
    row = ARTICLE.find(article.state, action, MACHINE, {})
    _step(uow, article, row.action, row.target)


def import_article(
    uow: UnitOfWork, code: str, content: ArticleContent, origin: Origin | None = None, *, review_due: date | None = None
) -> Article:
    """Bring in a published article, or the new wording of one. Safe to repeat: the code names it.

    `review_due` is the day of the next full review of words that are new and name none. The city's own rules are not asked:
    whoever imports has asked `findings`. Raises Invalid; KeptElsewhere when the code's article belongs to another source.
    """
    content.check()
    article = by_code(uow.session, code)
    if article is None:
        checking.check_title_free(uow.session, content.title)
        article = _begin(uow, replace(content, review_due=content.review_due or review_due), code=code, origin=origin)
        move_by_itself(uow, article, "publish")
        return article
    if article.origin != (origin.name if origin else None):
        raise kept_elsewhere(article)
    if replace(content, review_due=content.review_due or article.review_due) != content_of(article):
        checking.check_title_free(uow.session, content.title, article.id)
        due = content.review_due or review_due or article.review_due
        _reword(uow, article, replace(content, review_due=due), "")
        uow.session.flush()
        uow.record(ArticleChanged(article.id, article.state.value, article.revision))
        if article.state is ArticleState.DUE and review_due is not None:
            _step(uow, article, "confirm", ArticleState.PUBLISHED)
    if article.state is ArticleState.EXPIRED and not checking.is_over(content, uow.now.astimezone(uow.zone).date()):
        _step(uow, article, "renew", ArticleState.PUBLISHED)
    return article


def get(session: Session, article_id: int) -> Article:
    """The article in whatever state. Raises NotFound."""
    article = session.get(Article, article_id)
    if article is None:
        raise NotFound("article", thing="article", id=article_id)
    return article


def locked(session: Session, article_id: int, *, version: int | None = None) -> Article:
    """The article, nobody else's to change until the transaction ends. Raises NotFound; Conflict for a stale `version`.

    Before a change the article it is to change is locked: in that order, or two who move both would wait for each other.
    """
    changed = session.scalar(select(Article.replaces_id).where(Article.id == article_id))
    if changed is not None:
        session.execute(select(Article.id).where(Article.id == changed).with_for_update())
    article = session.get(Article, article_id, with_for_update=True, populate_existing=True)
    if article is None:
        raise NotFound("article", thing="article", id=article_id)
    if version is not None and article.version != version:
        raise Conflict("changed by somebody else meanwhile", reason="stale")
    return article


def by_code(session: Session, code: str) -> Article | None:
    """The article of that code."""
    return session.scalars(select(Article).where(Article.code == code)).one_or_none()


def change_of(session: Session, article_id: int) -> Article | None:
    """The change at hand of an article."""
    query = select(Article).where(Article.replaces_id == article_id, Article.state.in_(IN_WORK))
    return session.scalars(query).one_or_none()


def versions(session: Session, article_id: int) -> list[ArticleVersion]:
    """All wordings of an article, newest first."""
    query = select(ArticleVersion).where(ArticleVersion.article_id == article_id)
    return list(session.scalars(query.order_by(ArticleVersion.revision.desc())))


def version_of(session: Session, article_id: int, revision: int) -> ArticleVersion:
    """One wording of an article. Raises NotFound."""
    mine = ArticleVersion.article_id == article_id, ArticleVersion.revision == revision
    found = session.scalars(select(ArticleVersion).where(*mine)).one_or_none()
    if found is None:
        raise NotFound("revision", thing="article", id=article_id, revision=revision)
    return found


def steps(session: Session, article_id: int) -> list[ArticleStep]:
    """All moves of an article, newest first."""
    return list(
        session.scalars(select(ArticleStep).where(ArticleStep.article_id == article_id).order_by(ArticleStep.id.desc()))
    )


def wrote(session: Session, article: Article, officer_id: int | None) -> bool:
    """Whether some of the words as they stand come from this officer: began it, or changed it since."""
    if officer_id is None:
        return False
    mine = ArticleVersion.article_id == article.id, ArticleVersion.officer_id == officer_id
    return article.created_by_id == officer_id or session.scalar(select(ArticleVersion.id).where(*mine).limit(1)) is not None


def _free_code(session: Session, article_id: int) -> str:
    """The code of an article that was given none; an import may have brought that of another house along."""
    own = f"K{article_id:06d}"
    taken = set(session.scalars(select(Article.code).where(Article.code.startswith(own, autoescape=True))))
    return next(code for code in chain([own], (f"{own}-{number}" for number in count(2))) if code not in taken)


def _begin(
    uow: UnitOfWork,
    content: ArticleContent,
    *,
    code: str | None = None,
    replaces: Article | None = None,
    origin: Origin | None = None,
    ticket_id: int | None = None,
) -> Article:
    article = Article(
        code=code,
        state=ArticleState.DRAFT,
        revision=1,
        replaces_id=replaces.id if replaces else None,
        replaces_revision=replaces.revision if replaces else None,
        origin=origin.name if origin else None,
        origin_id=origin.id if origin else None,
        ticket_id=ticket_id,
        created_by_id=uow.actor.officer_id,
        updated_at=uow.now,
        **columns(content),
    )
    uow.session.add(article)
    uow.session.flush()
    _keep_version(uow, article, content, "", officer_id=uow.actor.officer_id)
    uow.record(ArticleChanged(article.id, article.state.value, article.revision))
    return article


def _reword(uow: UnitOfWork, article: Article, content: ArticleContent, note: str, *, officer_id: int | None = None) -> None:
    for name, value in columns(content).items():
        setattr(article, name, value)
    article.revision += 1
    article.updated_at = uow.now
    _keep_version(uow, article, content, note, officer_id=officer_id or uow.actor.officer_id)


def _keep_version(uow: UnitOfWork, article: Article, content: ArticleContent, note: str, *, officer_id: int | None) -> None:
    said = {"article_id": article.id, "revision": article.revision, "content": plain(content)}
    uow.session.add(ArticleVersion(**said, at=uow.now, officer_id=officer_id, note=note))


def _step(uow: UnitOfWork, article: Article, action: str, target: ArticleState, note: str = "") -> None:
    step = {"action": action, "source": article.state.value, "target": target.value, "note": note}
    uow.session.add(ArticleStep(article_id=article.id, **step, at=uow.now, officer_id=uow.actor.officer_id))
    article.state = target
    if target not in REVIEWS:
        article.step_due_at = None
    if target is ArticleState.PUBLISHED:
        article.published_at = article.published_at or uow.now
    uow.session.flush()
    uow.record(ArticleChanged(article.id, target.value, article.revision, action, step["source"]))


def _take(uow: UnitOfWork, change: Article, given: Given, terms: Terms) -> None:
    """Put the words of a change into its article, which answers again if it was due or expired."""
    article = locked(uow.session, change.replaces_id or 0)
    if article.state not in CHANGEABLE:
        raise Conflict("the article is gone", reason="no-change-of-this", state=article.state.value)
    checking.check_newest(article, change.replaces_revision)
    words = replace(content_of(change), review_due=checking.review_day(given.get("review_due"), terms))
    newest = version_of(uow.session, change.id, change.revision)
    _reword(uow, article, words, newest.note, officer_id=newest.officer_id)
    _step(uow, article, "take", ArticleState.PUBLISHED, newest.note)


def _renew(uow: UnitOfWork, article: Article, given: Given, terms: Terms) -> None:
    until = checking.last_day(given.get("effective_to"), terms)
    review_due = checking.review_day(given.get("review_due"), terms)
    words = replace(content_of(article), effective_to=until, review_due=review_due)
    words.check_in(terms)
    _reword(uow, article, words, str(given.get("note") or ""))


def _withdraw_change(uow: UnitOfWork, article: Article, given: Given, terms: Terms) -> None:
    """A change goes with the article that it was to change."""
    change = change_of(uow.session, article.id)
    if change is not None:
        change.review_note = article.review_note
        _step(uow, change, "withdraw", ArticleState.WITHDRAWN, article.review_note)


def _set_review(uow: UnitOfWork, article: Article, given: Given, terms: Terms) -> None:
    article.review_due = checking.review_day(given.get("review_due"), terms)


Effect = Callable[[UnitOfWork, Article, Given, Terms], None]
EFFECTS: Mapping[str, Effect] = {
    "publish": _set_review,
    "confirm": _set_review,
    "take": _take,
    "renew": _renew,
    "withdraw": _withdraw_change,
}
"""What a move does to the article beside its state."""
