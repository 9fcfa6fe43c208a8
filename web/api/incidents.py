"""Incidents over HTTP (集中诉求): lists for everybody's own view, the desk's decisions, what stands beside a call."""

from typing import Literal

from apiflask import APIBlueprint
from pydantic import Field

from hotline.insight import gathering, incident_lists, incidents
from hotline.insight.gathering import Wanted
from hotline.insight.incident_life import DESK
from hotline.insight.sightings import Told
from hotline.intake import drafts
from hotline.kernel import clock
from hotline.kernel.db import UnitOfWork
from hotline.tickets import queries, replays
from sla.book import calendar_of
from web import incident_rules
from web.api import present, present_incidents
from web.api.callbacks import PageQuery
from web.api.calls import AGENTS
from web.api.schemas.base import Page
from web.api.schemas.incidents import (
    BesideIncident,
    BesideIncidentIn,
    IncidentDetail,
    IncidentDraft,
    IncidentGather,
    IncidentGiven,
    IncidentMove,
    IncidentReply,
    IncidentRow,
    IncidentSplit,
    IncidentTickets,
    ReplyProgress,
)
from web.api.schemas.tickets import TicketRow
from web.auth import EVERYONE, allowed
from web.idempotency import once
from web.requests import asks, container, parse, reading, scope, takes, working

api = APIBlueprint("incidents", __name__, url_prefix="/api/v1", tag="Incidents")

LEADERS = tuple(sorted(DESK))
REPLY = "reply"


class IncidentsQuery(PageQuery):
    """Which incidents: those that live, or all that the reader may know of."""

    state: Literal["live", "all"] = "live"
    limit: int = Field(30, ge=1, le=100)


@api.get("/incidents")
@asks(api, IncidentsQuery)
@api.output(Page[IncidentRow])
@allowed(*EVERYONE)
def list_incidents(query: IncidentsQuery) -> Page[IncidentRow]:
    """Incidents, the newest first. Agents see what is going on now, units what concerns their tickets."""
    with reading() as session:
        live = query.state == "live"
        found = incident_lists.listed(session, scope(), live=live, after=query.seen(), limit=query.limit + 1)
        shown = found[: query.limit]
        after = str(shown[-1].id) if len(found) > query.limit else None
        return Page[IncidentRow](items=present_incidents.rows(session, shown, scope(), clock.now()), after=after)


@api.get("/incidents/<int:incident_id>")
@api.output(IncidentDetail)
@allowed(*EVERYONE)
def show_incident(incident_id: int) -> IncidentDetail:
    """The incident with its tickets, how they came in, and how far one answer for all has come."""
    return _shown(incident_id)


@api.post("/incidents/<int:incident_id>/actions/<action>")
@takes(api, IncidentMove)
@api.output(IncidentDetail)
@allowed(*LEADERS)
def move_incident(incident_id: int, action: str, body: IncidentMove) -> IncidentDetail:
    """Confirm, dismiss, instruct, join, end or resume an incident."""
    given = parse(IncidentGiven, body.given).model_dump(exclude_unset=True)
    with working() as uow:
        if _is_first(uow, incident_id, action):
            incidents.move(uow, incident_id, action, roles=scope().roles, given=given, version=body.version)
    return _shown(incident_id)


@api.post("/incidents/<int:incident_id>/tickets")
@takes(api, IncidentTickets)
@api.output(IncidentDetail)
@allowed(*LEADERS)
def add_tickets(incident_id: int, body: IncidentTickets) -> IncidentDetail:
    """Put tickets into an incident that the detector did not."""
    with working() as uow:
        for ticket_id in body.ticket_ids:
            queries.get_visible(uow.session, scope(), ticket_id)
        incidents.add(uow, incident_id, body.ticket_ids, version=body.version)
    return _shown(incident_id)


