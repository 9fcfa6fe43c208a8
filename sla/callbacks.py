"""Use cases on call-backs (回访): open, take, try, answer, give up, go on to the next channel. The only module that assigns
`Callback.state`; lists are in `callback_lists`, who is asked how in `plans`.

`follow` is a within-reaction to TicketMoved. What the requester says becomes the ticket's outcome through the core's use case;
"not solved" or "dissatisfied" sends the case to `reviews`. How an outcome is known (`SOURCES`) stays beside it.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, time, timedelta
from types import MappingProxyType

from sqlalchemy import or_, select

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Invalid, NotFound
from hotline.kernel.scope import Scope
from hotline.tickets import tickets, timeline
from hotline.tickets.events import TicketMoved
from hotline.tickets.models import Ticket
from hotline.tickets.workflow import SYSTEM, State
from sla import answers as said
from sla import clocks, evaluation_links, plans
from sla.answers import CallbackAnswers, ConnectResult, Consequence
from sla.book import Book, book_of
from sla.evaluation_links import LinkKind
from sla.events import CallbackAttempted, CallbackOpened, RobotWanted, TicketEvaluated
from sla.lifecycles import CALLBACK, REQUESTER, CallbackState
from sla.limits import Stage
from sla.opinion_rules import CallbackRules
from sla.opinions import Callback, CallbackAnswer, CallbackAttempt, EvaluationLink
from sla.plans import Channel

EXPLICIT = "explicit"
UNREACHABLE = "unreachable"
NOT_WANTED = "not_wanted"
NOT_SAMPLED = "not_sampled"
DEFAULT = "default"
SOURCES = {
    CallbackState.DONE: EXPLICIT,
    CallbackState.UNREACHABLE: UNREACHABLE,
    CallbackState.NOT_WANTED: NOT_WANTED,
    CallbackState.NOT_SAMPLED: NOT_SAMPLED,
    CallbackState.DEFAULTED: DEFAULT,
}
PHONE = "phone"
PORTAL = "portal"
LINK = "link"
ROBOT = "robot"
BATCH = 100


def follow(uow: UnitOfWork, event: TicketMoved) -> None:
    """Open the call-back of a ticket that its unit answered; close it when nobody is to be asked."""
    if event.target != State.CALLBACK or event.source == event.target:
        return
    ticket, book = tickets.get(uow, event.ticket_id), book_of(uow.session, uow.zone, uow.now)
    plan = plans.plan_for(book.rules.opinions.callback.plans, _case(ticket))
    callback = Callback(ticket_id=ticket.id, round=ticket.round, state=CallbackState.OPEN, opened_at=uow.now, plan=plan.name)
    uow.session.add(callback)
    if not _wants_answer(ticket):
        _end_unasked(uow, callback, "skip", NOT_WANTED)
    elif not plan.samples(ticket.id):
        _end_unasked(uow, callback, "leave_out", NOT_SAMPLED)
    else:
        _begin(uow, callback, ticket, book)


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

    Reached: the answers close the ticket or send it to review, at whatever hour. Not reached: tried again, until the tries
    that count are used up or the result is final; then the ticket closes as unreachable. Raises Invalid for answers that
    do not fit the result or the scale, Conflict when the call-back has ended or somebody else holds it, Forbidden, NotFound.
    """
    _check_fit(connect_result, answers)
    callback = _held(uow, callback_id)
    CALLBACK.find(callback.state, "try", scope.roles, {})
    _check_free(uow, scope, callback)
    book = book_of(uow.session, uow.zone, uow.now)
    rules = book.rules.opinions.callback
    counted = (callback.opens_at is None or uow.now >= callback.opens_at) and rules.tries.counts(
        _counted(callback), uow.now, uow.zone
    )
    _note_try(uow, callback, connect_result, channel=Channel.PERSON, counted=counted)
    if answers is not None:
        _settle(uow, callback, answers, channel=PHONE, roles=scope.roles)
    elif connect_result in rules.final_results or len(_counted(callback)) >= rules.tries.attempts:
        _give_up(uow, callback, scope)
    else:
        callback.claimed_by_id = callback.claimed_at = None
        callback.try_after = _next_try(callback, book, uow)
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


def answer_by_link(uow: UnitOfWork, callback_id: int, answers: CallbackAnswers) -> Callback:
    """Take what the requester said over the link that was sent. Raises Conflict when the call-back has ended."""
    callback = _open(uow, callback_id)
    _settle(uow, callback, answers, channel=LINK, roles=[REQUESTER])
    uow.session.flush()
    return callback


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
    callback = _open(uow, callback_id)
    kept = {"recording": recording_ref} if recording_ref else {}
    _note_try(uow, callback, connect_result, channel=Channel.ROBOT, counted=False, kept=kept)
    if answers is not None:
        _settle(uow, callback, answers, channel=ROBOT, roles=[REQUESTER])
    elif callback.channel == Channel.ROBOT:
        _go_on(uow, callback, book_of(uow.session, uow.zone, uow.now))
    uow.session.flush()
    uow.record(CallbackAttempted(callback.id, callback.ticket_id, connect_result.value, callback.state.value))
    return callback


