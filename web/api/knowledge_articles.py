"""Articles over HTTP: lists, the whole article, drafting, changing, moving, versions side by side.

What is answered to questions is in `knowledge`, files in `knowledge_files`, reports in `knowledge_reports`.
"""

from dataclasses import replace

from apiflask import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Forbidden, Invalid, NotFound
from hotline.kernel.search.port import Cursor
from hotline.kernel.transitions import Attempt
from hotline.people.models import Unit
from hotline.people.permissions import Role
from knowledge_base import articles, comparing, permissions, review_lists, search
from knowledge_base.content import ArticleContent, content_of, from_plain
from knowledge_base.models import KEYWORD_CHARACTERS, TITLE_CHARACTERS, Article, Secrecy
from knowledge_base.narrowing import Narrowing
from knowledge_base.review_lists import Wanted
from knowledge_base.search import Found, Reader
from web import knowledge_terms, texts
from web.api import present, present_articles
from web.api.knowledge import local_day, ready_desk
from web.api.schemas.base import Page, UnitRef
from web.api.schemas.knowledge_articles import (
    ArticleEdit,
    ArticleForm,
    ArticleMove,
    ArticleWords,
    Comparison,
    FieldShown,
    ListedArticle,
    PartShown,
    RestoreIn,
    Versions,
    VersionShown,
    WholeArticle,
)
from web.auth import EVERYONE, UNIT_ROLES, allowed
from web.requests import asks, container, locale, reading, scope, takes, working

api = APIBlueprint("knowledge_articles", __name__, url_prefix="/api/v1/knowledge/articles", tag="Knowledge")
WRITERS = (*UNIT_ROLES, Role.KNOWLEDGE_EDITOR.value)
DRAFT = "draft"


class ArticleQuery(BaseModel):
    """What a list is narrowed by. An empty state is what answers today; `mine` what the reader wrote.

    `category` takes in all below it, `area` what is said for the places it lies in and for the whole city.
    """

    model_config = ConfigDict(extra="ignore")

    search: str = Field("", max_length=200)
    state: str = Field("", max_length=24)
    unit_id: int | None = None
    category: str = Field("", max_length=32)
    area: str = Field("", max_length=16)
    material: str = Field("", max_length=32)
    audience: str = Field("", max_length=64)
    secrecy: Secrecy | None = None
    mine: bool = False
    after: str | None = None
    limit: int = Field(30, ge=1, le=100)

    def narrowing(self, session: Session) -> Narrowing:
        """The query as knowledge takes it."""
        return Narrowing(
            unit_id=self.unit_id,
            categories=knowledge_terms.branch(session, self.category) if self.category else None,
            areas=knowledge_terms.around(session, self.area),
            material=self.material,
            audience=self.audience,
            secrecy=self.secrecy,
            of_officer=scope().officer_id if self.mine else None,
        )


class CompareQuery(BaseModel):
    """Two sides: numbers of revisions, or `draft` for the change at hand."""

    model_config = ConfigDict(extra="ignore")

    left: str = Field("", max_length=12)
    right: str = Field("", max_length=12)


@api.get("")
@asks(api, ArticleQuery)
@api.output(Page[ListedArticle])
@allowed(*EVERYONE)
def list_articles(query: ArticleQuery) -> Page[ListedArticle]:
    """What answers today, for words the best first; or, by state, what the reader may see of what does not."""
    with reading() as session:
        looked_for = query.search.strip() if not query.state else ""
        found = _searched(session, query) if looked_for else _listed(session, query)
        marks = _marks(query.search, found.articles) if query.search.strip() else {}
        items = present_articles.rows(session, scope(), found.articles, marks)
        return Page[ListedArticle](items=items, after=found.next_page, total=found.total)


