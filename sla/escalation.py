"""What is done when a point of a limit has come: the limit is marked, papers are drawn up, whoever the row names is told.

Called by `sweep` in its transaction; Which rows hold is said in `ladder`, who hears in `alarms`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from hotline.kernel.db import UnitOfWork
from hotline.people.models import Unit
from hotline.tickets import supervision
from hotline.tickets.events import AssignmentMoved, TicketMoved
from hotline.tickets.models import Ticket
from hotline.tickets.supervision import Draft, OrderKind
from hotline.tickets.workflow import SYSTEM
from sla import alarms, clocks, ladder, reckoning
from sla.book import Book
from sla.events import ClockExpired, ClockWarned, LimitEscalated
from sla.ladder import Limited, Point, Rung
from sla.lifecycles import ClockState
from sla.models import Clock


@dataclass(frozen=True)
class Late:
    """A limit of which something is told now, with its ticket and the unit that runs against it."""

    book: Book
    clock: Clock
    ticket: Ticket
    unit: Unit | None


def go_on(uow: UnitOfWork, book: Book, clock: Clock) -> list[str]:
    """Do what has come of a limit and note when the next thing comes; whoever calls it holds the ticket and the clock.

    Returns the names of what was done.
    """
    late = _late(uow, book, clock)
    limited = _limited(late)
    passed = ladder.passed(book.calendar, book.rules.ladder, limited, uow.now)
    done = ladder.carried_out(passed)
    clock.told = [*clock.told, *passed]
    clock.next_at = ladder.next_moment(book.calendar, book.rules.ladder, replace(limited, told=tuple(clock.told)))
    for name in done:
        point = ladder.point_of(name)
        row = ladder.row_for(book.rules.ladder, limited, point)
        DEEDS[point](uow, late, row)
        if row is not None:
            alarms.tell(uow, book, clock, name, row, unit=late.unit, urgency=late.ticket.urgency)
    return done


def follow_ticket(uow: UnitOfWork, event: TicketMoved) -> None:
    """Let proposals go whose late step is done, or has more time again. A within-reaction after those of the limits."""
    _end_proposals(uow, event.ticket_id)


def follow_part(uow: UnitOfWork, event: AssignmentMoved) -> None:
    """The same for a step of a unit."""
    _end_proposals(uow, event.ticket_id)


def _late(uow: UnitOfWork, book: Book, clock: Clock) -> Late:
    unit = uow.session.get(Unit, clock.unit_id) if clock.unit_id else None
    return Late(book, clock, uow.session.get_one(Ticket, clock.ticket_id), unit)


def _limited(late: Late) -> Limited:
    clock, book = late.clock, late.book
    basis = clocks.basis_of(clock)
    points = reckoning.points(book.calendar, basis, clock.due_at, stage=clock.stage, rows=book.rules.warn_points)
    return Limited(
        clock.stage,
        late.ticket.urgency,
        late.unit.unit_class if late.unit else None,
        clock.roster,
        tuple((point.name, point.at) for point in points),
        clock.due_at,
        tuple(clock.told),
    )


def _warn(uow: UnitOfWork, late: Late, row: Rung | None) -> None:
    clock = late.clock
    clock.warned_at = uow.now
    uow.record(ClockWarned(clock.id, clock.ticket_id, clock.assignment_id, clock.unit_id, clock.stage.value))


def _expire(uow: UnitOfWork, late: Late, row: Rung | None) -> None:
    clock = late.clock
    clock.expired_at, clock.warned_at = uow.now, clock.warned_at or uow.now
    uow.record(ClockExpired(clock.id, clock.ticket_id, clock.assignment_id, clock.unit_id, clock.stage.value))


def _press(uow: UnitOfWork, late: Late, row: Rung | None) -> None:
    _climb(uow, late, Point.PRESS)
    if late.unit is not None and row is not None:
        supervision.press_late(uow, late.ticket, row.demand, unit_id=late.unit.id, clock_id=late.clock.id)


def _draw_up(uow: UnitOfWork, late: Late, row: Rung | None) -> None:
    if row is None or row.reply is None:
        return
    _climb(uow, late, row.point)
    if late.unit is None:
        # The hotline itself is late: there is nobody to order, only somebody to tell.
        return
    due_at = ladder.end_of(late.book.calendar, uow.now, row.reply, late.clock.roster)
    draft = Draft(OrderKind(row.point.value), late.clock.id, late.unit.id, row.reason, row.demand, due_at)
    order = supervision.propose(uow, late.ticket, draft)
    if order is not None and row.automatic:
        given = {"note": row.demand, "due_at": due_at}
        supervision.move_order(uow, order.id, "issue_order", roles=(SYSTEM,), given=given)


def _climb(uow: UnitOfWork, late: Late, rung: Point) -> None:
    clock = late.clock
    uow.record(LimitEscalated(clock.id, clock.ticket_id, clock.unit_id, clock.stage.value, rung.value))


def _end_proposals(uow: UnitOfWork, ticket_id: int) -> None:
    for order in supervision.proposals(uow, ticket_id):
        clock = uow.session.get(Clock, order.clock_id) if order.clock_id else None
        if clock is None or clock.state is ClockState.STOPPED or clock.due_at > uow.now:
            supervision.move_order(uow, order.id, "end_order", roles=(SYSTEM,), given={})


DEEDS: Mapping[Point, Callable[[UnitOfWork, Late, Rung | None], None]] = {
    Point.NEAR: _warn,
    Point.EXPIRED: _expire,
    Point.PRESS: _press,
    **dict.fromkeys(ladder.PAPERS, _draw_up),
}
"""What is done at each point, beside telling of it."""
