"""Use cases on articles: write, import, move, expire, note their use. The only module that assigns `Article.state`.

Units of work come first and are never committed here. Finding articles is `search.py`, keeping the index true `indexing.py`.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Invalid, NotFound
from knowledge_base.events import ArticleChanged, ArticleUsed
from knowledge_base.lifecycle import ARTICLE, SYSTEM, ArticleState
from knowledge_base.models import TITLE_CHARACTERS, Article, ArticleUse, ArticleVersion, Secrecy, UseKind


@dataclass(frozen=True)
class ArticleContent:
    """What an article says; field for field as in `models.Article`."""

    title: str
    answer_agent: str
    answer_public: str = ""
    questions: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    category_code: str | None = None
    item_code: str = ""
    area_code: str | None = None
    audience: str = ""
    source_document: str = ""
    source_number: str = ""
    source_date: date | None = None
    issuing_body: str = ""
    owner_unit_id: int | None = None
    material: str = ""
    secrecy: Secrecy = Secrecy.PUBLIC
    effective_from: date | None = None
    effective_to: date | None = None
    review_due: date | None = None

    def check(self) -> None:
        """Raise Invalid for the first field that breaks a rule of handbook 9."""
        for name in ("title", "answer_agent"):
            if not getattr(self, name).strip():
                raise Invalid(name, "required")
        if len(self.title) > TITLE_CHARACTERS:
            raise Invalid("title", "too-long", maximum=TITLE_CHARACTERS, given=len(self.title))
        if self.effective_from and self.effective_to and self.effective_to < self.effective_from:
            raise Invalid("effective_to", "before-effective-from")


def write(uow: UnitOfWork, code: str, content: ArticleContent) -> Article:
    """Begin an article as a draft. Raises Invalid for its fields, Conflict when the code is taken."""
    content.check()
    if by_code(uow.session, code) is not None:
        raise Conflict("code taken", reason="code-taken", thing="article", given=code)
    article = Article(code=code, state=ArticleState.DRAFT, revision=1, updated_at=uow.now, **_columns(content))
    uow.session.add(article)
    uow.session.flush()
    _keep_version(uow, article, content)
    uow.record(ArticleChanged(article.id, article.state.value, article.revision))
    return article


def reword(uow: UnitOfWork, article_id: int, content: ArticleContent) -> Article:
    """Give an article a new wording, keeping the one before; the same again changes nothing. Raises Invalid, NotFound."""
    content.check()
    article = get(uow.session, article_id)
    if content == content_of(article):
        return article
    for name, value in _columns(content).items():
        setattr(article, name, value)
    article.revision += 1
    article.updated_at = uow.now
    _keep_version(uow, article, content)
    uow.session.flush()
    uow.record(ArticleChanged(article.id, article.state.value, article.revision))
    return article


def move(uow: UnitOfWork, article_id: int, action: str, *, roles: Collection[str], given: Mapping[str, Any]) -> Article:
    """Move an article by its life cycle. Raises Conflict, Forbidden or Invalid as `LifeCycle.find` says."""
    article = get(uow.session, article_id)
    article.state = ARTICLE.find(article.state, action, roles, given).target
    if article.state is ArticleState.PUBLISHED:
        article.published_at = article.published_at or uow.now
    uow.session.flush()
    uow.record(ArticleChanged(article.id, article.state.value, article.revision))
    return article


def publish(uow: UnitOfWork, article_id: int, *, roles: Collection[str]) -> Article:
    """Make a draft answer questions from now on."""
    return move(uow, article_id, "publish", roles=roles, given={})


def import_article(uow: UnitOfWork, code: str, content: ArticleContent) -> Article:
    """Bring in a published article, or the new wording of one. Safe to repeat: the code names it. Raises Invalid."""
    article = by_code(uow.session, code)
    if article is not None:
        return reword(uow, article.id, content)
    article = write(uow, code, content)
    return publish(uow, article.id, roles={SYSTEM})


def expire_due(uow: UnitOfWork, today: date) -> int:
    """Expire what held until a day before `today` (a local day); returns how many. Search hides them by date already."""
    query = select(Article.id).where(Article.state == ArticleState.PUBLISHED, Article.effective_to < today)
    over = list(uow.session.scalars(query.order_by(Article.id).with_for_update(skip_locked=True)))
    for article_id in over:
        move(uow, article_id, "expire", roles={SYSTEM}, given={})
    return len(over)


def note_use(uow: UnitOfWork, article_id: int, kind: UseKind, *, contact_id: int | None = None) -> None:
    """Note that an article was shown, used or judged. Within a contact each kind counts once. Raises NotFound."""
    get(uow.session, article_id)
    row = {"article_id": article_id, "contact_id": contact_id, "kind": kind, "at": uow.now, "officer_id": uow.actor.officer_id}
    stored = uow.session.execute(insert(ArticleUse).values(row).on_conflict_do_nothing().returning(ArticleUse.id)).first()
    if stored is not None and kind is not UseKind.SHOWN:
        uow.record(ArticleUsed(article_id, kind.value, contact_id))


def get(session: Session, article_id: int) -> Article:
    """The article in whatever state. Raises NotFound."""
    article = session.get(Article, article_id)
    if article is None:
        raise NotFound("article", thing="article", id=article_id)
    return article


def by_code(session: Session, code: str) -> Article | None:
    """The article of that code."""
    return session.scalars(select(Article).where(Article.code == code)).one_or_none()


def versions(session: Session, article_id: int) -> list[ArticleVersion]:
    """All wordings of an article, newest first."""
    query = select(ArticleVersion).where(ArticleVersion.article_id == article_id)
    return list(session.scalars(query.order_by(ArticleVersion.revision.desc())))


def content_of(article: Article) -> ArticleContent:
    """What the article says now."""
    values = {name: getattr(article, name) for name in ArticleContent.__dataclass_fields__}
    return ArticleContent(**{**values, "questions": tuple(article.questions), "keywords": tuple(article.keywords)})


def _columns(content: ArticleContent) -> dict[str, Any]:
    return {**asdict(content), "questions": list(content.questions), "keywords": list(content.keywords)}


def _keep_version(uow: UnitOfWork, article: Article, content: ArticleContent) -> None:
    plain = {name: value.isoformat() if isinstance(value, date) else value for name, value in _columns(content).items()}
    said = ArticleVersion(
        article_id=article.id, revision=article.revision, content=plain, at=uow.now, officer_id=uow.actor.officer_id
    )
    uow.session.add(said)
