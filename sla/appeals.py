"""Use cases on appeals (申诉): a unit objects to a bad judgement, the hotline grants or refuses. The only module that assigns
`Appeal.state`.

A granted one takes the judgement out of the rates: a call-back's by the verdict on its ticket, a service mark by exclusion.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Forbidden, HotlineError, Invalid, NotFound
from hotline.kernel.scope import Scope
from hotline.tickets import queries, tickets, timeline
from hotline.tickets.models import Ticket
from hotline.tickets.workflow import HEADS, LEVEL
from sla import answers as said
from sla import callback_lists, service_marks
from sla.answers import Consequence
from sla.book import Book, book_of
from sla.events import AppealMoved
from sla.lifecycles import APPEAL, AppealState
from sla.opinions import Appeal, Callback, ServiceMark
from sla.reviews import Verdict

APPEALED = "appeal"
GRANT = "grant_appeal"


@dataclass(frozen=True)
class Objection:
    """What a unit objects to, exactly one of call-back and mark, and why."""

    reason_code: str
    reason: str
    callback_id: int | None = None
    mark_id: int | None = None


def ask(uow: UnitOfWork, scope: Scope, ticket_id: int, objection: Objection) -> Appeal:
    """Object, as a head of the unit that the judgement counts for.

    Raises Invalid (fields), Forbidden (another unit's, or no head), Conflict (not against the unit, too late, or twice),
    NotFound for a judgement that is not this ticket's.
    """
    ticket, book = tickets.get(uow, ticket_id), book_of(uow.session, uow.zone, uow.now)
    timeline.hold(uow, ticket.id)
    said.check_reasons([objection.reason_code], book.rules.opinions.appeal.reasons)
    unit_id = _check_open(uow.session, book, scope, ticket, objection, now=uow.now)
    appeal = Appeal(
        ticket_id=ticket.id,
        callback_id=objection.callback_id,
        mark_id=objection.mark_id,
        unit_id=unit_id,
        state=AppealState.ASKED,
        reason_code=objection.reason_code,
        reason=objection.reason,
        asked_at=uow.now,
        asked_by_id=uow.actor.officer_id,
    )
    uow.session.add(appeal)
    uow.session.flush()
    _announce(uow, appeal, APPEALED, "", text=objection.reason)
    return appeal


def decide(uow: UnitOfWork, scope: Scope, appeal_id: int, action: str, *, note: str, version: int | None = None) -> Appeal:
    """Grant or refuse. Raises Conflict (decided before, stale `version`), Forbidden, Invalid (no note), NotFound."""
    appeal = uow.session.get(Appeal, appeal_id)
    if appeal is None:
        raise NotFound("appeal", thing="appeal", id=appeal_id)
    timeline.hold(uow, appeal.ticket_id)
    uow.session.refresh(appeal)
    if version is not None and version != appeal.version:
        raise Conflict("changed meanwhile", reason="stale", thing="appeal", version=appeal.version)
    row = APPEAL.find(appeal.state, action, roles_on(scope), {"note": note})
    source, appeal.state = appeal.state, row.target
    appeal.decided_at, appeal.decided_by_id, appeal.decision = uow.now, uow.actor.officer_id, note
    uow.session.flush()
    if action == GRANT:
        _take_out(uow, scope, appeal)
    _announce(uow, appeal, action, source.value, text=note)
    return appeal


def appealable(session: Session, book: Book, scope: Scope, ticket: Ticket, now: datetime) -> frozenset[int]:
    """The call-backs of a ticket that this reader may object to now."""
    return frozenset(
        callback.id
        for callback in callback_lists.of_ticket(session, ticket.id)
        if _is_open(session, book, scope, callback, now)
    )


def listed(
    session: Session, scope: Scope, state: AppealState | None, *, limit: int = 50, after: int | None = None
) -> list[Appeal]:
    """Appeals this reader may see, the oldest first, after the id last seen: the hotline's all, a unit's own."""
    query = select(Appeal).join(Ticket, Ticket.id == Appeal.ticket_id).where(queries.visible(scope))
    if not scope.sees_all_units:
        query = query.where(Appeal.unit_id.in_(scope.unit_ids))
    if state is not None:
        query = query.where(Appeal.state == state)
    return list(session.scalars(query.where(Appeal.id > (after or 0)).order_by(Appeal.id).limit(limit)))


def count_asked(session: Session, scope: Scope) -> int:
    """How many appeals wait for a decision that this reader may see."""
    query = select(func.count()).select_from(Appeal).join(Ticket, Ticket.id == Appeal.ticket_id)
    query = query.where(Appeal.state == AppealState.ASKED, queries.visible(scope))
    own = query if scope.sees_all_units else query.where(Appeal.unit_id.in_(scope.unit_ids))
    return session.scalar(own) or 0


def get_visible(session: Session, scope: Scope, appeal_id: int) -> Appeal:
    """The appeal. Raises NotFound when it does not exist or its ticket is hidden."""
    appeal = session.get(Appeal, appeal_id)
    if appeal is None or not (scope.sees_all_units or appeal.unit_id in scope.unit_ids):
        raise NotFound("appeal", thing="appeal", id=appeal_id)
    queries.get_visible(session, scope, appeal.ticket_id)
    return appeal


def of_ticket(session: Session, ticket_id: int) -> list[Appeal]:
    """The appeals of a ticket, oldest first."""
    return list(session.scalars(select(Appeal).where(Appeal.ticket_id == ticket_id).order_by(Appeal.id)))


def roles_on(scope: Scope) -> frozenset[str]:
    """The roles that count for deciding: those held at the hotline."""
    return scope.everywhere & LEVEL


def _judgement(session: Session, book: Book, ticket: Ticket, objection: Objection) -> tuple[datetime, int]:
    """When the judgement was made, and the unit it counts for."""
    if (objection.callback_id is None) == (objection.mark_id is None):
        raise Invalid("callback_id", "one-of", other="mark_id")
    if objection.callback_id is not None:
        return _of_callback(session, book, ticket, objection.callback_id)
    mark = session.get(ServiceMark, objection.mark_id)
    if mark is None or mark.ticket_id != ticket.id or mark.unit_id is None:
        raise NotFound("mark", thing="mark", id=objection.mark_id)
    return mark.received_at, mark.unit_id


def _of_callback(session: Session, book: Book, ticket: Ticket, callback_id: int) -> tuple[datetime, int]:
    callback = session.get(Callback, callback_id)
    if callback is None or callback.ticket_id != ticket.id or callback.answer is None:
        raise NotFound("callback", thing="callback", id=callback_id)
    unit_id = ticket.answerable_unit_id or ticket.lead_unit_id
    follows = said.consequence(said.of(callback.answer), book.rules.opinions.callback)
    if unit_id is None or follows is Consequence.CLOSE:
        raise Conflict("nothing bad to object to", reason="not-a-bad-judgement")
    return callback.answer.at, unit_id


def _check_open(session: Session, book: Book, scope: Scope, ticket: Ticket, objection: Objection, *, now: datetime) -> int:
    """The unit that objects. Raises as `ask`."""
    given_at, unit_id = _judgement(session, book, ticket, objection)
    if not scope.roles_in(unit_id) & HEADS:
        raise Forbidden("not a head of the unit", action=APPEALED, roles=sorted(HEADS))
    days = book.rules.opinions.appeal.working_days
    if now > book.calendar.add_working_days(given_at, days):
        raise Conflict("too late to object", reason="appeal-window-over", days=days)
    if session.scalar(select(Appeal.id).where(_same(objection))) is not None:
        raise Conflict("objected before", reason="appealed-before")
    return unit_id


def _is_open(session: Session, book: Book, scope: Scope, callback: Callback, now: datetime) -> bool:
    try:
        ticket = session.get_one(Ticket, callback.ticket_id)
        _check_open(session, book, scope, ticket, Objection("", "", callback_id=callback.id), now=now)
    except HotlineError:
        return False
    return True


def _same(objection: Objection) -> ColumnElement[bool]:
    if objection.callback_id is not None:
        return Appeal.callback_id == objection.callback_id
    return Appeal.mark_id == objection.mark_id


def _take_out(uow: UnitOfWork, scope: Scope, appeal: Appeal) -> None:
    if appeal.mark_id is None:
        tickets.set_reasonable(uow, tickets.get(uow, appeal.ticket_id), Verdict.UNREASONABLE.value)
    elif uow.session.get_one(ServiceMark, appeal.mark_id).excluded_at is None:
        service_marks.exclude(uow, scope, appeal.mark_id, reason=appeal.decision)


def _announce(uow: UnitOfWork, appeal: Appeal, action: str, source: str, *, text: str) -> None:
    data = {"reason_code": appeal.reason_code} if action == APPEALED else {}
    timeline.write(uow, appeal.ticket_id, action, text=text, data=data, unit_id=appeal.unit_id)
    uow.session.flush()
    uow.record(AppealMoved(appeal.id, appeal.ticket_id, appeal.unit_id, action, source, appeal.state.value))
