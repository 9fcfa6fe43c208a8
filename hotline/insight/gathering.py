"""What becomes of the tickets of an incident: one main ticket for all that may be merged, one answer for every caller.

All of it by the tickets' own moves. The many are worked off in batches after the decision (`web.reactions.incidents`), each
batch a transaction that may be repeated; how far it is follows from the tickets and is kept nowhere.
"""

import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.insight import incidents
from hotline.insight.happenings import packaged_happenings
from hotline.insight.incident_life import IncidentState
from hotline.insight.models import Incident, IncidentTicket
from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Forbidden, Invalid
from hotline.tickets import assignments, links, merging, tickets
from hotline.tickets.links import LinkKind
from hotline.tickets.models import Ticket
from hotline.tickets.tickets import NewTicket
from hotline.tickets.workflow import BEFORE_DISPATCH, DESK, IN_HAND, QUEUED, SYSTEM, WITH_UNITS, State

MACHINE = (SYSTEM,)
LEAD = "lead"
HELP = "help"
SOLVED = "yes"
ANSWERABLE = BEFORE_DISPATCH | WITH_UNITS | {State.SUSPENDED, State.AUDIT, State.MERGED}
"""States in which a caller still waits for an answer."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Wanted:
    """How an incident is to be gathered: under which ticket (None: the best, or a new one), given to which unit.

    `override` says why it goes to a unit that a rule of dispatching speaks against.
    """

    main_id: int | None = None
    unit_id: int | None = None
    override: str = ""


@dataclass(frozen=True)
class Left:
    """A caller who has no answer yet, and why, as a code."""

    ticket_id: int
    number: str
    reason: str


@dataclass(frozen=True)
class Progress:
    """How many callers have their answer."""

    total: int
    done: int
    left: tuple[Left, ...]


def gather(
    uow: UnitOfWork, incident_id: int, wanted: Wanted, *, roles: Collection[str], version: int | None = None
) -> Incident:
    """Choose or make the main ticket and dispatch it. The others follow in batches, as `IncidentMoved` is worked off.

    Raises Conflict for a main ticket that none may be merged into, and as the ticket's own moves do.
    """
    incident = incidents.move(uow, incident_id, "gather", roles=roles, given={}, version=version)
    main = _main(uow, incident, wanted.main_id)
    incidents.choose_main(uow, incident, main.id)
    if wanted.unit_id is not None and wanted.unit_id != main.lead_unit_id:
        given = {"unit_id": wanted.unit_id, "note": incident.name, "override": wanted.override}
        action = "dispatch" if main.lead_unit_id is None else "redispatch"
        tickets.move(uow, main.id, action, roles=roles, given=given)
    return incident


def gather_batch(uow: UnitOfWork, incident_id: int, until: datetime, after_id: int, limit: int) -> int | None:
    """Let the next tickets that were in it at `until` go with the main one; returns where to go on, None at the end.

    Different demands are only related; reports and confidential tickets are left alone, and so is a ticket whose own move is
    refused: it must not keep the others waiting. Safe to repeat.
    """
    incident = incidents.held(uow, incident_id)
    if incident.main_ticket_id is None:
        return None
    query = select(IncidentTicket.ticket_id).where(IncidentTicket.incident_id == incident.id, incidents.IN)
    query = query.where(IncidentTicket.added_at <= until, IncidentTicket.ticket_id > after_id)
    ids = list(uow.session.scalars(query.order_by(IncidentTicket.ticket_id).limit(limit)))
    for ticket_id in ids:
        _unless_refused(uow, ticket_id, partial(bring_to_main, uow, incident, ticket_id))
    return ids[-1] if len(ids) == limit else None


def bring_to_main(uow: UnitOfWork, incident: Incident, ticket_id: int) -> None:
    """Merge a ticket into the main one where it may be, relate it where its demand is its own; else leave it."""
    if incident.main_ticket_id is None or incident.main_ticket_id == ticket_id:
        return
    main, ticket = tickets.get(uow, incident.main_ticket_id), tickets.get(uow, ticket_id)
    if not may_follow(ticket, main):
        return
    if has_own_demand(ticket):
        _relate(uow, ticket, main)
        return
    # The desk decided when it gathered the incident; who carries it out has no role of its own.
    given = {"main_id": main.id, "note": incident.name}
    tickets.move(uow, ticket.id, "merge", roles=DESK, given=given)


def take_in(uow: UnitOfWork, incident_id: int, ticket_id: int) -> None:
    """Put a caller's new ticket into a live incident and let it go with the main one. Safe to repeat."""
    incident = incidents.add(uow, incident_id, [ticket_id])
    bring_to_main(uow, incident, ticket_id)


def may_follow(ticket: Ticket, main: Ticket) -> bool:
    """Whether a ticket may go with the main one now."""
    waits = ticket.state in QUEUED | WITH_UNITS and ticket.merged_into_id is None
    return waits and merging.may_merge(ticket) and merging.may_be_main(main)


def has_own_demand(ticket: Ticket) -> bool:
    """Whether its caller asks for more than that the happening ends: compensation, blame."""
    return packaged_happenings().has_own_demand(f"{ticket.title}\n{ticket.body}\n{ticket.wanted}")


