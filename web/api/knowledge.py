"""Knowledge in front of agents over HTTP: cards, proposals of titles, what became of what was shown.

Articles themselves are in `knowledge_articles`, what citizens ask in `knowledge_public`.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time

from apiflask import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from hotline.intake.ownership import get_contact
from hotline.kernel import clock
from knowledge_base import asked, search, suggestions, uses
from knowledge_base.answers import Desk, Reply
from knowledge_base.asked import Asking
from knowledge_base.feedback import AskedBy, AskedOutcome
from knowledge_base.models import UseKind, UsePlace
from knowledge_base.search import Reader
from knowledge_base.shelves import DatabaseShelf
from knowledge_base.uses import Showing
from web import knowledge_terms
from web.api.schemas.base import Done
from web.api.schemas.contacts import Card
from web.api.schemas.knowledge import Cards, CardsIn, Proposal, Proposals, UseIn
from web.auth import EVERYONE, allowed
from web.requests import asks, container, reading, takes, working

api = APIBlueprint("knowledge", __name__, url_prefix="/api/v1/knowledge", tag="Knowledge")


class Typed(BaseModel):
    """The beginning of a title, as characters, pinyin or initials."""

    model_config = ConfigDict(extra="ignore")

    typed: str = Field("", max_length=200)


@api.post("/cards")
@takes(api, CardsIn)
@api.output(Cards)
@allowed(*EVERYONE)
def look_up_cards(body: CardsIn) -> Cards:
    """Cards for words an agent typed: the sure ones, then whatever else comes near. The question is written down."""
    with working() as uow:
        if body.contact_id is not None:
            get_contact(uow.session, body.contact_id)
        desk, shelf = ready_desk(uow.session), DatabaseShelf(uow.session)
        areas, today, shown = knowledge_terms.around(uow.session, body.area), local_day(), body.shown
        found = suggestions.look_up(shelf, desk, body.text, shown=shown, reader=Reader.STAFF, today=today, areas=areas)
        ranked = sorted((card.answer for card in found), key=lambda one: -one.confidence)
        row = asked.note(uow, Asking(AskedBy.AGENT, body.contact_id), body.text, Reply(None, tuple(ranked)), desk.policy)
        if row is not None:
            asked.show(uow, row, [card.answer for card in found], UsePlace.SEARCH)
        return Cards(
            items=card_shapes(found),
            asked_id=row.id if row is not None else None,
            noted=row is not None and row.outcome is AskedOutcome.NONE,
            degraded=suggestions.is_degraded(desk, body.text, reader=Reader.STAFF, today=today, areas=areas),
        )


@api.get("/suggest")
@asks(api, Typed)
@api.output(Proposals)
@allowed(*EVERYONE)
def suggest_titles(query: Typed) -> Proposals:
    """Titles that begin with what was typed."""
    with reading() as session:
        return proposals(session, query.typed, Reader.STAFF)


@api.post("/articles/<int:article_id>/uses")
@takes(api, UseIn)
@api.output(Done)
@allowed(*EVERYONE)
def use_article(article_id: int, body: UseIn) -> Done:
    """Note that an article was opened or used in a contact, or helped, or did not."""
    with working() as uow:
        if body.contact_id is not None:
            get_contact(uow.session, body.contact_id)
        place = UsePlace(body.place) if body.place else None
        showing = Showing(body.contact_id, body.asked_id, place, body.rank, body.confidence)
        uses.note(uow, article_id, UseKind(body.kind), showing)
        if body.asked_id is not None and body.kind == UseKind.NOT_HELPFUL:
            asked.disappoint(uow, AskedBy.AGENT, body.asked_id)
    return Done()


def proposals(session: Session, typed: str, reader: Reader) -> Proposals:
    """Titles that begin so, for that reader."""
    found = search.suggest(session, container().search, typed, reader=reader, today=local_day())
    return Proposals(items=[Proposal(article_id=one.id, title=one.title) for one in found])


def ready_desk(session: Session) -> Desk:
    """The desk, knowing the city's words as they are now."""
    parts = container()
    parts.words.refresh(session)
    return parts.desk


def live_cards(session: Session, text: str, shown: Sequence[int]) -> list[Card]:
    """The cards of a contact for all that was said and typed in it so far."""
    desk, shelf = ready_desk(session), DatabaseShelf(session)
    return card_shapes(suggestions.cards(shelf, desk, text, shown=shown, reader=Reader.STAFF, today=local_day()))


def card_shapes(found: Iterable[suggestions.Card]) -> list[Card]:
    """Cards as the console shows them."""
    policy = container().desk.policy
    return [
        Card(
            article_id=one.answer.article_id,
            title=one.answer.title,
            answer=one.answer.text,
            source=one.answer.source,
            confidence=one.answer.confidence,
            sure=one.answer.confidence >= policy.bar(one.answer.title),
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
