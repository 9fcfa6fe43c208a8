"""Questions on call-backs: who is to be rung now or later, and what each round came to. Nothing here changes one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.orm import Session

from hotline.kernel.errors import Forbidden
from hotline.kernel.scope import Scope
from hotline.tickets import queries
from hotline.tickets.models import Assignment, Ticket
from hotline.tickets.workflow import AssignmentState
from sla.lifecycles import RINGERS, CallbackState
from sla.opinions import Callback
from sla.outcomes import SOURCES
from sla.plans import Channel


class When(StrEnum):
    """Which of the open call-backs: those a person should ring now, those that wait for their hour or a link, all."""

    NOW = "now"
    LATER = "later"
    ALL = "all"


@dataclass(frozen=True)
class OpenCallback:
    """A call-back to make, its ticket, and whether the unit said that it is solved."""

    callback: Callback
    ticket: Ticket
    unit_says_solved: str | None


@dataclass(frozen=True)
class CallbackFact:
    """One round as the ticket page shows it. `source` tells how the outcome is known; None while it is open."""

    id: int
    round: int
    state: str
    channel: str
    at: datetime | None
    contacted: str | None
    solved: str | None
    satisfaction: str | None
    attitude: str | None
    respondent: str | None
    reason_codes: list[str]
    reason: str
    source: str | None


def open_callbacks(
    session: Session, scope: Scope, when: When = When.ALL, *, now: datetime, limit: int = 50, after: int | None = None
) -> list[OpenCallback]:
    """Who is to be asked of tickets this reader may see, the nearest due first, after the id last seen. Raises Forbidden."""
    if not scope.roles & RINGERS:
        raise Forbidden("not this role", action="callbacks", roles=sorted(RINGERS))
    answered = (
        (Assignment.ticket_id == Callback.ticket_id)
        & (Assignment.round == Callback.round)
        & (Assignment.role == "lead")
        & (Assignment.state == AssignmentState.REPLIED)
    )
    query = (
        select(Callback, Ticket, Assignment.solved)
        .join(Ticket, Ticket.id == Callback.ticket_id)
        .outerjoin(Assignment, answered)
        .where(Callback.state == CallbackState.OPEN, _at(when, now), queries.visible(scope))
    )
    seen = session.get(Callback, after) if after is not None else None
    if seen is not None and seen.due_at is not None:
        query = query.where((Callback.due_at > seen.due_at) | ((Callback.due_at == seen.due_at) & (Callback.id > seen.id)))
    return [OpenCallback(*row) for row in session.execute(query.order_by(Callback.due_at, Callback.id).limit(limit))]


def facts(session: Session, ticket_id: int) -> list[CallbackFact]:
    """All rounds of a ticket's call-backs in order, each with what was said."""
    return [_fact(callback) for callback in of_ticket(session, ticket_id)]


def of_ticket(session: Session, ticket_id: int) -> list[Callback]:
    """All rounds of a ticket's call-backs in order."""
    return list(session.scalars(select(Callback).where(Callback.ticket_id == ticket_id).order_by(Callback.round)))


def first_rounds(session: Session, ticket_ids: list[int]) -> dict[int, Callback]:
    """The earliest round of each ticket that its requester answered."""
    query = select(Callback).where(Callback.ticket_id.in_(ticket_ids), Callback.state == CallbackState.DONE)
    return {callback.ticket_id: callback for callback in session.scalars(query.order_by(Callback.round.desc()))}


def _at(when: When, now: datetime) -> ColumnElement[bool]:
    ringing = and_(Callback.channel == Channel.PERSON.value, func.coalesce(Callback.try_after, now) <= now)
    return {When.NOW: ringing, When.LATER: ~ringing, When.ALL: true()}[when]


def _fact(callback: Callback) -> CallbackFact:
    answer = callback.answer
    return CallbackFact(
        id=callback.id,
        round=callback.round,
        state=callback.state.value,
        channel=answer.channel if answer else callback.channel,
        at=callback.ended_at,
        contacted=answer.contacted if answer else None,
        solved=answer.solved if answer else None,
        satisfaction=answer.satisfaction if answer else None,
        attitude=answer.attitude if answer else None,
        respondent=answer.respondent if answer else None,
        reason_codes=list(answer.reason_codes) if answer else [],
        reason=answer.reason if answer else "",
        source=SOURCES.get(callback.state),
    )