def send_link(uow: UnitOfWork, scope: Scope, callback_id: int) -> EvaluationLink:
    """Ask by a link in a message now. Raises Conflict for a matter too discreet for one, as `claim`; Forbidden, NotFound."""
    callback = _held(uow, callback_id)
    CALLBACK.find(callback.state, "try", scope.roles, {})
    _check_free(uow, scope, callback)
    if not _takes(tickets.get(uow, callback.ticket_id), Channel.SMS):
        raise Conflict("no link for this one", reason="no-link-possible")
    callback.channel = Channel.SMS.value
    return _send(uow, callback, book_of(uow.session, uow.zone, uow.now).rules.opinions.callback)


def hand_to_person(uow: UnitOfWork, callback_id: int) -> None:
    """Let a person ring whom no robot can: there is none, or it refused. Does nothing when the call-back has ended."""
    callback = _held(uow, callback_id)
    if callback.state is CallbackState.OPEN and callback.channel == Channel.ROBOT:
        _put_person(uow, callback, book_of(uow.session, uow.zone, uow.now))
    uow.session.flush()


def ask_due(uow: UnitOfWork) -> int:
    """Ask whose time has come by message or robot, and go on with whom neither reached; returns how many, at most a batch.

    Safe to run twice at once: each call-back is taken by one of them.
    """
    waiting = or_(Callback.link_until.is_(None), Callback.link_until <= uow.now)
    due = Callback.state == CallbackState.OPEN, Callback.channel != Channel.PERSON.value, Callback.opens_at <= uow.now, waiting
    query = select(Callback).where(*due).order_by(Callback.id).limit(BATCH).with_for_update(of=Callback, skip_locked=True)
    found = uow.session.scalars(query).all()
    if not found:
        return 0
    book = book_of(uow.session, uow.zone, uow.now)
    for callback in found:
        if callback.link_until is None:
            _ask(uow, callback, book.rules.opinions.callback)
        else:
            _go_on(uow, callback, book)
    uow.session.flush()
    return len(found)


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


def _wants_answer(ticket: Ticket) -> bool:
    return ticket.reply_wanted and bool(ticket.contact_phone or ticket.citizen_id)


def _takes(ticket: Ticket, channel: Channel) -> bool:
    """Messages and robots need a telephone, and may be met by others than the requester: nothing confidential goes there."""
    return channel is Channel.PERSON or (bool(ticket.contact_phone) and not ticket.confidential)


def _begin(uow: UnitOfWork, callback: Callback, ticket: Ticket, book: Book) -> None:
    rules = book.rules.opinions.callback
    plan = plans.named(rules.plans, callback.plan)
    channel = next((channel for channel in plan.channels if _takes(ticket, channel)), Channel.PERSON)
    callback.channel = channel.value
    callback.opens_at = callback.try_after = _opens_at(uow, book)
    clock = clocks.start(uow, Stage.CALLBACK, ticket)
    callback.due_at = clock.due_at if clock else None
    uow.session.flush()
    uow.record(CallbackOpened(callback.id, ticket.id, ticket.round))


def _opens_at(uow: UnitOfWork, book: Book) -> datetime:
    """The first hour for ringing on the working day that the rule names; without one, now."""
    rules, calendar = book.rules.opinions.callback, book.calendar
    if rules.opens_working_days == 0:
        return uow.now
    day = calendar.local_day(calendar.add_working_days(uow.now, rules.opens_working_days))
    midnight = datetime.combine(day, time.min, uow.zone)
    return rules.tries.next_after((), midnight, uow.zone, calendar.is_working_day) or midnight


def _next_try(callback: Callback, book: Book, uow: UnitOfWork) -> datetime | None:
    tries, since = book.rules.opinions.callback.tries, max(uow.now, callback.opens_at or uow.now)
    return tries.next_after(_counted(callback), since, uow.zone, book.calendar.is_working_day)


def _ask(uow: UnitOfWork, callback: Callback, rules: CallbackRules) -> None:
    if callback.channel == Channel.SMS:
        _send(uow, callback, rules)
        return
    callback.link_until = uow.now + rules.robot_wait
    uow.session.flush()
    uow.record(RobotWanted(callback.id, callback.ticket_id))