def answer_batch(uow: UnitOfWork, incident_id: int, after_id: int, limit: int) -> int | None:
    """Answer the next tickets that the desk can answer itself, with the incident's words; returns where to go on.

    Those are the ones whose unit has the matter in hand: the main one, with all that was merged into it, and who stands
    beside it with the same demand. One that may not be answered yet is left, the others are not. Safe to repeat.
    """
    incident = incidents.held(uow, incident_id)
    query = select(Ticket.id).join(IncidentTicket, IncidentTicket.ticket_id == Ticket.id)
    query = query.where(IncidentTicket.incident_id == incident.id, incidents.IN, Ticket.id > after_id)
    ids = list(uow.session.scalars(query.where(Ticket.state == State.HANDLING).order_by(Ticket.id).limit(limit)))
    for ticket_id in ids:
        _unless_refused(uow, ticket_id, partial(_answer, uow, ticket_id, incident.answer))
    return ids[-1] if len(ids) == limit else None


def note_answered(uow: UnitOfWork, limit: int = 50) -> int:
    """Let incidents be answered whose unit answered the main ticket, and with it every caller; returns how many."""
    standing = Incident.state == IncidentState.CONFIRMED, Ticket.replied_at.is_not(None), Ticket.public_reply != ""
    query = select(Incident.id, Ticket.public_reply).join(Ticket, Ticket.id == Incident.main_ticket_id).where(*standing)
    found = uow.session.execute(query.limit(limit).with_for_update(of=Incident, skip_locked=True)).all()
    for incident_id, words in found:
        incidents.move(uow, incident_id, "reply", roles=MACHINE, given={"answer": words}, version=None)
    return len(found)


def progress(session: Session, incident_id: int, among: Iterable[Ticket] | None = None) -> Progress:
    """How many callers of an incident have their answer, and why the others do not."""
    query = select(Ticket).join(IncidentTicket, IncidentTicket.ticket_id == Ticket.id)
    own = query.where(IncidentTicket.incident_id == incident_id, incidents.IN).order_by(Ticket.id)
    found = list(session.scalars(own)) if among is None else list(among)
    left = tuple(Left(ticket.id, ticket.number, reason) for ticket in found if (reason := _why_left(ticket)))
    return Progress(len(found), len(found) - len(left), left)


def _main(uow: UnitOfWork, incident: Incident, main_id: int | None) -> Ticket:
    if main_id is not None:
        chosen = tickets.get(uow, main_id)
        if not merging.may_be_main(chosen):
            raise Conflict("none may be merged into it", reason="main-not-possible", number=chosen.number)
        return chosen
    query = select(Ticket).join(IncidentTicket, IncidentTicket.ticket_id == Ticket.id)
    own = query.where(IncidentTicket.incident_id == incident.id, incidents.IN).order_by(Ticket.id)
    known = list(uow.session.scalars(own))
    standing = [ticket for ticket in known if merging.may_be_main(ticket) and not has_own_demand(ticket)]
    standing.sort(key=lambda ticket: (ticket.id != incident.main_ticket_id, ticket.lead_unit_id is None, ticket.id))
    return standing[0] if standing else _make(uow, incident, known)


def _make(uow: UnitOfWork, incident: Incident, known: list[Ticket]) -> Ticket:
    """A ticket of the desk's own, when none of the callers' can stand for all."""
    return tickets.open_ticket(
        uow,
        NewTicket(
            channel=known[0].channel if known else "phone",
            type=HELP,
            title=incident.name,
            body=incident.answer or incident.name,
            category_code=incident.category_code,
            area_code=incident.area_code,
            address=incident.place,
            reply_wanted=False,
            opened_by_id=uow.actor.officer_id,
        ),
    )


def _unless_refused(uow: UnitOfWork, ticket_id: int, act: Callable[[], None]) -> None:
    """Do something with one ticket of many; what refuses it is undone, and `progress` tells that it is left."""
    owed = len(uow.deliveries)
    try:
        with uow.session.begin_nested():
            act()
    except (Conflict, Forbidden, Invalid) as refused:
        del uow.deliveries[owed:]
        log.info("ticket %s of an incident is left: %s", ticket_id, refused.details.get("reason", refused.code))


def _relate(uow: UnitOfWork, ticket: Ticket, main: Ticket) -> None:
    known = {linked.ticket.id for linked in links.of_ticket(uow.session, ticket.id) if linked.kind == LinkKind.RELATED}
    if main.id not in known:
        tickets.move(uow, ticket.id, "relate", roles=DESK, given={"other_id": main.id})


def _answer(uow: UnitOfWork, ticket_id: int, words: str) -> None:
    ticket = tickets.get(uow, ticket_id)
    if not merging.may_merge(ticket) or has_own_demand(ticket):
        return
    part = next((one for one in assignments.at_work(uow.session, ticket.id) if one.role == LEAD), None)
    if part is not None and part.state in IN_HAND:
        given = {"reply_internal": words, "reply_public": words, "solved": SOLVED}
        assignments.move(uow, part.id, "reply", roles=MACHINE, given=given)


def _why_left(ticket: Ticket) -> str:
    if ticket.state not in ANSWERABLE:
        return ""
    if ticket.state is State.MERGED:
        return "waits-for-main"
    if not merging.may_merge(ticket):
        return "kept-apart"
    if has_own_demand(ticket):
        return "own-demand"
    waiting = {State.AUDIT: "in-audit", State.SUSPENDED: "suspended"}
    return waiting.get(ticket.state, "waits-for-unit" if ticket.state in WITH_UNITS else "not-dispatched")
