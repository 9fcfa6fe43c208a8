"""How a call-back (回访) begins and ends, and what its ticket gets of it. The only module that assigns `Callback.state`.

What the requester said becomes the ticket's outcome through the core's use case, and how it is known (`SOURCES`) stays beside
it. By which channel somebody is asked is in `asking`, who may say what in `callbacks`.
"""

from collections.abc import Collection

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, NotFound
from hotline.tickets import tickets, timeline
from hotline.tickets.models import Ticket
from hotline.tickets.workflow import SYSTEM
from sla import answers as said
from sla import evaluation_links
from sla.answers import CallbackAnswers, Consequence
from sla.book import book_of
from sla.evaluation_links import LinkKind
from sla.events import TicketEvaluated
from sla.lifecycles import CALLBACK, CallbackState
from sla.opinion_rules import CallbackRules
from sla.opinions import Callback, CallbackAnswer

SOURCES = {
    CallbackState.DONE: "explicit",
    CallbackState.UNREACHABLE: "unreachable",
    CallbackState.NOT_WANTED: "not_wanted",
    CallbackState.NOT_SAMPLED: "not_sampled",
    CallbackState.DEFAULTED: "default",
    CallbackState.EXCLUDED: "excluded",
}
"""How an outcome is known, by how its call-back ended."""
MACHINE = (SYSTEM,)


def begin(uow: UnitOfWork, ticket: Ticket, plan: str) -> Callback:
    """The call-back owed to this round of a ticket."""
    callback = Callback(ticket_id=ticket.id, round=ticket.round, state=CallbackState.OPEN, opened_at=uow.now, plan=plan)
    uow.session.add(callback)
    uow.session.flush()
    return callback


def held(uow: UnitOfWork, callback_id: int) -> Callback:
    """The call-back, held by its ticket as by whoever moves that: two who answer it at once wait for each other in one place.

    Both are read again behind the lock. Raises NotFound.
    """
    known = uow.session.get(Callback, callback_id)
    if known is None:
        raise NotFound("callback", thing="callback", id=callback_id)
    timeline.hold(uow, known.ticket_id)
    uow.session.get_one(Ticket, known.ticket_id, populate_existing=True)
    return uow.session.get_one(Callback, callback_id, populate_existing=True)


def held_open(uow: UnitOfWork, callback_id: int) -> Callback:
    """The same while it is open. Raises Conflict when it has ended, NotFound."""
    callback = held(uow, callback_id)
    if callback.state is not CallbackState.OPEN:
        raise Conflict("nothing to evaluate", reason="no-open-callback", state=callback.state.value)
    return callback


def settle(uow: UnitOfWork, callback: Callback, answers: CallbackAnswers, *, channel: str, roles: Collection[str]) -> None:
    """Keep what was said; by the city's table it closes the ticket or sends its case to review.

    Raises Invalid for answers that the scale or the list of reasons does not have, Conflict when the call-back has ended.
    """
    rules = book_of(uow.session, uow.zone, uow.now).rules.opinions.callback
    said.check(answers, rules)
    _end(uow, callback, "answer", roles)
    callback.answer = _kept(uow, callback, answers, channel)
    _record(
        uow,
        callback,
        contacted=said.CONTACTED_FACT[answers.contacted],
        solved=answers.solved.value,
        satisfied=answers.satisfaction.value,
    )
    data = {"contacted": answers.contacted, "solved": answers.solved, "satisfaction": answers.satisfaction, "by": channel}
    timeline.write(uow, callback.ticket_id, "callback_answer", data={key: str(value) for key, value in data.items()})
    follows = said.consequence(answers, rules)
    _move(uow, callback.ticket_id, follows)
    uow.record(TicketEvaluated(callback.id, callback.ticket_id, channel, follows.value))


def give_up(uow: UnitOfWork, callback: Callback, roles: Collection[str]) -> None:
    """Nobody was reached and no try is left: the ticket closes and is in no rate."""
    _end(uow, callback, "give_up", roles)
    _close_ticket(uow, callback)


def end_unasked(uow: UnitOfWork, callback: Callback, action: str) -> None:
    """Nobody is asked, for the reason that the action names: skip, leave_out or exclude. The ticket closes as above."""
    _end(uow, callback, action, MACHINE)
    _close_ticket(uow, callback)


def let_silence_count(uow: UnitOfWork, callback: Callback, rules: CallbackRules) -> None:
    """Nobody answered where the plan says that silence counts: it stands for what the rule says, and is told apart."""
    _end(uow, callback, "default", MACHINE)
    _close_ticket(uow, callback, solved=rules.defaulted["solved"], satisfied=rules.defaulted["satisfaction"])


def _end(uow: UnitOfWork, callback: Callback, action: str, roles: Collection[str]) -> None:
    callback.state = CALLBACK.find(callback.state, action, roles, {}).target
    callback.ended_at = uow.now
    uow.session.flush()
    evaluation_links.revoke(uow, LinkKind.MATTER, callback.id)


def _kept(uow: UnitOfWork, callback: Callback, answers: CallbackAnswers, channel: str) -> CallbackAnswer:
    return CallbackAnswer(
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


def _close_ticket(uow: UnitOfWork, callback: Callback, solved: str | None = None, satisfied: str | None = None) -> None:
    _record(uow, callback, contacted=None, solved=solved, satisfied=satisfied)
    _move(uow, callback.ticket_id, Consequence.CLOSE)


def _record(uow: UnitOfWork, callback: Callback, *, contacted: bool | None, solved: str | None, satisfied: str | None) -> None:
    ticket, source = tickets.get(uow, callback.ticket_id), SOURCES[callback.state]
    tickets.record_outcome(uow, ticket, contacted=contacted, solved=solved, satisfied=satisfied, source=source)


def _move(uow: UnitOfWork, ticket_id: int, follows: Consequence) -> None:
    tickets.move(uow, ticket_id, follows.value, roles=MACHINE, given={})