@api.get("/form")
@api.output(ArticleForm)
@allowed(*WRITERS)
def show_form() -> ArticleForm:
    """What the form of an article offers to this writer."""
    with reading() as session:
        rules = knowledge_terms.rules_of(session)
        mine = [] if permissions.is_editor(scope()) else sorted(_own_units())
        units = session.scalars(select(Unit).where(Unit.id.in_(mine)).order_by(Unit.id))
        return ArticleForm(
            materials=list(rules.materials),
            ending_materials=sorted(rules.ending_materials),
            title_characters=TITLE_CHARACTERS,
            keyword_characters=KEYWORD_CHARACTERS,
            review_months=rules.review_months,
            own_units=[UnitRef(id=unit.id, name=unit.name) for unit in units],
        )


@api.post("")
@takes(api, ArticleWords)
@api.output(WholeArticle, status_code=201)
@allowed(*WRITERS)
def write_article(body: ArticleWords) -> WholeArticle:
    """Begin an article as a draft: units for themselves, editors for any."""
    with working() as uow:
        article = articles.write(uow, _owned(content_from(body)), knowledge_terms.terms(uow))
        return shown(uow.session, article)


@api.get("/<int:article_id>")
@api.output(WholeArticle)
@allowed(*EVERYONE)
def show_article(article_id: int) -> WholeArticle:
    """One article that the reader may see."""
    with reading() as session:
        return shown(session, visible(session, article_id))


@api.put("/<int:article_id>")
@takes(api, ArticleEdit)
@api.output(WholeArticle)
@allowed(*WRITERS)
def edit_article(article_id: int, body: ArticleEdit) -> WholeArticle:
    """Give a draft other words; those before stay among its versions."""
    with working() as uow:
        draft = writable(uow, article_id)
        kept = [file for file in content_of(draft).attachments if body.attachments is None or file.sha256 in body.attachments]
        content = replace(_owned(content_from(body)), attachments=tuple(kept))
        terms, onto = knowledge_terms.terms(uow), body.replaces_revision
        article = articles.edit(uow, article_id, content, terms, version=body.version, note=body.note, onto=onto)
        return shown(uow.session, article)


@api.post("/<int:article_id>/change")
@api.output(WholeArticle)
@allowed(*WRITERS)
def change_article(article_id: int) -> WholeArticle:
    """The draft change of an article: the one at hand, or a new one with the words that hold."""
    with working() as uow:
        writable(uow, article_id)
        return shown(uow.session, articles.begin_change(uow, article_id))


@api.post("/<int:article_id>/restore")
@takes(api, RestoreIn)
@api.output(WholeArticle)
@allowed(*WRITERS)
def restore_article(article_id: int, body: RestoreIn) -> WholeArticle:
    """A draft change with the words of an old revision."""
    with working() as uow:
        writable(uow, article_id)
        note = texts.text("article.restored", locale(), revision=body.revision)
        return shown(uow.session, articles.restore(uow, article_id, body.revision, note=note))


@api.post("/<int:article_id>/actions/<action>")
@takes(api, ArticleMove)
@api.output(WholeArticle)
@allowed(*WRITERS)
def move_article(article_id: int, action: str, body: ArticleMove) -> WholeArticle:
    """Move an article as a row of its life cycle says; the rows open now stand in its `actions`."""
    with working() as uow:
        article = writable(uow, article_id)
        roles = permissions.roles_for(scope(), article.owner_unit_id)
        attempt = Attempt(action, body.given.model_dump(exclude_unset=True), roles)
        return shown(uow.session, articles.move(uow, article_id, attempt, knowledge_terms.terms(uow), version=body.version))


@api.get("/<int:article_id>/versions")
@api.output(Versions)
@allowed(*EVERYONE)
def list_versions(article_id: int) -> Versions:
    """All wordings of an article."""
    with reading() as session:
        found = articles.versions(session, visible(session, article_id).id)
        names = present.officer_names(session, (row.officer_id for row in found))
        items = [
            VersionShown(revision=row.revision, at=row.at, by=names.get(row.officer_id or 0, ""), note=row.note)
            for row in found
        ]
        return Versions(items=items)