@api.post("/incidents/<int:incident_id>/take-out")
@takes(api, IncidentTickets)
@api.output(IncidentDetail)
@allowed(*LEADERS)
def take_tickets_out(incident_id: int, body: IncidentTickets) -> IncidentDetail:
    """Take tickets out of an incident; the detector does not put them back."""
    with working() as uow:
        incidents.take_out(uow, incident_id, body.ticket_ids, version=body.version, note=body.note)
    return _shown(incident_id)


@api.post("/incidents/<int:incident_id>/split")
@takes(api, IncidentSplit)
@api.output(IncidentDetail, status_code=201)
@allowed(*LEADERS)
def split_incident(incident_id: int, body: IncidentSplit) -> IncidentDetail:
    """Make an incident of its own of some of the tickets; it comes back."""
    with working() as uow:
        made = incidents.split(uow, incident_id, body.ticket_ids, name=body.name, version=body.version).id
    return _shown(made)


@api.post("/incidents/<int:incident_id>/gather")
@takes(api, IncidentGather)
@api.output(IncidentDetail)
@allowed(*LEADERS)
def gather_incident(incident_id: int, body: IncidentGather) -> IncidentDetail:
    """Choose or make the main ticket and dispatch it; the others are merged into it by the worker, in batches."""
    wanted = Wanted(body.main_id, body.unit_id, body.override)
    with working() as uow:
        if wanted.main_id is not None:
            queries.get_visible(uow.session, scope(), wanted.main_id)
        if _is_first(uow, incident_id, "gather"):
            gathering.gather(uow, incident_id, wanted, roles=scope().roles, version=body.version)
    return _shown(incident_id)


@api.post("/incidents/<int:incident_id>/reply")
@takes(api, IncidentReply)
@api.output(ReplyProgress)
@allowed(*LEADERS)
def reply_to_all(incident_id: int, body: IncidentReply) -> ReplyProgress:
    """Answer every caller with one text, in batches by the worker; who is left, and why, is told here and on the page."""
    with working() as uow:
        if _is_first(uow, incident_id, REPLY):
            given = {"answer": body.answer}
            incidents.move(uow, incident_id, REPLY, roles=scope().roles, given=given, version=body.version)
        return present_incidents.reached(uow.session, scope(), incident_id)


@api.post("/incidents/beside")
@takes(api, BesideIncidentIn)
@api.output(Page[BesideIncident])
@allowed(*EVERYONE)
def look_beside_incidents(body: BesideIncidentIn) -> Page[BesideIncident]:
    """The live incidents that a matter is probably of, while it is typed or spoken."""
    now = clock.now()
    told = Told(0, now, "", body.text, body.address, body.area or None, body.category or None, "")
    with reading() as session:
        likely = container().beside.likely(session, told, incident_rules.rules_of(session))
        known = [(incident, likeness) for incident, likeness in likely if incident_lists.may_know(session, scope(), incident)]
        return Page[BesideIncident](items=present_incidents.beside(session, known, scope(), now))


@api.post("/drafts/<int:draft_id>/incident/<int:incident_id>")
@takes(api, IncidentDraft)
@api.output(TicketRow, status_code=201)
@allowed(*AGENTS)
def confirm_into_incident(draft_id: int, incident_id: int, body: IncidentDraft) -> TicketRow:
    """Make the ticket and put it into the incident, merged into its main one where it may be. Repeating gives the same."""
    with working() as uow:
        ticket = drafts.confirm(uow, scope(), draft_id, version=body.version)
        gathering.take_in(uow, incident_id, ticket.id)
        return present.row(uow.session, calendar_of(uow.session, uow.zone), ticket, uow.now, scope())


def _shown(incident_id: int) -> IncidentDetail:
    with reading() as session:
        incident = incident_lists.get(session, scope(), incident_id)
        return present_incidents.detail(session, incident, scope(), clock.now())


def _is_first(uow: UnitOfWork, incident_id: int, action: str) -> bool:
    return replays.is_first(uow, once(), thing="incident", thing_id=incident_id, action=action)
