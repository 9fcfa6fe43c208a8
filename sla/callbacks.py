"""Use cases on call-backs (回访): open, take, try, answer, give up. The only module that assigns `Callback.state`.

`follow` is a within-reaction to TicketMoved. What the requester says becomes the ticket's outcome through the core's use
case; "not solved" or "dissatisfied" sends the case to `reviews`. Explicit, unreachable and not-wanted stay apart.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from hotline.kernel.scope import Scope
from hotline.tickets import queries, tickets, timeline
from hotline.tickets.events import TicketMoved
from hotline.tickets.models import Assignment, Ticket
from hotline.tickets.workflow import SYSTEM, AssignmentState, State
from sla import answers as said
from sla import clocks
from sla.answers import CallbackAnswers, ConnectResult, Consequence
from sla.book import book_of
from sla.events import CallbackAttempted, CallbackOpened, TicketEvaluated
from sla.lifecycles import CALLBACK, REQUESTER, RINGERS, CallbackState
from sla.limits import Stage
from sla.opinions import Callback, CallbackAnswer, CallbackAttempt
from sla.rules import CallbackRules

EXPLICIT = "explicit"
UNREACHABLE = "unreachable"
NOT_WANTED = "not_wanted"
SOURCES = {
    CallbackState.DONE: EXPLICIT,
    CallbackState.UNREACHABLE: UNREACHABLE,
    CallbackState.NOT_WANTED: NOT_WANTED,
}
PHONE = "phone"
PORTAL = "portal"


@dataclass(frozen=True)
class OpenCallback:
    """A call-back to make, its ticket, and whether the unit said that it is solved."""

    callback: Callback
    ticket: Ticket
    unit_says_solved: str | None


@dataclass(frozen=True)
class CallbackFact:
    """One round as the ticket page shows it. `source` tells how the outcome is known; None while it is open."""

    round: int
    state: str
    at: datetime | None
    contacted: str | None
    solved: str | None
    satisfaction: str | None
    reason: str
    source: str | None


def follow(uow: UnitOfWork, event: TicketMoved) -> None:
    """Open the call-back of a ticket that its unit answered; close it when nobody is to be asked."""
    if event.target != State.CALLBACK or event.source == event.target:
        return
    ticket = tickets.get(uow, event.ticket_id)
    callback = Callback(ticket_id=ticket.id, round=ticket.round, state=CallbackState.OPEN, opened_at=uow.now)
    uow.session.add(callback)
    if not _wants_answer(ticket):
        _end(uow, callback, "skip", [SYSTEM])
        tickets.record_outcome(uow, ticket, contacted=None, solved=None, satisfied=None, source=NOT_WANTED)
        _move(uow, ticket.id, Consequence.CLOSE)
        return
    clock = clocks.start(uow, Stage.CALLBACK, ticket)
    callback.due_at = clock.due_at if clock else None
    uow.session.flush()
    uow.record(CallbackOpened(callback.id, ticket.id, ticket.round))


def claim(uow: UnitOfWork, scope: Scope, callback_id: int) -> Callback:
    """Reserve a call-back for who is about to ring. Raises Conflict while somebody else holds it, Forbidden, NotFound."""
    callback = _held(uow, callback_id)
    CALLBACK.find(callback.state, "try", scope.roles, {})
    _check_free(uow, scope, callback)
    callback.claimed_by_id, callback.claimed_at = scope.officer_id, uow.now
    uow.session.flush()
    return callback


def attempt(
    uow: UnitOfWork, scope: Scope, callback_id: int, *, connect_result: ConnectResult, answers: CallbackAnswers | None
) -> Callback:
    """Record a call and what follows from it.

    Reached: the answers close the ticket or send it to review. Not reached: tried again, until the tries that count are
    used up or the result is final; then the ticket closes as unreachable. Raises Invalid for answers that do not fit
    the result, Conflict when the call-back has ended or somebody else holds it, Forbidden, NotFound.
    """
    if (connect_result is ConnectResult.REACHED) != (answers is not None):
        raise Invalid("answers", "only-when-reached", connect_result=connect_result.value)
    callback = _held(uow, callback_id)
    CALLBACK.find(callback.state, "try", scope.roles, {})
    _check_free(uow, scope, callback)
    rules = book_of(uow.session, uow.zone, uow.now).rules.callback
    _note_try(uow, callback, connect_result, rules)
    if answers is not None:
        _settle(uow, callback, answers, channel=PHONE, roles=scope.roles)
    elif connect_result in rules.final_results or _tries(callback) >= rules.attempts:
        _give_up(uow, callback, scope)
    else:
        callback.claimed_by_id = callback.claimed_at = None
    uow.session.flush()
    uow.record(CallbackAttempted(callback.id, callback.ticket_id, connect_result.value, callback.state.value))
    return callback


def evaluate_online(uow: UnitOfWork, ticket: Ticket, answers: CallbackAnswers) -> Callback:
    """Take the requester's own evaluation on the portal, with the same consequences. Raises Conflict when none is open."""
    query = select(Callback).where(Callback.ticket_id == ticket.id, Callback.state == CallbackState.OPEN)
    callback = uow.session.scalars(query.with_for_update(of=Callback)).one_or_none()
    if callback is None:
        raise Conflict("nothing to evaluate", reason="no-open-callback", state=ticket.state.value)
    _settle(uow, callback, answers, channel=PORTAL, roles=[REQUESTER])
    uow.session.flush()
    return callback


