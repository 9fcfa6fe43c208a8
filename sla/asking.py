"""How a requester is asked at call-back (回访): from when on, by which channel of the plan, and by which after that.

Links and robots are set off here and carried by reactions after the commit; what a person hears comes through `callbacks`,
which begins this, and what follows is in `outcomes`. `ask_due` runs by the clock.
"""

from datetime import datetime, time, timedelta

from sqlalchemy import or_, select

from hotline.kernel.db import UnitOfWork
from hotline.tickets import tickets, timeline
from hotline.tickets.models import Ticket
from sla import clocks, evaluation_links, outcomes, plans
from sla.book import Book, book_of
from sla.evaluation_links import LinkKind
from sla.events import CallbackOpened, RobotWanted
from sla.lifecycles import CallbackState
from sla.limits import Stage
from sla.opinion_rules import CallbackRules
from sla.opinions import Callback, EvaluationLink
from sla.plans import Channel

BATCH = 100


def begin(uow: UnitOfWork, callback: Callback, ticket: Ticket, book: Book) -> None:
    """Ask by the first channel of the plan that this requester can be asked by, from the hour that the rule names."""
    plan = plans.named(book.rules.opinions.callback.plans, callback.plan)
    channel = next((channel for channel in plan.channels if takes(ticket, channel)), Channel.PERSON)
    callback.channel = channel.value
    callback.opens_at = callback.try_after = _opens_at(uow, book)
    clock = clocks.start(uow, Stage.CALLBACK, ticket)
    callback.due_at = clock.due_at if clock else None
    uow.session.flush()
    uow.record(CallbackOpened(callback.id, ticket.id, ticket.round))


def takes(ticket: Ticket, channel: Channel) -> bool:
    """Messages and robots need a telephone, and may be met by others than the requester: nothing confidential goes there."""
    return channel is Channel.PERSON or (bool(ticket.contact_phone) and not ticket.confidential)


def counted(callback: Callback) -> list[datetime]:
    """The tries so far after which it may be given up, in order."""
    return [tried.at for tried in callback.attempts if tried.counted]


def next_try(uow: UnitOfWork, callback: Callback, book: Book) -> datetime | None:
    """When a try will count again."""
    tries, since = book.rules.opinions.callback.tries, max(uow.now, callback.opens_at or uow.now)
    return tries.next_after(counted(callback), since, uow.zone, book.calendar.is_working_day)


def send_link(uow: UnitOfWork, callback: Callback, rules: CallbackRules) -> EvaluationLink:
    """Ask by a link in a message; an earlier one is good no longer."""
    link = evaluation_links.make(uow, LinkKind.MATTER, callback.id, valid=rules.link)
    callback.link_until = link.expires_at
    timeline.write(uow, callback.ticket_id, "callback_link", data={"days": rules.link // timedelta(days=1)})
    uow.session.flush()
    return link


def go_on(uow: UnitOfWork, callback: Callback, book: Book) -> None:
    """Nobody answered on this channel: the plan's next one, a person, or silence counts."""
    rules = book.rules.opinions.callback
    following = plans.named(rules.plans, callback.plan).after(Channel(callback.channel))
    if following is None:
        outcomes.let_silence_count(uow, callback, rules)
    elif following is Channel.PERSON:
        _put_person(uow, callback, book)
    else:
        callback.channel, callback.link_until = following.value, None


def hand_to_person(uow: UnitOfWork, callback_id: int) -> None:
    """Let a person ring whom no robot can: there is none, or it refused. Does nothing when the call-back has ended."""
    callback = outcomes.held(uow, callback_id)
    if callback.state is CallbackState.OPEN and callback.channel == Channel.ROBOT:
        _put_person(uow, callback, book_of(uow.session, uow.zone, uow.now))
    uow.session.flush()


def ask_due(uow: UnitOfWork) -> int:
    """Ask whose time has come by message or robot, and go on with whom neither reached; returns how many, at most a batch.

    Safe to run twice at once: each call-back is taken by one of them; one that somebody has in hand is left to the next run.
    """
    waiting = or_(Callback.link_until.is_(None), Callback.link_until <= uow.now)
    due = Callback.state == CallbackState.OPEN, Callback.channel != Channel.PERSON.value, Callback.opens_at <= uow.now, waiting
    listed = uow.session.execute(select(Callback.id, Callback.ticket_id).where(*due).order_by(Callback.id).limit(BATCH)).all()
    held = [callback_id for callback_id, ticket_id in listed if timeline.try_hold(uow, ticket_id)]
    found = uow.session.scalars(select(Callback).where(Callback.id.in_(held), *due).order_by(Callback.id)).all()
    if not found:
        return 0
    book = book_of(uow.session, uow.zone, uow.now)
    for callback in found:
        if callback.link_until is None:
            _ask(uow, callback, book)
        else:
            go_on(uow, callback, book)
    uow.session.flush()
    return len(found)


def _opens_at(uow: UnitOfWork, book: Book) -> datetime:
    """The first hour for ringing on the working day that the rule names; without one, now."""
    rules, calendar = book.rules.opinions.callback, book.calendar
    if rules.opens_working_days == 0:
        return uow.now
    day = calendar.local_day(calendar.add_working_days(uow.now, rules.opens_working_days))
    midnight = datetime.combine(day, time.min, uow.zone)
    return rules.tries.next_after((), midnight, uow.zone, calendar.is_working_day) or midnight


def _ask(uow: UnitOfWork, callback: Callback, book: Book) -> None:
    rules = book.rules.opinions.callback
    if not takes(tickets.get(uow, callback.ticket_id), Channel(callback.channel)):
        # It became confidential, or lost its telephone, while it waited for its hour.
        _put_person(uow, callback, book)
        return
    if callback.channel == Channel.SMS:
        send_link(uow, callback, rules)
        return
    callback.link_until = uow.now + rules.robot_wait
    uow.session.flush()
    uow.record(RobotWanted(callback.id, callback.ticket_id))


def _put_person(uow: UnitOfWork, callback: Callback, book: Book) -> None:
    callback.channel, callback.link_until = Channel.PERSON.value, None
    callback.try_after = next_try(uow, callback, book)
