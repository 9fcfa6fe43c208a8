"""Use cases on call-backs (回访): open, take, try, answer, let drop. What follows is in `outcomes`, how somebody is asked in
`asking`; lists are in `callback_lists`, and who is asked at all in `plans`.

`follow` is a within-reaction to TicketMoved. "Not solved" or "dissatisfied" sends the case to `reviews`.
"""

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import select

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Invalid
from hotline.kernel.scope import Scope
from hotline.tickets import tickets, timeline
from hotline.tickets.events import TicketMoved
from hotline.tickets.models import Ticket
from hotline.tickets.workflow import BAD_MARK, State
from sla import asking, outcomes, plans
from sla.answers import CallbackAnswers, ConnectResult
from sla.book import book_of
from sla.events import CallbackAttempted
from sla.lifecycles import CALLBACK, REQUESTER, CallbackState
from sla.opinion_rules import CallbackRules
from sla.opinions import Callback, CallbackAttempt, EvaluationLink, ServiceMark
from sla.plans import Channel, Plan

PHONE = "phone"
PORTAL = "portal"
LINK = "link"
ROBOT = "robot"


def follow(uow: UnitOfWork, event: TicketMoved) -> None:
    """Open the call-back of a ticket that its unit answered; close it when nobody is to be asked."""
    if event.target != State.CALLBACK or event.source == event.target:
        return
    ticket, book = tickets.get(uow, event.ticket_id), book_of(uow.session, uow.zone, uow.now)
    plan = plans.plan_for(book.rules.opinions.callback.plans, _case(ticket))
    callback, unasked = outcomes.begin(uow, ticket, plan.name), _unasked(uow, ticket, plan)
    if unasked is not None:
        outcomes.end_unasked(uow, callback, unasked)
    else:
        asking.begin(uow, callback, ticket, book)


def claim(uow: UnitOfWork, scope: Scope, callback_id: int) -> Callback:
    """Reserve a call-back for who is about to ring. Raises Conflict while somebody else holds it, Forbidden, NotFound."""
    callback = _to_ring(uow, scope, callback_id)
    callback.claimed_by_id, callback.claimed_at = scope.officer_id, uow.now
    uow.session.flush()
    return callback


def attempt(
    uow: UnitOfWork, scope: Scope, callback_id: int, *, connect_result: ConnectResult, answers: CallbackAnswers | None
) -> Callback:
    """Record a call and what follows from it.

    Reached: the answers close the ticket or send it to review, at whatever hour. Not reached: tried again, until the tries
    that count are used up or the result is final; then the ticket closes as unreachable. Raises Invalid for answers that
    do not fit the result or the scale, Conflict when the call-back has ended or somebody else holds it, Forbidden, NotFound.
    """
    _check_fit(connect_result, answers)
    callback, book = _to_ring(uow, scope, callback_id), book_of(uow.session, uow.zone, uow.now)
    rules = book.rules.opinions.callback
    _note_try(uow, callback, connect_result, channel=Channel.PERSON, counted=_counts(uow, callback, rules))
    if answers is not None:
        outcomes.settle(uow, callback, answers, channel=PHONE, roles=scope.roles)
    elif connect_result in rules.final_results or len(asking.counted(callback)) >= rules.tries.attempts:
        outcomes.give_up(uow, callback, scope.roles)
    else:
        callback.claimed_by_id = callback.claimed_at = None
        callback.try_after = asking.next_try(uow, callback, book)
    return _announced(uow, callback, connect_result)


def note_robot(
    uow: UnitOfWork,
    callback_id: int,
    *,
    connect_result: ConnectResult,
    answers: CallbackAnswers | None,
    recording_ref: str = "",
) -> Callback:
    """Take what a robot's call came to; whom it did not reach is asked by the plan's next channel, at the latest by a person.

    `recording_ref` is the robot's name for its recording, kept in the timeline.
    Raises Invalid as `attempt`, Conflict when the call-back has ended, NotFound.
    """
    _check_fit(connect_result, answers)
    callback = outcomes.held_open(uow, callback_id)
    kept = {"recording": recording_ref} if recording_ref else {}
    _note_try(uow, callback, connect_result, channel=Channel.ROBOT, counted=False, kept=kept)
    if answers is not None:
        outcomes.settle(uow, callback, answers, channel=ROBOT, roles=[REQUESTER])
    elif callback.channel == Channel.ROBOT:
        asking.go_on(uow, callback, book_of(uow.session, uow.zone, uow.now))
    return _announced(uow, callback, connect_result)


def evaluate_online(uow: UnitOfWork, ticket: Ticket, answers: CallbackAnswers) -> Callback:
    """Take the requester's own evaluation on the portal, with the same consequences. Raises Conflict when none is open."""
    callback = _open_of(uow, ticket)
    if callback is None:
        raise Conflict("nothing to evaluate", reason="no-open-callback", state=ticket.state.value)
    outcomes.settle(uow, callback, answers, channel=PORTAL, roles=[REQUESTER])
    uow.session.flush()
    return callback


