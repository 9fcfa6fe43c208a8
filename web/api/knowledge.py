"""Knowledge over HTTP: cards and articles for staff, instant answers for citizens."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time

from apiflask import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from hotline.intake.ownership import get_contact
from hotline.kernel import clock
from hotline.kernel.search.port import Cursor
from knowledge_base import answers, articles, search, suggestions
from knowledge_base.answers import Answer
from knowledge_base.models import Article, UseKind
from knowledge_base.search import Reader
from knowledge_base.shelves import DatabaseShelf
from web.api.schemas.base import Done, Page
from web.api.schemas.contacts import Card
from web.api.schemas.knowledge import ArticleDetail, ArticleRow, Cards, PublicArticle, UseIn
from web.api.schemas.portal import Helpful, PublicAnswer, PublicAnswers
from web.auth import EVERYONE, allowed, public
from web.limits import limiter, question_rate
from web.requests import asks, container, reading, takes, working

api = APIBlueprint("knowledge", __name__, url_prefix="/api/v1", tag="Knowledge")


class CardQuery(BaseModel):
    """What is said or typed so far, and the article ids on the screen now, comma-separated, in their order."""

    model_config = ConfigDict(extra="ignore")

    text: str = Field("", max_length=10_000)
    shown: str = Field("", max_length=200, pattern=r"^(\d{1,18}(,\d{1,18})*)?$")

    def shown_ids(self) -> list[int]:
        """The ids on the screen."""
        return [int(part) for part in self.shown.split(",") if part]


class ArticleQuery(BaseModel):
    """What a list of articles is narrowed by."""

    model_config = ConfigDict(extra="ignore")

    search: str = Field("", max_length=200)
    after: str | None = None
    limit: int = Field(30, ge=1, le=100)


class QuestionQuery(BaseModel):
    """A citizen's question."""

    model_config = ConfigDict(extra="ignore")

    question: str = Field("", max_length=10_000)


@api.get("/knowledge/cards")
@asks(api, CardQuery)
@api.output(Cards)
@allowed(*EVERYONE)
def look_up_cards(query: CardQuery) -> Cards:
    """Cards for words an agent typed: the sure ones, then whatever else comes near."""
    with reading() as session:
        found = suggestions.look_up(
            DatabaseShelf(session),
            container().desk,
            query.text,
            shown=query.shown_ids(),
            reader=Reader.STAFF,
            today=local_day(),
        )
        return Cards(items=card_shapes(found))


@api.get("/knowledge/articles")
@asks(api, ArticleQuery)
@api.output(Page[ArticleRow])
@allowed(*EVERYONE)
def list_articles(query: ArticleQuery) -> Page[ArticleRow]:
    """Articles that hold today: for words the best first, else the newest first."""
    with reading() as session:
        if not query.search.strip():
            found = search.newest(session, reader=Reader.STAFF, today=local_day(), size=query.limit, before=query.after)
        else:
            after = Cursor.decoded(query.after) if query.after else None
            today, desk = local_day(), container().desk
            found = search.find(
                session, desk.search, query.search, reader=Reader.STAFF, today=today, size=query.limit, after=after
            )
        return Page[ArticleRow](items=[_row(one) for one in found.articles], after=found.next_page, total=found.total)


@api.get("/knowledge/articles/<int:article_id>")
@api.output(ArticleDetail)
@allowed(*EVERYONE)
def show_article(article_id: int) -> ArticleDetail:
    """One article that holds today."""
    with reading() as session:
        return _detail(search.read(session, article_id, reader=Reader.STAFF, today=local_day()))


@api.post("/knowledge/articles/<int:article_id>/uses")
@takes(api, UseIn)
@api.output(Done)
@allowed(*EVERYONE)
def use_article(article_id: int, body: UseIn) -> Done:
    """Note that an article was used in a contact, or helped, or did not."""
    with working() as uow:
        if body.contact_id is not None:
            get_contact(uow.session, body.contact_id)
        articles.note_use(uow, article_id, UseKind(body.kind), contact_id=body.contact_id)
    return Done()


@api.get("/public/answers")
@limiter.limit(question_rate)
@asks(api, QuestionQuery)
@api.output(PublicAnswers)
@public
def answer_citizen(query: QuestionQuery) -> PublicAnswers:
    """The instant answer to a citizen's question, if there is a sure one, and the next best articles."""
    with reading() as session:
        reply = answers.answer(
            DatabaseShelf(session), container().desk, query.question, reader=Reader.CITIZEN, today=local_day()
        )
        best = _public_answer(reply.answer, sure=True) if reply.answer else None
        return PublicAnswers(answer=best, others=[_public_answer(one, sure=False) for one in reply.others if one.text])


@api.get("/public/articles/<int:article_id>")
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
        )


@api.post("/public/articles/<int:article_id>/uses")
@limiter.limit(question_rate)
@takes(api, Helpful)
@api.output(Done)
@public
def judge_public_article(article_id: int, body: Helpful) -> Done:
    """Note whether an article helped a citizen."""
    with working() as uow:
        search.read(uow.session, article_id, reader=Reader.CITIZEN, today=local_day())
        articles.note_use(uow, article_id, UseKind.HELPFUL if body.helpful else UseKind.NOT_HELPFUL)
    return Done()


def live_cards(session: Session, text: str, shown: Sequence[int]) -> list[Card]:
    """The cards of a contact for all that was said and typed in it so far."""
    desk = container().desk
    return card_shapes(
        suggestions.cards(DatabaseShelf(session), desk, text, shown=shown, reader=Reader.STAFF, today=local_day())
    )


def card_shapes(found: Iterable[suggestions.Card]) -> list[Card]:
    """Cards as the console shows them."""
    sure_at = container().desk.policy.sure_at
    return [
        Card(
            article_id=one.answer.article_id,
            title=one.answer.title,
            answer=one.answer.text,
            source=one.answer.source,
            confidence=one.answer.confidence,
            sure=one.answer.confidence >= sure_at,
            because=one.sentence,
            effective_to=_end_of(one.answer.effective_to),
        )
        for one in found
    ]


def local_day() -> date:
    """Today in the city: articles hold by local days."""
    return clock.now().astimezone(container().database.zone).date()


def _end_of(day: date | None) -> datetime | None:
    return datetime.combine(day, time.max, container().database.zone) if day else None


def _public_answer(found: Answer, *, sure: bool) -> PublicAnswer:
    return PublicAnswer(
        article_id=found.article_id,
        title=found.title,
        answer=found.text,
        source=found.source,
        confidence=found.confidence,
        sure=sure,
    )


def _row(article: Article) -> ArticleRow:
    return ArticleRow(**{name: getattr(article, name) for name in ArticleRow.model_fields})


def _detail(article: Article) -> ArticleDetail:
    return ArticleDetail(**{name: getattr(article, name) for name in ArticleDetail.model_fields})
