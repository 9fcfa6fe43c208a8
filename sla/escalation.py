"""What is done when points of limits have come: limits are marked, papers are drawn up, whoever the rows name is told.

Called by `sweep` in its transaction with a batch. Which rows hold is said in `ladder`, who hears in `alarms`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import exists, select

from hotline.kernel.db import UnitOfWork
from hotline.people.models import Unit
from hotline.tickets import supervision
from hotline.tickets.events import AssignmentMoved, TicketMoved
from hotline.tickets.models import SupervisionOrder, Ticket
from hotline.tickets.supervision import Draft, Hurry, OrderKind
from hotline.tickets.workflow import SYSTEM
from sla import alarms, ladder
from sla.alarms import Come
from sla.book import Book
from sla.clock_facts import basis_of, limited_of
from sla.events import ClockExpired, ClockWarned, LimitEscalated
from sla.ladder import Point
from sla.lifecycles import ClockState
from sla.models import Clock


def go_on(uow: UnitOfWork, book: Book, due: Sequence[Clock]) -> Counter[Point]:
    """Do what has come of limits and note when the next thing comes; whoever calls it holds their tickets and them.

    Returns how often each point was done.
    """
    tickets = _by_id(uow, Ticket, {clock.ticket_id for clock in due})
    units = _by_id(uow, Unit, {clock.unit_id for clock in due})
    come = [one for clock in due for one in _come(uow, book, clock, tickets[clock.ticket_id], units.get(clock.unit_id))]
    by_point: dict[Point, list[Come]] = {}
    for one in come:
        by_point.setdefault(ladder.point_of(one.name), []).append(one)
    for point, deed in DEEDS.items():
        if point in by_point:
            deed(uow, book, by_point[point])
    alarms.tell(uow, book, come)
    return Counter({point: len(found) for point, found in by_point.items()})


def follow_ticket(uow: UnitOfWork, event: TicketMoved) -> None:
    """Let proposals go whose late step is done, or has more time again. A within-reaction after those of the limits."""
    end_proposals(uow, event.ticket_id)


def follow_part(uow: UnitOfWork, event: AssignmentMoved) -> None:
    """The same for a step of a unit."""
    end_proposals(uow, event.ticket_id)


def end_proposals(uow: UnitOfWork, ticket_id: int) -> None:
    """Let the proposals of a ticket go that nothing late stands behind any more; one paper speaks for all late limits."""
    for order in supervision.proposals(uow, ticket_id):
        clock = uow.session.get(Clock, order.clock_id) if order.clock_id else None
        if clock is not None and clock.state is not ClockState.STOPPED and clock.due_at <= uow.now:
            continue
        another = _late_too(uow, order)
        if another is not None:
            supervision.rest_on(uow, order, another.id)
        else:
            supervision.move_order(uow, order.id, "end_order", roles=(SYSTEM,), given={})


def _late_too(uow: UnitOfWork, order: SupervisionOrder) -> Clock | None:
    """Another late limit of the same unit that came to the same rung and has no paper of its own."""
    late = Clock.ticket_id == order.ticket_id, Clock.unit_id == order.unit_id, Clock.due_at <= uow.now
    running = select(Clock).where(*late, Clock.state == ClockState.RUNNING, Clock.told.contains([order.kind]))
    own = exists().where(SupervisionOrder.clock_id == Clock.id, SupervisionOrder.kind == order.kind)
    return uow.session.scalars(running.where(~own).order_by(Clock.due_at, Clock.id)).first()


def _by_id(uow: UnitOfWork, kind: type[Ticket] | type[Unit], ids: set[Any]) -> dict[Any, Any]:  # rows of that kind by their id
    rows: Iterable[Ticket | Unit] = uow.session.scalars(select(kind).where(kind.id.in_(ids)))
    return {row.id: row for row in rows}


def _come(uow: UnitOfWork, book: Book, clock: Clock, ticket: Ticket, unit: Unit | None) -> Iterator[Come]:
    limited = limited_of(book, clock, basis_of(clock), ticket.urgency, unit.unit_class if unit else None)
    passed, clock.next_at = ladder.come(book.calendar, book.rules.ladder, limited, uow.now)
    clock.told = [*clock.told, *passed]
    for name in ladder.carried_out(passed):
        row = ladder.row_for(book.rules.ladder, limited, ladder.point_of(name))
        yield Come(name, row, clock, ticket, unit)


def _warn(uow: UnitOfWork, book: Book, come: Sequence[Come]) -> None:
    for one in come:
        one.clock.warned_at = uow.now
    uow.record_all([ClockWarned(*_facts(one.clock)) for one in come])


def _expire(uow: UnitOfWork, book: Book, come: Sequence[Come]) -> None:
    for one in come:
        one.clock.expired_at, one.clock.warned_at = uow.now, one.clock.warned_at or uow.now
    uow.record_all([ClockExpired(*_facts(one.clock)) for one in come])


def _press(uow: UnitOfWork, book: Book, come: Sequence[Come]) -> None:
    _climb(uow, Point.PRESS, come)
    hurried = [(one.ticket, one.unit.id, one.clock.id, one.row.demand) for one in come if one.unit and one.row]
    supervision.press_late(uow, [Hurry(*facts) for facts in hurried])


def _draw_up(uow: UnitOfWork, book: Book, come: Sequence[Come]) -> None:
    # The hotline itself may be late: then there is nobody to order, only somebody to tell.
    wanted = [one for one in come if one.row is not None and one.row.reply is not None]
    _climb(uow, ladder.point_of(come[0].name), wanted)
    for one in wanted:
        _paper(uow, book, one)


def _paper(uow: UnitOfWork, book: Book, one: Come) -> None:
    row, clock = one.row, one.clock
    if row is None or row.reply is None or one.unit is None:
        return
    due_at = ladder.end_of(book.calendar, uow.now, row.reply, clock.roster)
    draft = Draft(OrderKind(row.point.value), clock.id, one.unit.id, row.reason, row.demand, due_at)
    order = supervision.propose(uow, one.ticket, draft)
    if order is not None and row.automatic:
        given = {"note": row.demand, "due_at": due_at}
        supervision.move_order(uow, order.id, "issue_order", roles=(SYSTEM,), given=given)


def _climb(uow: UnitOfWork, rung: Point, come: Sequence[Come]) -> None:
    limits = [one.clock for one in come]
    uow.record_all([LimitEscalated(each.id, each.ticket_id, each.unit_id, each.stage.value, rung.value) for each in limits])


def _facts(clock: Clock) -> tuple[int, int, int | None, int | None, str]:
    return clock.id, clock.ticket_id, clock.assignment_id, clock.unit_id, clock.stage.value


DEEDS: Mapping[Point, Callable[[UnitOfWork, Book, Sequence[Come]], None]] = {
    Point.NEAR: _warn,
    Point.EXPIRED: _expire,
    Point.PRESS: _press,
    **dict.fromkeys(ladder.PAPERS, _draw_up),
}
"""What is done at each point, in the order of the points, beside telling of it."""
