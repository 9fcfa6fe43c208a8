"""Call-backs over HTTP: who is to be rung, taking one, and what became of a call."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from apiflask import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel import clock
from hotline.tickets import queries, tickets
from hotline.tickets.models import Ticket
from sla import callback_lists, callbacks, evaluation_links
from sla.answers import CallbackAnswers, ConnectResult, Contacted, Respondent, Satisfaction, Solved
from sla.book import book_of
from sla.callback_lists import OpenCallback, When
from sla.evaluation_links import LinkKind
from sla.lifecycles import RINGERS, ClockState
from sla.limits import Stage
from sla.models import Clock
from sla.opinion_rules import CallbackRules, ConsequenceRow
from sla.opinion_rules import Reason as Listed
from sla.opinions import Callback, CallbackAttempt, EvaluationLink
from web import texts
from web.api import present
from web.api.schemas.base import Done, OfficerRef, Page
from web.api.schemas.callbacks import (
    Answers,
    Attempt,
    AttemptIn,
    CallbackResult,
    CallbackRow,
    Consequence,
    EarlierAnswers,
    LinkFact,
    Reason,
)
from web.auth import allowed
from web.requests import asks, container, locale, reading, scope, takes, working

api = APIBlueprint("callbacks", __name__, url_prefix="/api/v1", tag="Call-backs")

CURSOR = r"^\d{1,18}$"
"""An id, short enough for the database's integers."""


@dataclass(frozen=True)
class _Kept:
    """What the rows of one page need, read once: names of officers, last links, first rounds by ticket, the rules."""

    names: Mapping[int, str]
    links: Mapping[int, EvaluationLink]
    first: Mapping[int, Callback]
    rules: CallbackRules
    zone: ZoneInfo


OUTCOMES = {"callback": "again", "review": "review"}


class PageQuery(BaseModel):
    """Where a list goes on, and how many rows."""

    model_config = ConfigDict(extra="ignore")

    after: str | None = Field(None, pattern=CURSOR)
    limit: int = Field(50, ge=1, le=200)

    def seen(self) -> int | None:
        """The id of the last row seen."""
        return int(self.after) if self.after is not None else None


class CallbacksQuery(PageQuery):
    """Which call-backs: those to ring now, those that wait for their hour or a link, all."""

    when: When = When.ALL


@api.get("/callbacks")
@asks(api, CallbacksQuery)
@api.output(Page[CallbackRow])
@allowed(*RINGERS)
def list_callbacks(query: CallbacksQuery) -> Page[CallbackRow]:
    """Citizens to be called back, the nearest due first."""
    with reading() as session:
        now = clock.now()
        found = callback_lists.open_callbacks(session, scope(), query.when, now=now, limit=query.limit, after=query.seen())
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
        return CallbackResult(outcome=outcome(callback, state), ticket_state=state)


@api.post("/callbacks/<int:callback_id>/link")
@api.output(LinkFact, status_code=201)
@allowed(*RINGERS)
def send_link(callback_id: int) -> LinkFact:
    """Ask by a link in a message now; an earlier link is good no longer."""
    with working() as uow:
        _check_seen(uow.session, callback_id)
        link = callbacks.send_link(uow, scope(), callback_id)
        return _link(link)


def answers_of(given: Answers) -> CallbackAnswers:
    """The answers of a form as values."""
    return CallbackAnswers(
        contacted=Contacted(given.contacted),
        solved=Solved(given.solved),
        satisfaction=Satisfaction(given.satisfaction),
        attitude=Satisfaction(given.attitude) if given.attitude else None,
        respondent=Respondent(given.respondent),
        reason_codes=tuple(given.reason_codes),
        reason=given.reason,
        verbatim=given.verbatim,
    )


def _check_seen(session: Session, callback_id: int) -> None:
    """Raise NotFound for a call-back of a ticket that is hidden from the reader."""
    callback = session.get(Callback, callback_id)
    if callback is not None:
        queries.get_visible(session, scope(), callback.ticket_id)


def outcome(callback: Callback, ticket_state: str) -> str:
    """What followed from a call, in the words of CallbackResult."""
    if callback.state.value == "unreachable":
        return "unreachable"
    return OUTCOMES.get(ticket_state, "closed")


def reasons(listed: Sequence[Listed]) -> list[Reason]:
    """Reasons to choose from, in the reader's language."""
    english = locale() == "en"
    return [Reason(code=entry.code, text=entry.name_en if english else entry.name) for entry in listed]