def _send(uow: UnitOfWork, callback: Callback, rules: CallbackRules) -> EvaluationLink:
    link = evaluation_links.make(uow, LinkKind.MATTER, callback.id, valid=rules.link)
    callback.link_until = link.expires_at
    timeline.write(uow, callback.ticket_id, "callback_link", data={"days": rules.link // timedelta(days=1)})
    uow.session.flush()
    return link


def _go_on(uow: UnitOfWork, callback: Callback, book: Book) -> None:
    """Nobody answered on this channel: the plan's next one, a person, or silence counts."""
    rules = book.rules.opinions.callback
    following = plans.named(rules.plans, callback.plan).after(Channel(callback.channel))
    if following is None:
        _default(uow, callback, rules)
    elif following is Channel.PERSON:
        _put_person(uow, callback, book)
    else:
        callback.channel, callback.link_until = following.value, None


def _put_person(uow: UnitOfWork, callback: Callback, book: Book) -> None:
    callback.channel, callback.link_until = Channel.PERSON.value, None
    callback.try_after = _next_try(callback, book, uow)


def _default(uow: UnitOfWork, callback: Callback, rules: CallbackRules) -> None:
    _end(uow, callback, "default", [SYSTEM])
    solved, satisfied = rules.defaulted["solved"], rules.defaulted["satisfaction"]
    ticket = tickets.get(uow, callback.ticket_id)
    tickets.record_outcome(uow, ticket, contacted=None, solved=solved, satisfied=satisfied, source=DEFAULT)
    _move(uow, ticket.id, Consequence.CLOSE)


def _end_unasked(uow: UnitOfWork, callback: Callback, action: str, source: str) -> None:
    _end(uow, callback, action, [SYSTEM])
    ticket = tickets.get(uow, callback.ticket_id)
    tickets.record_outcome(uow, ticket, contacted=None, solved=None, satisfied=None, source=source)
    _move(uow, ticket.id, Consequence.CLOSE)


def _held(uow: UnitOfWork, callback_id: int) -> Callback:
    callback = uow.session.get(Callback, callback_id, with_for_update={"of": Callback}, populate_existing=True)
    if callback is None:
        raise NotFound("callback", thing="callback", id=callback_id)
    return callback


def _open(uow: UnitOfWork, callback_id: int) -> Callback:
    callback = _held(uow, callback_id)
    if callback.state is not CallbackState.OPEN:
        raise Conflict("nothing to evaluate", reason="no-open-callback", state=callback.state.value)
    return callback


def _check_fit(connect_result: ConnectResult, answers: CallbackAnswers | None) -> None:
    if (connect_result is ConnectResult.REACHED) != (answers is not None):
        raise Invalid("answers", "only-when-reached", connect_result=connect_result.value)


def _check_free(uow: UnitOfWork, scope: Scope, callback: Callback) -> None:
    if callback.claimed_by_id in (None, scope.officer_id) or callback.claimed_at is None:
        return
    until = callback.claimed_at + book_of(uow.session, uow.zone, uow.now).rules.opinions.callback.claim
    if uow.now < until:
        raise Conflict("somebody else is ringing", reason="claimed", until=until.isoformat())


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


def _counted(callback: Callback) -> list[datetime]:
    return [tried.at for tried in callback.attempts if tried.counted]


def _settle(uow: UnitOfWork, callback: Callback, answers: CallbackAnswers, *, channel: str, roles: Collection[str]) -> None:
    rules = book_of(uow.session, uow.zone, uow.now).rules.opinions.callback
    said.check(answers, rules)
    _end(uow, callback, "answer", roles)
    evaluation_links.revoke(uow, LinkKind.MATTER, callback.id)
    callback.answer = CallbackAnswer(
        callback_id=callback.id,
        channel=channel,
        contacted=answers.contacted.value,
        solved=answers.solved.value,
        satisfaction=answers.satisfaction.value,
        attitude=answers.attitude.value if answers.attitude else None,
        respondent=answers.respondent.value,
        reason_codes=list(answers.reason_codes),
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
    follows = said.consequence(answers, rules)
    _move(uow, callback.ticket_id, follows)
    uow.record(TicketEvaluated(callback.id, callback.ticket_id, channel, follows.value))


def _give_up(uow: UnitOfWork, callback: Callback, scope: Scope) -> None:
    _end(uow, callback, "give_up", scope.roles)
    evaluation_links.revoke(uow, LinkKind.MATTER, callback.id)
    ticket = tickets.get(uow, callback.ticket_id)
    tickets.record_outcome(uow, ticket, contacted=None, solved=None, satisfied=None, source=UNREACHABLE)
    _move(uow, ticket.id, Consequence.CLOSE)


def _end(uow: UnitOfWork, callback: Callback, action: str, roles: Collection[str]) -> None:
    callback.state = CALLBACK.find(callback.state, action, roles, {}).target
    callback.ended_at = uow.now
    uow.session.flush()


def _move(uow: UnitOfWork, ticket_id: int, follows: Consequence) -> None:
    tickets.move(uow, ticket_id, follows.value, roles=[SYSTEM], given={})