@api.get("/<int:article_id>/compare")
@asks(api, CompareQuery)
@api.output(Comparison)
@allowed(*EVERYONE)
def compare_article(article_id: int, query: CompareQuery) -> Comparison:
    """Two wordings side by side; of a change, its own words beside the article's."""
    with reading() as session:
        article = visible(session, article_id)
        if article.replaces_id is not None:
            article = visible(session, article.replaces_id)
        left, right = query.left or str(article.revision), query.right or DRAFT
        found = comparing.compared(_side(session, article, left), _side(session, article, right))
    fields = [
        FieldShown(
            field=each.field,
            left=each.left,
            right=each.right,
            changed=each.changed,
            parts=[PartShown(kind=part.kind.value, text=part.text) for part in each.parts],
        )
        for each in found
    ]
    return Comparison(left=left, right=right, fields=fields)


def shown(session: Session, article: Article) -> WholeArticle:
    """The article for whoever asks."""
    return present_articles.whole(session, scope(), article, knowledge_terms.rules_of(session))


def visible(session: Session, article_id: int) -> Article:
    """The article. Raises NotFound when the reader may not know of it."""
    article = articles.get(session, article_id)
    if not permissions.may_read(scope(), article, local_day()):
        raise NotFound("article", thing="article", id=article_id)
    return article


def writable(uow: UnitOfWork, article_id: int) -> Article:
    """The article, locked. Raises NotFound, or Forbidden when it is not the reader's to write."""
    articles.locked(uow.session, article_id)
    article = visible(uow.session, article_id)
    if not permissions.may_write(scope(), article.owner_unit_id):
        raise Forbidden("not their unit", reason="other-unit")
    return article


def content_from(body: ArticleWords) -> ArticleContent:
    """The words that were sent, as a content without files."""
    return from_plain({name: getattr(body, name) for name in ArticleWords.model_fields})


def _owned(content: ArticleContent) -> ArticleContent:
    """The content with the unit it is written for: without one, a writer's only unit."""
    mine = sorted(_own_units())
    if content.owner_unit_id is None and not permissions.is_editor(scope()):
        if len(mine) != 1:
            raise Invalid("owner_unit_id", "required")
        content = replace(content, owner_unit_id=mine[0])
    if not permissions.may_write(scope(), content.owner_unit_id):
        raise Forbidden("not their unit", reason="other-unit")
    return content


def _own_units() -> set[int]:
    return {unit_id for unit_id in scope().member_unit_ids if permissions.may_write(scope(), unit_id)}


def _listed(session: Session, query: ArticleQuery) -> Found:
    wanted = Wanted(query.state, query.search.strip(), query.narrowing(session))
    return review_lists.listed(session, scope(), wanted, today=local_day(), size=query.limit, before=query.after)


def _searched(session: Session, query: ArticleQuery) -> Found:
    return search.find(
        session,
        ready_desk(session).search,
        query.search,
        reader=Reader.STAFF,
        today=local_day(),
        narrowing=query.narrowing(session),
        size=query.limit,
        after=Cursor.decoded(query.after) if query.after else None,
    )


def _marks(looked_for: str, found: list[Article]) -> dict[int, list[tuple[int, int]]]:
    analyzer = container().desk.search.analyzer
    wanted = set(analyzer.tokens(looked_for))
    return {article.id: analyzer.highlight(article.title, wanted) for article in found}


def _side(session: Session, article: Article, side: str) -> ArticleContent:
    if side == DRAFT:
        change = articles.change_of(session, article.id)
        return content_of(visible(session, change.id) if change else article)
    if not side.isdecimal():
        raise Invalid("revision", "unknown-choice", given=side)
    if int(side) == article.revision:  # its day of review may be newer than the wording
        return content_of(article)
    return from_plain(articles.version_of(session, article.id, int(side)).content)
