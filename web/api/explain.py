"""Why each limit of a ticket ends when it ends, over HTTP: the sum in codes for pages and as one sentence."""

from apiflask import APIBlueprint
from sqlalchemy.orm import Session

from hotline.kernel.clock import now as present_moment
from hotline.kernel.scope import Scope
from hotline.tickets import queries
from hotline.tickets.models import Ticket
from sla import explanation
from sla.book import calendar_of
from sla.calendar import CityCalendar
from sla.explanation import Sum
from sla.lifecycles import ClockState
from sla.limits import Stage
from sla.sentences import sentence
from web import texts
from web.api import present_ticket
from web.api.schemas.base import UnitRef
from web.api.schemas.limits import ClockFact, Explained, PolicyRef
from web.api.schemas.tickets import ExplainLine
from web.auth import EVERYONE, allowed
from web.requests import container, locale, reading, scope

api = APIBlueprint("explain", __name__, url_prefix="/api/v1", tag="Tickets")


@api.get("/tickets/<int:ticket_id>/explain")
@api.output(Explained)
@allowed(*EVERYONE)
def explain_ticket(ticket_id: int) -> Explained:
    """The sums of a ticket's limits, in words and days."""
    with reading() as session:
        ticket = queries.get_visible(session, scope(), ticket_id)
        found = sums_for(session, calendar_of(session, container().database.zone), scope(), ticket)
        units = present_ticket.unit_refs(session, (one.clock.unit_id for one in found))
        return Explained(clocks=[_fact(one, units.get(one.clock.unit_id or 0)) for one in found])


def sums_for(session: Session, calendar: CityCalendar, reader: Scope, ticket: Ticket) -> list[Sum]:
    """The sums this reader may know of: a unit sees no order to others, and nothing of appeals."""
    found = explanation.sums(session, calendar, ticket.id)
    if reader.sees_all_units:
        return found
    orders = {order.id for order in present_ticket.orders_seen(reader, ticket)}
    return [
        one
        for one in found
        if one.clock.stage is not Stage.APPEAL and (one.clock.order_id is None or one.clock.order_id in orders)
    ]


def lines_of(found: Sum) -> list[ExplainLine]:
    """The lines of one sum as answers carry them."""
    return [ExplainLine(code=line.code, args=dict(line.args)) for line in found.lines]


def _fact(found: Sum, unit: UnitRef | None) -> ClockFact:
    clock, spoken = found.clock, locale()
    return ClockFact(
        id=clock.id,
        stage=clock.stage.value,
        unit=unit,
        state=clock.state.value,
        started_at=clock.started_at,
        due_at=clock.due_at,
        provisional=clock.provisional,
        paused=clock.state is ClockState.PAUSED,
        expired=(clock.stopped_at or clock.paused_at or present_moment()) > clock.due_at,
        policy=PolicyRef(version=clock.policy.version, source=clock.policy.source),
        lines=lines_of(found),
        sentence=sentence(found.lines, lambda key, **values: texts.text(key, spoken, **values), container().database.zone),
    )