def answer_by_link(uow: UnitOfWork, callback_id: int, answers: CallbackAnswers) -> Callback:
    """Take what the requester said over the link that was sent. Raises Conflict when the call-back has ended."""
    callback = outcomes.held_open(uow, callback_id)
    outcomes.settle(uow, callback, answers, channel=LINK, roles=[REQUESTER])
    uow.session.flush()
    return callback


def send_link(uow: UnitOfWork, scope: Scope, callback_id: int) -> EvaluationLink:
    """Ask by a link in a message now. Raises Conflict for a matter too discreet for one, as `claim`; Forbidden, NotFound."""
    callback = _to_ring(uow, scope, callback_id)
    if not asking.takes(tickets.get(uow, callback.ticket_id), Channel.SMS):
        raise Conflict("no link for this one", reason="no-link-possible")
    callback.channel = Channel.SMS.value
    return asking.send_link(uow, callback, book_of(uow.session, uow.zone, uow.now).rules.opinions.callback)


def drop_excluded(uow: UnitOfWork, ticket: Ticket) -> None:
    """Ask no more, since the judgement behind the ticket was excluded (剔除): it closes with its unit's answer.

    Does nothing when nobody is being asked.
    """
    callback = _open_of(uow, ticket)
    if callback is not None:
        outcomes.end_unasked(uow, callback, "exclude")


def _unasked(uow: UnitOfWork, ticket: Ticket, plan: Plan) -> str | None:
    """The action by which a call-back ends before anybody is asked; None when somebody is."""
    if _judges_excluded(uow, ticket):
        return "exclude"
    if not (ticket.reply_wanted and (ticket.contact_phone or ticket.citizen_id)):
        return "skip"
    return None if plan.samples(ticket.id) else "leave_out"


def _judges_excluded(uow: UnitOfWork, ticket: Ticket) -> bool:
    """A bad mark that counts no more may still be answered: merged with another ticket, or opened again."""
    excluded = ServiceMark.ticket_id == ticket.id, ServiceMark.excluded_at.is_not(None)
    return ticket.type == BAD_MARK and uow.session.scalar(select(ServiceMark.id).where(*excluded)) is not None


def _case(ticket: Ticket) -> plans.Case:
    return plans.Case(
        types=ticket.type,
        urgencies=ticket.urgency,
        profiles=ticket.profile,
        channels=ticket.channel,
        secrecy=ticket.secrecy.value,
        anonymous=not ticket.contact_name,
        important=ticket.important,
        again=ticket.round > 1,
    )


def _to_ring(uow: UnitOfWork, scope: Scope, callback_id: int) -> Callback:
    """The call-back for somebody who rings. Raises as `claim`."""
    callback = outcomes.held(uow, callback_id)
    CALLBACK.find(callback.state, "try", scope.roles, {})
    _check_free(uow, scope, callback)
    return callback


def _open_of(uow: UnitOfWork, ticket: Ticket) -> Callback | None:
    timeline.hold(uow, ticket.id)
    uow.session.refresh(ticket)
    query = select(Callback).where(Callback.ticket_id == ticket.id, Callback.state == CallbackState.OPEN)
    return uow.session.scalars(query).one_or_none()


def _check_fit(connect_result: ConnectResult, answers: CallbackAnswers | None) -> None:
    if (connect_result is ConnectResult.REACHED) != (answers is not None):
        raise Invalid("answers", "only-when-reached", connect_result=connect_result.value)


def _check_free(uow: UnitOfWork, scope: Scope, callback: Callback) -> None:
    if callback.claimed_by_id in (None, scope.officer_id) or callback.claimed_at is None:
        return
    until = callback.claimed_at + book_of(uow.session, uow.zone, uow.now).rules.opinions.callback.claim
    if uow.now < until:
        raise Conflict("somebody else is ringing", reason="claimed", until=until.isoformat())


def _counts(uow: UnitOfWork, callback: Callback, rules: CallbackRules) -> bool:
    opened = callback.opens_at is None or uow.now >= callback.opens_at
    return opened and rules.tries.counts(asking.counted(callback), uow.now, uow.zone)


def _note_try(
    uow: UnitOfWork,
    callback: Callback,
    result: ConnectResult,
    *,
    channel: Channel,
    counted: bool,
    kept: Mapping[str, str] = MappingProxyType({}),
) -> None:
    tried = CallbackAttempt(
        callback_id=callback.id,
        channel=channel.value,
        connect_result=result.value,
        counted=counted,
        at=uow.now,
        officer_id=uow.actor.officer_id,
    )
    callback.attempts.append(tried)
    data = {"connect_result": result.value, "attempt": len(callback.attempts), **kept}
    timeline.write(uow, callback.ticket_id, "callback_try", data=data)


def _announced(uow: UnitOfWork, callback: Callback, result: ConnectResult) -> Callback:
    uow.session.flush()
    uow.record(CallbackAttempted(callback.id, callback.ticket_id, result.value, callback.state.value))
    return callback
