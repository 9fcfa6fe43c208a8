"""Use cases on incidents (集中诉求): spot, grow, move, take out, split, join. The only module that assigns `Incident.state`.

A ticket is of one incident at most; the database sees to it. What happens to the tickets themselves is in `gathering`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from hotline.insight.events import IncidentGrew, IncidentMoved, IncidentSpotted
from hotline.insight.incident_life import INCIDENT, LIVE, IncidentState
from hotline.insight.models import Incident, IncidentTicket
from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Invalid, NotFound
from hotline.people import notices
from hotline.people.permissions import Role
from hotline.tickets.models import Ticket

MACHINE = ("system",)
LONGEST_NAME, LONGEST_TEXT = 128, 4000
"""Characters of a name, and of an answer or note."""
GIVEN_TEXTS = {"name": LONGEST_NAME, "answer": LONGEST_TEXT, "note": LONGEST_TEXT}
IN = IncidentTicket.out_at.is_(None)
IN_INDEX = text("out_at is null")


@dataclass(frozen=True)
class Spotted:
    """What the detector found: tickets with their likeness (0-1), and words, place and matter that they share."""

    tickets: Mapping[int, float]
    name: str
    keywords: tuple[str, ...]
    place: str
    area_code: str | None
    category_code: str | None


def spot(uow: UnitOfWork, found: Spotted) -> Incident:
    """Keep what the detector found, and warn the shift leader: once an incident, never once a call."""
    incident = _open(uow, found, IncidentState.SPOTTED)
    put(uow, incident, found.tickets)
    incident.found_after, incident.warned_at = incident.size, uow.now
    uow.session.flush()
    args: dict[str, str | int | None] = {"incident_id": incident.id, "name": incident.name, "size": incident.size}
    notices.notify_role(uow, Role.SHIFT_LEADER, "incident-spotted", dedup_key=f"incident:{incident.id}", args=args)
    uow.record(IncidentSpotted(incident.id, incident.size))
    return incident


def grow(uow: UnitOfWork, incident_id: int, tickets: Mapping[int, float]) -> list[int]:
    """Add what the detector found to a live incident; returns what was added. Told again each time its size has doubled.

    Tickets of another incident, and those that a person took out of one, stay where they are. Safe to repeat.
    """
    incident = held(uow, incident_id)
    if not incident.state.is_live:
        return []
    before = incident.size
    decided = IncidentTicket.ticket_id.in_(list(tickets)), IncidentTicket.out_by_id.is_not(None)
    kept_out = set(uow.session.scalars(select(IncidentTicket.ticket_id).where(*decided)))
    added = put(uow, incident, {key: value for key, value in tickets.items() if key not in kept_out})
    uow.session.flush()
    if _doublings(incident, incident.size) > _doublings(incident, before):
        uow.record(IncidentGrew(incident.id, incident.size))
    return added


def move(
    uow: UnitOfWork, incident_id: int, action: str, *, roles: Collection[str], given: Mapping[str, Any], version: int | None
) -> Incident:
    """Move an incident by its life cycle. Raises Conflict, Forbidden or Invalid as `LifeCycle.find` says.

    `given` may hold name, answer, note and, to join, `into_id`. `version` is the one the person saw.
    """
    if action == "join":
        _hold_both(uow, incident_id, given)
    incident = held(uow, incident_id, version=version)
    row = INCIDENT.find(incident.state, action, roles, given)
    source = incident.state
    if action == "join":
        _join(uow, incident, int(given["into_id"]))
    _keep_texts(incident, given)
    incident.state = row.target
    incident.ended_at = None if row.target.is_live else uow.now
    uow.session.flush()
    uow.record(IncidentMoved(incident.id, action, source.value, row.target.value))
    return incident


def add(uow: UnitOfWork, incident_id: int, ticket_ids: Collection[int], *, version: int | None = None) -> Incident:
    """Put tickets into a live incident by hand. Raises Conflict for one that is of another, and when it is over; NotFound."""
    incident = _live(uow, incident_id, version)
    _check_exist(uow, ticket_ids)
    added = put(uow, incident, dict.fromkeys(ticket_ids))
    missing = set(ticket_ids) - set(added) - set(tickets_in(uow, incident.id))
    if missing:
        raise Conflict("of another incident", reason="in-another", ids=sorted(missing))
    return _grown(uow, incident)


def take_out(
    uow: UnitOfWork, incident_id: int, ticket_ids: Collection[int], *, version: int | None = None, note: str = ""
) -> Incident:
    """Take tickets out by hand; the detector never puts them back. What they were merged into is undone by their own move.

    Raises Conflict for one that is not in it, or the main ticket.
    """
    incident = held(uow, incident_id, version=version)
    if incident.main_ticket_id in set(ticket_ids):
        raise Conflict("the main ticket", reason="is-main")
    _keep_texts(incident, {"note": note})
    _put_out(uow, incident, ticket_ids)
    return _grown(uow, incident)


def split(uow: UnitOfWork, incident_id: int, ticket_ids: Collection[int], *, name: str, version: int | None = None) -> Incident:
    """Make an incident of its own of some tickets. Raises Conflict for one that is not in it, the main one, or all of them."""
    incident = _live(uow, incident_id, version)
    if incident.main_ticket_id in set(ticket_ids):
        raise Conflict("the main ticket", reason="is-main")
    if set(ticket_ids) >= set(tickets_in(uow, incident.id)):
        raise Conflict("nothing would be left", reason="all-tickets")
    _put_out(uow, incident, ticket_ids)
    spotted = Spotted({}, name or incident.name, tuple(incident.keywords), "", incident.area_code, incident.category_code)
    made = _open(uow, spotted, IncidentState.SPOTTED)
    _keep_texts(made, {"name": name})
    made.warned_at = incident.warned_at
    put(uow, made, dict.fromkeys(ticket_ids))
    made.found_after = made.size
    _grown(uow, incident)
    uow.record(IncidentMoved(made.id, "split", "", made.state.value))
    return made


def choose_main(uow: UnitOfWork, incident: Incident, ticket_id: int) -> None:
    """Let a ticket stand for all of an incident. It is put into it where it is in none; raises Conflict when in another."""
    put(uow, incident, {ticket_id: None})
    if ticket_id not in tickets_in(uow, incident.id):
        raise Conflict("of another incident", reason="in-another", ids=[ticket_id])
    incident.main_ticket_id = ticket_id
    uow.session.flush()


def place_anew(uow: UnitOfWork, incident_id: int, *, name: str, place: str, area_code: str | None) -> None:
    """Say anew where a spotted incident is, since its place grew; the words of one that a person confirmed stay."""
    incident = held(uow, incident_id)
    incident.area_code = area_code or incident.area_code
    if incident.state is IncidentState.SPOTTED:
        incident.name, incident.place = name[:LONGEST_NAME], place[:LONGEST_NAME]
    uow.session.flush()


def end_quiet(uow: UnitOfWork, quiet: timedelta, limit: int = 50) -> int:
    """End live incidents that nothing was heard of for so long; returns how many."""
    over = Incident.state.in_(LIVE), Incident.last_at < uow.now - quiet
    query = select(Incident.id).where(*over).order_by(Incident.last_at).limit(limit)
    ids = list(uow.session.scalars(query.with_for_update(skip_locked=True)))
    for incident_id in ids:
        move(uow, incident_id, "end", roles=MACHINE, given={}, version=None)
    return len(ids)


def held(uow: UnitOfWork, incident_id: int, *, version: int | None = None) -> Incident:
    """The incident, locked. Raises NotFound, Conflict when it is not at `version` any more."""
    uow.session.flush()
    query = select(Incident).where(Incident.id == incident_id).with_for_update()
    incident = uow.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if incident is None:
        raise NotFound("incident", thing="incident", id=incident_id)
    if version is not None and version != incident.version:
        raise Conflict("changed meanwhile", reason="stale", thing="incident", version=incident.version)
    return incident


def tickets_in(uow: UnitOfWork, incident_id: int) -> list[int]:
    """The ids of its tickets, in order."""
    query = select(IncidentTicket.ticket_id).where(IncidentTicket.incident_id == incident_id, IN)
    return list(uow.session.scalars(query.order_by(IncidentTicket.ticket_id)))


def put(uow: UnitOfWork, incident: Incident, tickets: Mapping[int, float | None]) -> list[int]:
    """Put tickets that are in no incident into a locked one; returns which were."""
    rows = [
        {
            "incident_id": incident.id,
            "ticket_id": ticket_id,
            "likeness": likeness,
            "added_at": uow.now,
            "added_by_id": uow.actor.officer_id,
        }
        for ticket_id, likeness in sorted(tickets.items())
    ]
    if not rows:
        return []
    statement = insert(IncidentTicket).values(rows)
    # Two that put one ticket into two incidents at once: the index lets one of them.
    fresh = statement.on_conflict_do_nothing(index_elements=[IncidentTicket.ticket_id], index_where=IN_INDEX)
    added = sorted(uow.session.scalars(fresh.returning(IncidentTicket.ticket_id)))
    _recount(uow, incident)
    return added


def _open(uow: UnitOfWork, found: Spotted, state: IncidentState) -> Incident:
    incident = Incident(
        state=state,
        name=found.name[:LONGEST_NAME],
        keywords=list(found.keywords),
        category_code=found.category_code,
        area_code=found.area_code,
        place=found.place[:LONGEST_NAME],
        size=0,
        first_at=uow.now,
        last_at=uow.now,
        found_at=uow.now,
        found_after=0,
    )
    uow.session.add(incident)
    uow.session.flush()
    return incident


def _join(uow: UnitOfWork, incident: Incident, into_id: int) -> None:
    """Give all tickets to another live incident, with what is known of it."""
    if into_id == incident.id:
        raise Invalid("into_id", "itself")
    into = _live(uow, into_id, None)
    own = IncidentTicket.incident_id == incident.id, IN
    likeness = dict(uow.session.execute(select(IncidentTicket.ticket_id, IncidentTicket.likeness).where(*own)).all())
    _put_out(uow, incident, likeness)
    put(uow, into, likeness)
    incident.joined_into_id = into.id
    into.main_ticket_id = into.main_ticket_id or incident.main_ticket_id
    into.answer = into.answer or incident.answer
    _grown(uow, into)


def _hold_both(uow: UnitOfWork, incident_id: int, given: Mapping[str, Any]) -> None:
    # In one order: two people who join A into B and B into A must not wait for each other.
    ids = [incident_id, int(given.get("into_id") or 0)]
    uow.session.execute(select(Incident.id).where(Incident.id.in_(ids)).order_by(Incident.id).with_for_update()).all()


def _put_out(uow: UnitOfWork, incident: Incident, ticket_ids: Collection[int]) -> None:
    own = IncidentTicket.incident_id == incident.id, IncidentTicket.ticket_id.in_(list(ticket_ids)), IN
    gone = update(IncidentTicket).where(*own).values(out_at=uow.now, out_by_id=uow.actor.officer_id)
    found = set(uow.session.scalars(gone.returning(IncidentTicket.ticket_id)))
    missing = set(ticket_ids) - found
    if missing:
        raise Conflict("not of this incident", reason="not-in-it", ids=sorted(missing))
    _recount(uow, incident)


def _recount(uow: UnitOfWork, incident: Incident) -> None:
    query = select(func.count(), func.min(Ticket.opened_at), func.max(Ticket.opened_at))
    query = query.select_from(IncidentTicket).join(Ticket, Ticket.id == IncidentTicket.ticket_id)
    size, first_at, last_at = uow.session.execute(query.where(IncidentTicket.incident_id == incident.id, IN)).one()
    # Past the version: an incident that grows every few seconds must not make stale what a person is deciding.
    values = {"size": size, "first_at": first_at or incident.first_at, "last_at": last_at or incident.last_at}
    uow.session.execute(update(Incident).where(Incident.id == incident.id).values(values))
    uow.session.refresh(incident, values)


def _grown(uow: UnitOfWork, incident: Incident) -> Incident:
    uow.session.flush()
    uow.record(IncidentGrew(incident.id, incident.size))
    return incident


def _live(uow: UnitOfWork, incident_id: int, version: int | None) -> Incident:
    incident = held(uow, incident_id, version=version)
    if not incident.state.is_live:
        raise Conflict("the incident is over", reason="incident-over", state=incident.state.value)
    return incident


def _check_exist(uow: UnitOfWork, ticket_ids: Collection[int]) -> None:
    found = set(uow.session.scalars(select(Ticket.id).where(Ticket.id.in_(list(ticket_ids)))))
    missing = set(ticket_ids) - found
    if missing:
        raise NotFound("ticket", thing="ticket", id=min(missing))


def _keep_texts(incident: Incident, given: Mapping[str, Any]) -> None:
    for name, longest in GIVEN_TEXTS.items():
        words = str(given.get(name) or "").strip()
        if len(words) > longest:
            raise Invalid(name, "too-long", maximum=longest, given=len(words))
        if words:
            setattr(incident, name, words)


def _doublings(incident: Incident, size: int) -> int:
    return (max(size, 1) // max(incident.found_after, 1)).bit_length()
