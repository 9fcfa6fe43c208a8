"""Tickets that have to do with each other: related (关联), again (再次反映), child (分办), merged (并单).

A link is one row and is read from both sides. Called by effects of `tickets`, by intake, and by whoever shows a ticket.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Invalid, NotFound
from hotline.tickets import timeline
from hotline.tickets.models import Category, Ticket, TicketLink


class LinkKind(StrEnum):
    """Why two tickets are linked; the first named is the one that came later or lies below."""

    RELATED = "related"
    AGAIN = "again"
    CHILD = "child"
    MERGED = "merged"


@dataclass(frozen=True)
class Linked:
    """A link seen from one of its tickets: `kind` is a word of `SEEN`, or of `TURNED` where the other is the later one."""

    kind: str
    ticket: Ticket
    note: str
    at: datetime


SEEN = {LinkKind.AGAIN: "again", LinkKind.CHILD: "parent", LinkKind.MERGED: "main", LinkKind.RELATED: "related"}
"""What the other ticket is to the later one."""
TURNED = {LinkKind.AGAIN: "again_later", LinkKind.CHILD: "child", LinkKind.MERGED: "merged", LinkKind.RELATED: "related"}
"""What the later ticket is to the other."""


def link(uow: UnitOfWork, ticket_id: int, other_id: int, kind: LinkKind, note: str = "") -> TicketLink:
    """Link the later ticket to the earlier. Raises Conflict when they are linked so already."""
    if _between(uow.session, ticket_id, other_id, kind) is not None:
        raise Conflict("linked already", reason="linked", kind=kind.value)
    made = TicketLink(
        ticket_id=ticket_id, other_id=other_id, kind=kind.value, note=note, at=uow.now, by_id=uow.actor.officer_id
    )
    uow.session.add(made)
    uow.session.flush()
    return made


def undo(uow: UnitOfWork, ticket_id: int, other_id: int, kind: LinkKind) -> None:
    """End a link; it stays as a record of what was."""
    found = _between(uow.session, ticket_id, other_id, kind)
    if found is not None:
        found.undone_at = uow.now


def of_ticket(session: Session, ticket_id: int) -> list[Linked]:
    """The links in force of a ticket, seen from it, oldest first."""
    side = or_(TicketLink.ticket_id == ticket_id, TicketLink.other_id == ticket_id)
    found = list(session.scalars(select(TicketLink).where(side, TicketLink.undone_at.is_(None)).order_by(TicketLink.id)))
    ids = {row.ticket_id for row in found} | {row.other_id for row in found}
    tickets = {ticket.id: ticket for ticket in session.scalars(select(Ticket).where(Ticket.id.in_(ids)))}
    return [_seen_from(ticket_id, row, tickets) for row in found]


def relate(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> None:
    """One cause, other demands (关联): both go their own way and show each other."""
    other = another(uow, ticket, int(given["other_id"]), "other_id")
    link(uow, ticket.id, other.id, LinkKind.RELATED, str(given.get("note") or ""))
    timeline.write(uow, other.id, "relate", data={"other_id": ticket.id}, unit_id=other.lead_unit_id)


def check_over(earlier: Ticket) -> None:
    """Raise Conflict unless the earlier ticket has ended: else the matter is not asked again (再次反映) but joined or urged."""
    if earlier.state.is_open:
        raise Conflict("not over yet", reason="still-open", number=earlier.number)


def mark_repeat(uow: UnitOfWork, ticket: Ticket) -> None:
    """Link a ticket that asks again for what another was closed with, and tell the other's timeline."""
    earlier_id = ticket.repeat_of_id
    if earlier_id is not None:
        link(uow, ticket.id, earlier_id, LinkKind.AGAIN)
        timeline.write(uow, earlier_id, "asked_again", data={"ticket_id": ticket.id})


def another(uow: UnitOfWork, ticket: Ticket, other_id: int, field: str) -> Ticket:
    """The other ticket. Raises Invalid naming the field when it is the same one, NotFound."""
    if other_id == ticket.id:
        raise Invalid(field, "itself")
    other = uow.session.get(Ticket, other_id)
    if other is None:
        raise NotFound("ticket", thing="ticket", id=other_id)
    return other


def children(session: Session, ticket_id: int) -> list[Ticket]:
    """The tickets that this one was split into, in order."""
    return list(session.scalars(select(Ticket).where(Ticket.parent_id == ticket_id).order_by(Ticket.id)))


def child_values(session: Session, ticket: Ticket, child: Mapping[str, Any]) -> dict[str, Any]:
    """What a child of a split ticket (分办) is opened with: the same requester, a matter of its own. Raises Invalid.

    Keys are fields of `tickets.NewTicket`; a confidential ticket has confidential children.
    """
    code = child.get("category_code") or ticket.category_code
    if code is not None and session.get(Category, code) is None:
        raise Invalid("category_code", "unknown-code", given=code)
    same = ("channel", "type", "urgency", "profile", "area_code", "address", "citizen_id", "contact_name", "contact_phone")
    kept = {name: getattr(ticket, name) for name in (*same, "secrecy", "complained_unit_id", "reply_wanted", "contact_id")}
    return {**kept, "title": child["title"], "body": child["body"], "category_code": code, "parent_id": ticket.id}


def _between(session: Session, ticket_id: int, other_id: int, kind: LinkKind) -> TicketLink | None:
    pair = [ticket_id, other_id]
    query = select(TicketLink).where(
        TicketLink.ticket_id.in_(pair),
        TicketLink.other_id.in_(pair),
        TicketLink.kind == kind.value,
        TicketLink.undone_at.is_(None),
    )
    return session.scalars(query.limit(1)).one_or_none()


def _seen_from(ticket_id: int, row: TicketLink, tickets: Mapping[int, Ticket]) -> Linked:
    kind = LinkKind(row.kind)
    if row.ticket_id == ticket_id:
        return Linked(SEEN[kind], tickets[row.other_id], row.note, row.at)
    return Linked(TURNED[kind], tickets[row.ticket_id], row.note, row.at)