def earlier_answers(callback: Callback | None) -> EarlierAnswers | None:
    """What was said in a round, for who decides or rings in a later one."""
    if callback is None or callback.answer is None:
        return None
    fields = ("contacted", "solved", "satisfaction", "attitude", "reason", "reason_codes")
    return EarlierAnswers(round=callback.round, **{name: getattr(callback.answer, name) for name in fields})


def _rows(session: Session, found: list[OpenCallback]) -> list[CallbackRow]:
    now, book = clock.now(), book_of(session, container().database.zone)
    tickets_shown = present.rows(session, book.calendar, [entry.ticket for entry in found], now, scope())
    limits = _limits(session, [entry.ticket.id for entry in found])
    kept = _Kept(
        names=present.officer_names(session, _officers(found)),
        links=evaluation_links.latest(session, LinkKind.MATTER, [entry.callback.id for entry in found]),
        first=callback_lists.first_rounds(session, [entry.ticket.id for entry in found]),
        rules=book.rules.opinions.callback,
        zone=container().database.zone,
    )
    return [
        CallbackRow(
            ticket=ticket,
            due=present.running_limit(limits[ticket.id], book.calendar, now) if ticket.id in limits else None,
            **_of_callback(entry.callback, kept),
            **_of_ticket(entry),
        )
        for entry, ticket in zip(found, tickets_shown, strict=True)
    ]


def _limits(session: Session, ticket_ids: Collection[int]) -> dict[int, Clock]:
    """The limits within which these tickets' call-backs are owed, where a city has them."""
    running = Clock.stage == Stage.CALLBACK, Clock.state == ClockState.RUNNING
    return {limit.ticket_id: limit for limit in session.scalars(select(Clock).where(Clock.ticket_id.in_(ticket_ids), *running))}


def _of_callback(callback: Callback, kept: _Kept) -> Mapping[str, Any]:  # fields of CallbackRow
    plain = ("id", "round", "plan", "channel", "opens_at", "try_after")
    link = kept.links.get(callback.id)
    slots = (kept.rules.tries.slot_of(tried.at, kept.zone) for tried in callback.attempts if tried.counted)
    return {
        **{name: getattr(callback, name) for name in plain},
        "state": callback.state.value,
        "attempts": [_attempt(tried, kept.names) for tried in callback.attempts],
        "attempts_max": kept.rules.tries.attempts,
        "slots_tried": [slot.name for slot in slots if slot],
        "link": _link(link) if link else None,
        "first": earlier_answers(kept.first.get(callback.ticket_id)),
        "scale": kept.rules.scale,
        "reasons": reasons(kept.rules.reasons),
        "consequences": [_consequence(row) for row in kept.rules.consequences],
        "claimed_by": _claimer(callback, kept.names),
    }


def _consequence(row: ConsequenceRow) -> Consequence:
    return Consequence(when={question: sorted(words) for question, words in row.when.items()}, then=row.then)


def _of_ticket(entry: OpenCallback) -> Mapping[str, Any]:  # fields of CallbackRow
    requester = present.requester(entry.ticket, scope())
    return {
        "contact_name": requester.name,
        "contact_phone": requester.phone,
        "public_reply": entry.ticket.public_reply,
        "unit_says_solved": entry.unit_says_solved,
        "script": _script(entry.ticket),
    }


def _script(ticket: Ticket) -> str:
    """What is said. Of a confidential matter nothing is, since somebody else may listen."""
    if ticket.confidential:
        return texts.text("callback.script-confidential", locale(), number=ticket.number)
    return texts.text("callback.script", locale(), title=ticket.title, number=ticket.number)


def _attempt(tried: CallbackAttempt, names: Mapping[int, str]) -> Attempt:
    fields = ("at", "channel", "connect_result", "counted")
    return Attempt(**{name: getattr(tried, name) for name in fields}, by=names.get(tried.officer_id or 0, ""))


def _link(link: EvaluationLink) -> LinkFact:
    return LinkFact(sent_at=link.made_at, until=link.expires_at, used_at=link.used_at)


def _officers(found: list[OpenCallback]) -> set[int | None]:
    claimed = {entry.callback.claimed_by_id for entry in found}
    return claimed | {tried.officer_id for entry in found for tried in entry.callback.attempts}


def _claimer(callback: Callback, names: Mapping[int, str]) -> OfficerRef | None:
    found = callback.claimed_by_id
    return OfficerRef(id=found, name=names.get(found, "")) if found is not None else None
