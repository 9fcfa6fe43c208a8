"""Tickets over HTTP: lists, the whole ticket, opening one, additions, masked data. Moves are in `moves`."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from hotline.insight import metrics, ticket_topics
from hotline.intake import limits
from hotline.kernel import clock
from hotline.people import access_log
from hotline.tickets import orders, queries, requests, rights, searching, tickets
from hotline.tickets.codes import check_codes
from hotline.tickets.models import Ticket
from hotline.tickets.queries import Filters
from hotline.tickets.rights import Right
from hotline.tickets.workflow import Secrecy
from sla import appeals
from sla.book import calendar_of
from web.api import detail, present
from web.api.schemas.base import LocalDay, Page
from web.api.schemas.detail import TicketDetail
from web.api.schemas.tickets import Reveal, Revealed, TicketIn, TicketRow, ViewCounts
from web.auth import EVERYONE, allowed
from web.idempotency import once
from web.requests import actor, asks, container, reading, scope, takes, working

api = APIBlueprint("tickets", __name__, url_prefix="/api/v1", tag="Tickets")

OPENERS = ("agent", "dispatcher", "shift_leader")
ADDERS = ("agent", "dispatcher", "callback_agent", "shift_leader")


class ListQuery(BaseModel):
    """What a list is narrowed by; the same names stand in the page's address. Comma-separated words widen a filter.

    `topic` is a hot topic as `report:number`, `ids` are single tickets.
    """

    model_config = ConfigDict(extra="ignore", populate_by_name=True)

    view: str = "all"
    search: str = Field("", max_length=200)
    state: str = ""
    type: str = ""
    channel: str = ""
    category: str = ""
    unit: int | None = None
    start: LocalDay | None = Field(None, alias="from")
    end: LocalDay | None = Field(None, alias="to")
    metric: str = ""
    part: str = "numerator"
    topic: str = Field("", pattern=r"^(\d{1,15}:\d{1,4})?$")
    ids: str = Field("", max_length=4000, pattern=r"^(\d{1,15}(,\d{1,15})*)?$")
    after: str | None = None
    limit: int = Field(30, ge=1, le=200)


class AdditionIn(BaseModel):
    """Words or files an officer adds for the requester, or an urge."""

    model_config = ConfigDict(extra="forbid")

    kind: str = Field("supplement", pattern="^(supplement|urge)$")
    text: str = Field("", max_length=5000)
    attachment_tokens: list[str] = Field(default_factory=list)


@api.get("/tickets")
@asks(api, ListQuery)
@api.output(Page[TicketRow])
@allowed(*EVERYONE)
def list_tickets(query: ListQuery) -> Page[TicketRow]:
    """A page of a view, narrowed by filters, or the tickets behind one part of a metric."""
    now = clock.now()
    with reading() as session:
        listed = queries.list_view(
            session, scope(), query.view, _filters(session, query), now=now, after=query.after, limit=query.limit
        )
        calendar = calendar_of(session, container().database.zone)
        return Page[TicketRow](
            items=present.unit_rows(session, calendar, listed.tickets, now, scope()), after=listed.after, total=listed.total
        )


@api.get("/tickets/counts")
@api.output(ViewCounts)
@allowed(*EVERYONE)
def count_tickets() -> ViewCounts:
    """How many tickets stand in each view of the reader, with a request of each kind, an order or an appeal that waits."""
    with reading() as session:
        now = clock.now()
        views = queries.counts(session, scope(), now)
        asked = requests.waiting_tickets(session, scope())
        ordered = {f"orders_{state}": count for state, count in orders.count_tickets(session, scope(), now).items()}
        return ViewCounts(counts={**asked, **ordered, "appeals": appeals.count_asked(session, scope()), **views})


@api.get("/tickets/<int:ticket_id>")
@api.output(TicketDetail)
@allowed(*EVERYONE)
def show_ticket(ticket_id: int) -> TicketDetail:
    """The whole ticket."""
    return show(ticket_id)


@api.post("/tickets")
@takes(api, TicketIn)
@api.output(TicketRow, status_code=201)
@allowed(*OPENERS)
def open_ticket(body: TicketIn) -> TicketRow:
    """Open a ticket that no draft stands for. Repeat with the same Idempotency-Key and nothing is doubled."""
    given = limits.checked(body.model_dump(exclude={"confidential"}))
    given["attachment_tokens"] = tuple(body.attachment_tokens)
    given["secrecy"] = Secrecy.asked(confidential=body.confidential)
    with working() as uow:
        check_codes(uow.session, body.category_code or None, body.area_code or None)
        new = tickets.NewTicket(
            **given,
            opened_by_id=actor().officer_id,
            submission_key=once(),
        )
        ticket = tickets.open_ticket(uow, new)
        calendar = calendar_of(uow.session, uow.zone)
        return present.row(uow.session, calendar, ticket, uow.now, scope())


@api.post("/tickets/<int:ticket_id>/additions")
@takes(api, AdditionIn)
@api.output(TicketDetail)
@allowed(*ADDERS)
def add_to_ticket(ticket_id: int, body: AdditionIn) -> TicketDetail:
    """Add the requester's words or files, or urge. The requester reads them too."""
    with working() as uow:
        ticket = queries.get_visible(uow.session, scope(), ticket_id)
        tickets.add(uow, ticket.id, body.kind, limits.fold_text(body.text), attachment_tokens=body.attachment_tokens)
    return show(ticket_id)


@api.post("/tickets/<int:ticket_id>/reveal")
@takes(api, Reveal)
@api.output(Revealed)
@allowed(*EVERYONE)
def reveal(ticket_id: int, body: Reveal) -> Revealed:
    """See a masked field; the reason goes to the access log."""
    with working() as uow:
        ticket = queries.get_visible(uow.session, scope(), ticket_id)
        rights.check(scope(), Right.REVEAL, ticket)
        value = access_log.reveal(uow, scope(), ticket, field=body.field, reason=body.reason)
        return Revealed(field=body.field, value=value)


def show(ticket_id: int) -> TicketDetail:
    """The whole ticket as the reader of this request may see it. Raises NotFound for one that is hidden."""
    with reading() as session:
        ticket = queries.get_visible(session, scope(), ticket_id)
        return detail.ticket_detail(session, container(), scope(), ticket, clock.now())


def _filters(session: Session, query: ListQuery) -> Filters:
    zone = container().database.zone
    narrowed = metrics.conditions(query.metric, query.part, query.unit) if query.metric else ()
    return Filters(
        states=_words(query.state),
        types=_words(query.type),
        channels=_words(query.channel),
        unit_id=None if query.metric else query.unit,
        category_code=query.category or None,
        opened_from=_midnight(query.start, zone),
        opened_until=_midnight(query.end + timedelta(days=1) if query.end else None, zone),
        ids=searching.found_ids(session, container().search, scope(), query.search) if query.search.strip() else None,
        extra=(*narrowed, *_named(session, query)),
    )


def _named(session: Session, query: ListQuery) -> Iterator[ColumnElement[bool]]:
    """The tickets that a hot topic (`report:number`) or the address itself names."""
    if query.topic:
        report, _, number = query.topic.partition(":")
        yield Ticket.id.in_(ticket_topics.ticket_ids(session, int(report), int(number)))
    if query.ids:
        yield Ticket.id.in_([int(ticket_id) for ticket_id in _words(query.ids)])


def _words(given: str) -> tuple[str, ...]:
    return tuple(word for word in given.split(",") if word)


def _midnight(day: date | None, zone: Any) -> datetime | None:  # a ZoneInfo
    return datetime.combine(day, time(), zone) if day else None
