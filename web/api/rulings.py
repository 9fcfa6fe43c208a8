"""Rulings on disputes over HTTP: the precedents of a ticket, or all by category and unit. Ruling is a move of a unit's part."""

from collections.abc import Sequence

from apiflask import APIBlueprint
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch import precedents
from hotline.people.permissions import HOTLINE_ROLES
from hotline.tickets import queries, rulings
from hotline.tickets.models import Category, Ruling, Ticket
from web.api import present
from web.api.callbacks import PageQuery
from web.api.present_ticket import unit_refs
from web.api.schemas.base import CodeRef, Page
from web.api.schemas.detail import TicketRef
from web.api.schemas.disputes import RulingRow
from web.auth import allowed
from web.requests import asks, reading, scope

api = APIBlueprint("rulings", __name__, url_prefix="/api/v1", tag="Rulings")

READERS = tuple(sorted(role.value for role in HOTLINE_ROLES))


class RulingsQuery(PageQuery):
    """With `ticket`, what was ruled in disputes like that ticket's; else all, of a category (or below it) and of a unit."""

    category: str = Field("", max_length=32)
    unit: int | None = None
    ticket: int | None = None


@api.get("/rulings")
@asks(api, RulingsQuery)
@api.output(Page[RulingRow])
@allowed(*READERS)
def list_rulings(query: RulingsQuery) -> Page[RulingRow]:
    """Precedents of a ticket, the most alike first, or rulings, the newest first."""
    with reading() as session:
        if query.ticket is not None:
            return Page[RulingRow](items=_rows(session, _precedents(session, query.ticket, query.limit)))
        found = rulings.listed(
            session, scope(), category_code=query.category, unit_id=query.unit, before_id=query.seen(), limit=query.limit
        )
        after = str(found[-1].id) if len(found) == query.limit else None
        return Page[RulingRow](items=_rows(session, found), after=after)


def _precedents(session: Session, ticket_id: int, limit: int) -> list[Ruling]:
    ticket = queries.get_visible(session, scope(), ticket_id)
    return precedents.alike(session, scope(), ticket, limit)


def _rows(session: Session, found: Sequence[Ruling]) -> list[RulingRow]:
    units = unit_refs(session, [unit_id for ruling in found for unit_id in (ruling.unit_id, *ruling.party_unit_ids)])
    names = present.officer_names(session, (ruling.by_id for ruling in found))
    wanted = Ticket.id.in_([ruling.ticket_id for ruling in found])
    numbers = {row.id: row.number for row in session.execute(select(Ticket.id, Ticket.number).where(wanted))}
    codes = Category.code.in_([ruling.category_code for ruling in found if ruling.category_code])
    categories = {row.code: CodeRef(code=row.code, name=row.name) for row in session.scalars(select(Category).where(codes))}
    return [
        RulingRow(
            **{name: getattr(ruling, name) for name in ("id", "evidence", "decision", "basis", "at")},
            ticket=TicketRef(id=ruling.ticket_id, number=numbers[ruling.ticket_id]),
            category=categories.get(ruling.category_code or ""),
            parties=[units[unit_id] for unit_id in ruling.party_unit_ids],
            unit=units[ruling.unit_id],
            by=names.get(ruling.by_id or 0, ""),
        )
        for ruling in found
    ]
