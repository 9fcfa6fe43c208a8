"""Call-backs over HTTP: who is to be rung, taking one, and what became of a call."""

from apiflask import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from hotline.kernel import clock
from hotline.tickets import queries, tickets
from sla import callbacks
from sla.answers import CallbackAnswers, ConnectResult, Contacted, Satisfaction, Solved
from sla.book import book_of
from sla.callbacks import OpenCallback
from sla.lifecycles import RINGERS
from sla.opinions import Callback
from web.api import present
from web.api.schemas.base import Done, OfficerRef, Page
from web.api.schemas.callbacks import Answers, Attempt, AttemptIn, CallbackResult, CallbackRow
from web.auth import allowed
from web.requests import asks, container, reading, scope, takes, working

api = APIBlueprint("callbacks", __name__, url_prefix="/api/v1", tag="Call-backs")

CURSOR = r"^\d{1,18}$"
"""An id, short enough for the database's integers."""
OUTCOMES = {"callback": "again", "review": "review"}


class PageQuery(BaseModel):
    """Where a list goes on, and how many rows."""

    model_config = ConfigDict(extra="ignore")

    after: str | None = Field(None, pattern=CURSOR)
    limit: int = Field(50, ge=1, le=200)

    def seen(self) -> int | None:
        """The id of the last row seen."""
        return int(self.after) if self.after is not None else None


@api.get("/callbacks")
@asks(api, PageQuery)
@api.output(Page[CallbackRow])
@allowed(*RINGERS)
def list_callbacks(query: PageQuery) -> Page[CallbackRow]:
    """Citizens to be called back, the nearest due first."""
    with reading() as session:
        found = callbacks.open_callbacks(session, scope(), limit=query.limit, after=query.seen())
        after = str(found[-1].callback.id) if len(found) == query.limit else None
        return Page[CallbackRow](items=_rows(session, found), after=after)


@api.post("/callbacks/<int:callback_id>/claim")
@api.output(Done)
@allowed(*RINGERS)
def claim_callback(callback_id: int) -> Done:
    """Take a call-back before ringing, so that nobody else rings the same person."""
    with working() as uow:
        _check_seen(uow.session, callback_id)
        callbacks.claim(uow, scope(), callback_id)
    return Done()


@api.post("/callbacks/<int:callback_id>/attempts")
@takes(api, AttemptIn)
@api.output(CallbackResult, status_code=201)
@allowed(*RINGERS)
def record_attempt(callback_id: int, body: AttemptIn) -> CallbackResult:
    """Record a call; the answer tells what followed."""
    with working() as uow:
        _check_seen(uow.session, callback_id)
        result = ConnectResult(body.connect_result)
        answers = answers_of(body.answers) if body.answers else None
        callback = callbacks.attempt(uow, scope(), callback_id, connect_result=result, answers=answers)
        state = tickets.get(uow, callback.ticket_id).state.value
        return CallbackResult(outcome=_outcome(callback, state), ticket_state=state)


def answers_of(given: Answers) -> CallbackAnswers:
    """The answers of a form as values."""
    return CallbackAnswers(
        contacted=Contacted(given.contacted),
        solved=Solved(given.solved),
        satisfaction=Satisfaction(given.satisfaction),
        reason=given.reason,
        verbatim=given.verbatim,
    )


def _check_seen(session: Session, callback_id: int) -> None:
    """Raise NotFound for a call-back of a ticket that is hidden from the reader."""
    callback = session.get(Callback, callback_id)
    if callback is not None:
        queries.get_visible(session, scope(), callback.ticket_id)


def _outcome(callback: Callback, ticket_state: str) -> str:
    if callback.state.value == "unreachable":
        return "unreachable"
    return OUTCOMES.get(ticket_state, "closed")


def _rows(session: Session, found: list[OpenCallback]) -> list[CallbackRow]:
    now, book = clock.now(), book_of(session, container().database.zone)
    rows = present.rows(session, book.calendar, [entry.ticket for entry in found], now, scope())
    names = present.officer_names(session, _officers(found))
    return [
        CallbackRow(
            id=entry.callback.id,
            ticket=ticket,
            round=entry.callback.round,
            state=entry.callback.state.value,
            due=present.limit("callback", entry.callback.due_at, None, book.calendar, now),
            contact_name=present.requester(entry.ticket, scope()).name,
            contact_phone=present.requester(entry.ticket, scope()).phone,
            public_reply=entry.ticket.public_reply,
            unit_says_solved=entry.unit_says_solved,
            attempts=[
                Attempt(at=tried.at, connect_result=tried.connect_result, by=names.get(tried.officer_id or 0, ""))
                for tried in entry.callback.attempts
            ],
            attempts_max=book.rules.callback.attempts,
            claimed_by=_claimer(entry.callback, names),
        )
        for entry, ticket in zip(found, rows, strict=True)
    ]


def _officers(found: list[OpenCallback]) -> set[int | None]:
    claimed = {entry.callback.claimed_by_id for entry in found}
    return claimed | {tried.officer_id for entry in found for tried in entry.callback.attempts}


def _claimer(callback: Callback, names: dict[int, str]) -> OfficerRef | None:
    found = callback.claimed_by_id
    return OfficerRef(id=found, name=names.get(found, "")) if found is not None else None
