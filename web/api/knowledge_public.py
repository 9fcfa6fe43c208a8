"""What citizens ask of the knowledge base over HTTP: instant answers, public articles by subject, hot questions."""

from apiflask import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.kernel import clock
from hotline.kernel.db import UnitOfWork
from hotline.tickets.models import Category
from knowledge_base import announcements, answers, asked, search, uses
from knowledge_base.answers import Answer
from knowledge_base.asked import Asking
from knowledge_base.feedback import AskedBy
from knowledge_base.models import Article, UseKind, UsePlace
from knowledge_base.narrowing import Narrowing
from knowledge_base.search import Reader
from knowledge_base.shelves import DatabaseShelf
from knowledge_base.uses import Showing
from web import knowledge_terms
from web.api.knowledge import Typed, local_day, proposals, ready_desk
from web.api.present_noticeboard import public_announcements
from web.api.schemas.base import Done, Page
from web.api.schemas.knowledge import (
    HotQuestion,
    HotQuestions,
    Proposal,
    Proposals,
    PublicArticle,
    PublicCategories,
    PublicCategory,
    PublicFile,
)
from web.api.schemas.noticeboard import PublicAnnouncement
from web.api.schemas.portal import Helpful, PublicAnswer, PublicAnswers, QuestionIn
from web.auth import public
from web.limits import limiter, question_rate
from web.requests import asks, container, reading, takes, working

api = APIBlueprint("knowledge_public", __name__, url_prefix="/api/v1/public", tag="Knowledge")


class CategoryQuery(BaseModel):
    """Public articles of a subject and all below it, the newest first."""

    model_config = ConfigDict(extra="ignore")

    category: str = Field("", max_length=32)
    after: str | None = None
    limit: int = Field(20, ge=1, le=100)


@api.post("/answers")
@limiter.limit(question_rate)
@takes(api, QuestionIn)
@api.output(PublicAnswers)
@public
def answer_citizen(body: QuestionIn) -> PublicAnswers:
    """The instant answer to a citizen's question, if there is a sure one; else the next best, and a person is a step away."""
    with working() as uow:
        desk = ready_desk(uow.session)
        reply = answers.answer(
            DatabaseShelf(uow.session),
            desk,
            body.question,
            reader=Reader.CITIZEN,
            today=local_day(),
            areas=knowledge_terms.around(uow.session, body.area),
        )
        row = asked.note(uow, Asking(AskedBy.CITIZEN, earlier_id=body.asked_id), body.question, reply, desk.policy)
        others = [one for one in reply.others if one.text]
        if row is not None:
            asked.show(uow, row, [*([reply.answer] if reply.answer else []), *others], UsePlace.PORTAL)
        return PublicAnswers(
            asked_id=row.id if row is not None else None,
            answer=_shown(reply.answer, sure=True) if reply.answer else None,
            others=[_shown(one, sure=False) for one in others],
            announcements=_announced(uow, body.question),
            degraded=reply.degraded,
        )


@api.get("/suggest")
@limiter.limit(question_rate)
@asks(api, Typed)
@api.output(Proposals)
@public
def suggest_public_titles(query: Typed) -> Proposals:
    """Titles of public articles that begin with what was typed."""
    with reading() as session:
        return proposals(session, query.typed, Reader.CITIZEN)


@api.get("/questions/hot")
@limiter.limit(question_rate)
@api.output(HotQuestions)
@public
def list_hot_questions() -> HotQuestions:
    """What citizens and agents wanted most of late."""
    with reading() as session:
        rule = knowledge_terms.rules_of(session).hot
        found = uses.hot(session, now=clock.now(), today=local_day(), days=rule.days, size=rule.shown)
        return HotQuestions(items=[HotQuestion(article_id=key, title=title, asked=times) for key, title, times in found])


@api.get("/categories")
@limiter.limit(question_rate)
@api.output(PublicCategories)
@public
def list_public_categories() -> PublicCategories:
    """The subjects in which there are public articles, as a tree, with how many stand in each and below."""
    with reading() as session:
        return PublicCategories(items=_tree(session))


@api.get("/articles")
@limiter.limit(question_rate)
@asks(api, CategoryQuery)
@api.output(Page[Proposal])
@public
def list_public_articles(query: CategoryQuery) -> Page[Proposal]:
    """Public articles that hold today."""
    with reading() as session:
        narrowing = Narrowing(categories=knowledge_terms.branch(session, query.category) if query.category else None)
        found = search.newest(
            session, reader=Reader.CITIZEN, today=local_day(), narrowing=narrowing, size=query.limit, before=query.after
        )
        items = [Proposal(article_id=one.id, title=one.title) for one in found.articles]
        return Page[Proposal](items=items, after=found.next_page, total=found.total)


@api.get("/articles/<int:article_id>")
@api.output(PublicArticle)
@public
def show_public_article(article_id: int) -> PublicArticle:
    """One public article that holds today, in its public words."""
    with reading() as session:
        found = search.read(session, article_id, reader=Reader.CITIZEN, today=local_day())
        return PublicArticle(
            article_id=found.id,
            title=found.title,
            answer=found.answer_public,
            source=answers.source_of(found),
            effective_to=found.effective_to,
            category_code=found.category_code,
            attachments=[PublicFile(sha256=file["sha256"], name=file["name"]) for file in found.attachments],
        )


@api.post("/articles/<int:article_id>/uses")
@limiter.limit(question_rate)
@takes(api, Helpful)
@api.output(Done)
@public
def judge_public_article(article_id: int, body: Helpful) -> Done:
    """Note whether an article helped a citizen."""
    with working() as uow:
        search.read(uow.session, article_id, reader=Reader.CITIZEN, today=local_day())
        kind = UseKind.HELPFUL if body.helpful else UseKind.NOT_HELPFUL
        uses.note(uow, article_id, kind, Showing(asked_id=body.asked_id, place=UsePlace.PORTAL))
        if body.asked_id is not None and not body.helpful:
            asked.disappoint(uow, AskedBy.CITIZEN, body.asked_id)
    return Done()


def _announced(uow: UnitOfWork, question: str) -> list[PublicAnnouncement]:
    now, desk = clock.now(), container().desk
    found = announcements.public(uow.session, now)
    spoken = announcements.spoken_of(found, question, desk.search.analyzer, desk.policy.filler)
    return public_announcements(uow.session, spoken, now)


def _shown(found: Answer, *, sure: bool) -> PublicAnswer:
    return PublicAnswer(
        article_id=found.article_id,
        title=found.title,
        answer=found.text,
        source=found.source,
        confidence=found.confidence,
        sure=sure,
        category_code=found.category_code,
        effective_to=found.effective_to,
    )


def _tree(session: Session) -> list[PublicCategory]:
    query = select(Article.category_code, func.count()).where(*search.holds(Reader.CITIZEN, local_day()))
    counts = session.execute(query.group_by(Article.category_code)).all()
    nodes = {row.code: row for row in session.scalars(select(Category).order_by(Category.path))}
    totals = dict[str, int]()
    for code, count in counts:
        for part in nodes[code].path.strip("/").split("/") if code in nodes else ():
            totals[part] = totals.get(part, 0) + count
    made = {code: PublicCategory(code=code, name=nodes[code].name, count=totals[code]) for code in nodes if code in totals}
    for code, one in made.items():
        parent = made.get(nodes[code].parent_code or "")
        if parent is not None:
            parent.children.append(one)
    return [one for code, one in made.items() if nodes[code].parent_code not in made]
