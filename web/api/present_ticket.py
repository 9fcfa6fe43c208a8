"""From rows to shapes: what hangs on one ticket (parts, requests, orders, links, timeline), as one reader may read it.

Words are asked of `rights` line by line. Gathered by `detail`; rows of lists are in `present`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel.scope import Scope
from hotline.people.models import Unit
from hotline.tickets import links, queries, rights, timeline
from hotline.tickets.models import Request, SupervisionOrder, Ticket
from hotline.tickets.rights import Right
from hotline.tickets.workflow import Workflow
from sla.calendar import CityCalendar
from web.api import present
from web.api.schemas.base import OfficerRef, UnitRef
from web.api.schemas.detail import Approval, Assignment, LinkFact, RequestRow, TicketRef, TimelineLine


def assignments(session: Session, calendar: CityCalendar, ticket: Ticket, now: datetime) -> list[Assignment]:
    """The units' parts, oldest first."""
    plain = ("id", "role", "round", "state", "version", "note", "dispatched_at", "signed_at", "contacted_at", "replied_at")
    words = ("solved", "reply_internal", "reply_public", "reply_form")
    extra = ("parent_id", "designated", "return_until", "on_time", "limit_given")
    names = present.officer_names(session, (part.named_officer_id for part in ticket.assignments))
    limits = present.assignment_limits(session, ticket.assignments, calendar, now)
    return [
        Assignment(
            **{name: getattr(part, name) for name in (*plain, *words, *extra)},
            unit=present.unit_ref(part.unit),
            limits=limits[part.id],
            named_officer=_officer(part.named_officer_id, names),
        )
        for part in ticket.assignments
    ]


def requests(session: Session, ticket_id: int) -> list[RequestRow]:
    """What was asked beside the life cycle, oldest first."""
    return request_rows(
        session, session.scalars(select(Request).where(Request.ticket_id == ticket_id).order_by(Request.id)).all()
    )


def request_rows(session: Session, found: Sequence[Request]) -> list[RequestRow]:
    """Requests in the order given, with who signed on the way."""
    signers = (entry.get("officer_id") for row in found for entry in row.approvals)
    names = present.officer_names(session, [*(row.asked_by_id for row in found), *signers])
    plain = ("id", "assignment_id", "data", "asked_at", "decided_at", "decision", "ladder", "step")
    return [
        RequestRow(
            **{name: getattr(row, name) for name in plain},
            kind=row.kind.value,
            state=row.state.value,
            asked_by=names.get(row.asked_by_id or 0, ""),
            approvals=[
                Approval(role=one["role"], by=names.get(one.get("officer_id") or 0, ""), at=one["at"], note=one.get("note", ""))
                for one in row.approvals
            ],
        )
        for row in found
    ]


def orders_seen(reader: Scope, ticket: Ticket) -> list[SupervisionOrder]:
    """Supervision orders of the ticket: all for the hotline, those issued to the own subtree for units."""
    seen = (order for order in ticket.orders if order.issued_at is not None and order.unit_id in reader.unit_ids)
    return list(ticket.orders) if reader.sees_all_units else list(seen)


def linked(session: Session, reader: Scope, ticket: Ticket) -> list[LinkFact]:
    """The linked tickets that the reader may know of."""
    found = links.of_ticket(session, ticket.id)
    seen = queries.visible_ids(session, reader, [entry.ticket.id for entry in found])
    return [
        LinkFact(kind=entry.kind, ticket=_ref(entry.ticket), note=entry.note, at=entry.at)
        for entry in found
        if entry.ticket.id in seen
    ]


def merged(session: Session, reader: Scope, ticket: Ticket) -> list[TicketRef]:
    """The tickets merged into this one, as far as the reader may know of them."""
    return _refs(session, reader, Ticket.merged_into_id == ticket.id)


def children(session: Session, reader: Scope, ticket: Ticket) -> list[TicketRef]:
    """The tickets it was split into, as far as the reader may know of them."""
    return _refs(session, reader, Ticket.parent_id == ticket.id)


def other(session: Session, reader: Scope, ticket_id: int | None) -> TicketRef | None:
    """The main or parent ticket, if the reader may know of it."""
    found = _refs(session, reader, Ticket.id == ticket_id) if ticket_id is not None else []
    return found[0] if found else None


def unit_refs(session: Session, ids: Iterable[int | None]) -> dict[int, UnitRef]:
    """Units by id."""
    wanted = {found for found in ids if found is not None}
    return {unit.id: present.unit_ref(unit) for unit in session.scalars(select(Unit).where(Unit.id.in_(wanted)))}


def lines(session: Session, workflow: Workflow, reader: Scope, ticket: Ticket) -> list[TimelineLine]:
    """The timeline; words of a confidential ticket only where units wrote them, and to units only their own."""
    found = timeline.lines(session, ticket.id)
    names = present.officer_names(session, (entry.officer_id for entry in found))
    units = unit_refs(session, [*(entry.unit_id for entry in found), *(_unit_in(entry) for entry in found)])
    original = rights.may(reader, Right.READ_ORIGINAL, ticket)
    of_units = {row.action for row in workflow.assignment.rows}
    return [
        TimelineLine(
            **{name: getattr(entry, name) for name in ("seq", "at", "action", "state_from", "state_to", "data", "public")},
            officer=names.get(entry.officer_id or 0, ""),
            unit=_name(units, _unit_in(entry) or entry.unit_id),
            text=entry.text if original or _is_their_own(entry, reader, of_units) else "",
        )
        for entry in found
    ]


def _is_their_own(entry: timeline.Line, reader: Scope, of_units: Collection[str]) -> bool:
    return entry.action in of_units and (reader.sees_all_units or entry.unit_id in reader.unit_ids)


def _refs(session: Session, reader: Scope, condition: queries.Condition) -> list[TicketRef]:
    query = select(Ticket.id, Ticket.number).where(condition, queries.visible(reader)).order_by(Ticket.id)
    return [TicketRef(id=row.id, number=row.number) for row in session.execute(query)]


def _ref(ticket: Ticket) -> TicketRef:
    return TicketRef(id=ticket.id, number=ticket.number)


def _officer(officer_id: int | None, names: Mapping[int, str]) -> OfficerRef | None:
    return OfficerRef(id=officer_id, name=names.get(officer_id, "")) if officer_id is not None else None


def _name(units: Mapping[int, UnitRef], unit_id: int | None) -> str:
    found = units.get(unit_id or 0)
    return found.name if found else ""


def _unit_in(entry: timeline.Line) -> int:
    return int(entry.data.get("unit_id") or 0)