def open_callbacks(session: Session, scope: Scope, *, limit: int = 50, after: int | None = None) -> list[OpenCallback]:
    """Who is to be rung of tickets this reader may see, the nearest due first, after the id last seen. Raises Forbidden."""
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
        .where(Callback.state == CallbackState.OPEN, queries.visible(scope))
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


def _fact(callback: Callback) -> CallbackFact:
    answer = callback.answer
    return CallbackFact(
        round=callback.round,
        state=callback.state.value,
        at=callback.ended_at,
        contacted=answer.contacted if answer else None,
        solved=answer.solved if answer else None,
        satisfaction=answer.satisfaction if answer else None,
        reason=answer.reason if answer else "",
        source=SOURCES.get(callback.state),
    )


def _wants_answer(ticket: Ticket) -> bool:
    return ticket.reply_wanted and bool(ticket.contact_phone or ticket.citizen_id)


def _held(uow: UnitOfWork, callback_id: int) -> Callback:
    callback = uow.session.get(Callback, callback_id, with_for_update={"of": Callback}, populate_existing=True)
    if callback is None:
        raise NotFound("callback", thing="callback", id=callback_id)
    return callback


def _check_free(uow: UnitOfWork, scope: Scope, callback: Callback) -> None:
    if callback.claimed_by_id in (None, scope.officer_id) or callback.claimed_at is None:
        return
    until = callback.claimed_at + book_of(uow.session, uow.zone, uow.now).rules.callback.claim
    if uow.now < until:
        raise Conflict("somebody else is ringing", reason="claimed", until=until.isoformat())


def _note_try(uow: UnitOfWork, callback: Callback, result: ConnectResult, rules: CallbackRules) -> None:
    counted = _counts(callback, uow.now, rules)
    tried = CallbackAttempt(
        callback_id=callback.id, connect_result=result.value, counted=counted, at=uow.now, officer_id=uow.actor.officer_id
    )
    callback.attempts.append(tried)
    data = {"connect_result": result.value, "attempt": len(callback.attempts)}
    timeline.write(uow, callback.ticket_id, "callback_try", data=data)


def _counts(callback: Callback, now: datetime, rules: CallbackRules) -> bool:
    counted = [tried.at for tried in callback.attempts if tried.counted]
    return not counted or now - counted[-1] >= rules.gap


def _tries(callback: Callback) -> int:
    return sum(tried.counted for tried in callback.attempts)


def _settle(uow: UnitOfWork, callback: Callback, answers: CallbackAnswers, *, channel: str, roles: Collection[str]) -> None:
    _end(uow, callback, "answer", roles)
    callback.answer = CallbackAnswer(
        callback_id=callback.id,
        channel=channel,
        contacted=answers.contacted.value,
        solved=answers.solved.value,
        satisfaction=answers.satisfaction.value,
        attitude=answers.attitude.value if answers.attitude else None,
        reason=answers.reason,
        verbatim=answers.verbatim,
        at=uow.now,
        officer_id=uow.actor.officer_id,
    )
    tickets.record_outcome(
        uow,
        tickets.get(uow, callback.ticket_id),
        contacted=said.CONTACTED_FACT[answers.contacted],
        solved=answers.solved.value,
        satisfied=answers.satisfaction.value,
        source=EXPLICIT,
    )
    data = {"contacted": answers.contacted, "solved": answers.solved, "satisfaction": answers.satisfaction, "by": channel}
    timeline.write(uow, callback.ticket_id, "callback_answer", data={key: str(value) for key, value in data.items()})
    follows = said.consequence(answers, book_of(uow.session, uow.zone, uow.now).rules.callback)
    _move(uow, callback.ticket_id, follows)
    uow.record(TicketEvaluated(callback.id, callback.ticket_id, channel, follows.value))


def _give_up(uow: UnitOfWork, callback: Callback, scope: Scope) -> None:
    _end(uow, callback, "give_up", scope.roles)
    ticket = tickets.get(uow, callback.ticket_id)
    tickets.record_outcome(uow, ticket, contacted=None, solved=None, satisfied=None, source=UNREACHABLE)
    _move(uow, ticket.id, Consequence.CLOSE)


def _end(uow: UnitOfWork, callback: Callback, action: str, roles: Collection[str]) -> None:
    callback.state = CALLBACK.find(callback.state, action, roles, {}).target
    callback.ended_at = uow.now
    uow.session.flush()


def _move(uow: UnitOfWork, ticket_id: int, follows: Consequence) -> None:
    tickets.move(uow, ticket_id, follows.value, roles=[SYSTEM], given={})
