"""Requests over HTTP, as the review desk and the heads of units list them. Asking and deciding are moves of a unit's part."""

from collections.abc import Sequence
from datetime import datetime

from apiflask import APIBlueprint
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel import clock
from hotline.tickets import requests
from hotline.tickets.models import Assignment, Request, Ticket
from hotline.tickets.workflow import RequestKind, RequestState
from sla.book import calendar_of
from web.api import present
from web.api.callbacks import PageQuery
from web.api.present_ticket import request_rows
from web.api.schemas.base import Page
from web.api.schemas.disputes import Asked
from web.auth import EVERYONE, allowed
from web.requests import asks, container, reading, scope

api = APIBlueprint("asked", __name__, url_prefix="/api/v1", tag="Requests")


class AskedQuery(PageQuery):
    """What the list is narrowed by. `state` is asked, climbing, granted, refused or lapsed; no `kind` means all."""

    kind: RequestKind | None = None
    state: RequestState = Field(RequestState.ASKED)


@api.get("/asked")
@asks(api, AskedQuery)
@api.output(Page[Asked])
@allowed(*EVERYONE)
def list_asked(query: AskedQuery) -> Page[Asked]:
    """Requests that wait, the oldest first: the hotline's, or those of the reader's unit and of units it passed work to."""
    with reading() as session:
        found = requests.waiting(session, scope(), query.state, kind=query.kind, after_id=query.seen() or 0, limit=query.limit)
        after = str(found[-1].id) if len(found) == query.limit else None
        return Page[Asked](items=_rows(session, found, clock.now()), after=after)


def _rows(session: Session, found: Sequence[Request], now: datetime) -> list[Asked]:
    calendar = calendar_of(session, container().database.zone)
    tickets = session.scalars(select(Ticket).where(Ticket.id.in_([entry.ticket_id for entry in found]))).all()
    parts = session.scalars(select(Assignment).where(Assignment.id.in_([entry.assignment_id for entry in found]))).all()
    ticket_rows = {row.id: row for row in present.rows(session, calendar, tickets, now, scope())}
    units = {part.id: present.unit_ref(part.unit) for part in parts}
    return [
        Asked(request=row, ticket=ticket_rows[entry.ticket_id], unit=units[entry.assignment_id])
        for entry, row in zip(found, request_rows(session, found), strict=True)
    ]
