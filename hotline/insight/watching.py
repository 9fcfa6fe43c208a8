"""Watches new tickets for incidents: reads them, asks the detector, keeps what it found. Run by the clock, every few seconds.

It may be killed at any point and run twice at once: what a look did is one transaction, and only one process looks at a time.
What a process remembers follows from tickets and incidents; each look brings it up to what others did meanwhile.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, text
from sqlalchemy.orm import Session

from hotline.insight import incidents
from hotline.insight.crowds import Crowd
from hotline.insight.incident_life import LIVE, IncidentState
from hotline.insight.incident_rules import IncidentRules
from hotline.insight.incidents import Spotted
from hotline.insight.models import Incident, IncidentTicket
from hotline.insight.sightings import Reading, Sighting, Told
from hotline.insight.surges import Detector, Joined, Surge
from hotline.insight.usual import Usual
from hotline.kernel.db import UnitOfWork
from hotline.people.models import Area
from hotline.tickets.models import Category, Ticket
from hotline.tickets.workflow import BAD_MARK, Secrecy

LIMIT = 500
NAME_WORDS = 2
ALONE = text("select pg_try_advisory_xact_lock(12347, 2)")
"""One process looks at a time: two would each spot the same incident."""
SEEN: ColumnElement[bool] = and_(Ticket.secrecy == Secrecy.NORMAL, Ticket.type != BAD_MARK, Ticket.parent_id.is_(None))
"""No word of a confidential ticket is used for others; bad marks and parts of split tickets are no calls."""
Grown = dict[int, dict[int, float]]
"""Tickets with their likeness (0-1), by the incident they are of."""
COLUMNS = (
    *(Ticket.id, Ticket.opened_at, Ticket.title, Ticket.body, Ticket.address, Ticket.area_code, Ticket.category_code),
    *(Ticket.citizen_id, Ticket.contact_phone),
)


@dataclass
class Watch:
    """What one process remembers between looks; `reset` lets it begin anew. Not safe in threads: the lock is held."""

    reading: Callable[[Session], Reading]
    detector: Detector | None = None
    known: dict[int, Sighting] = field(default_factory=dict)

    def reset(self) -> None:
        """Forget everything: after a look that failed, memory and tables may differ."""
        self.detector, self.known = None, {}


def look(uow: UnitOfWork, watch: Watch, rules: IncidentRules, limit: int = LIMIT) -> int:
    """Look at tickets that came in since; returns how many. 0 while another process does."""
    if not uow.session.scalar(ALONE):
        return 0
    reading = watch.reading(uow.session)
    if watch.detector is None or watch.detector.rules != rules:
        watch.detector = Detector(rules, usual(uow, reading, rules), reading.happenings)
    _catch_up(uow, watch, watch.detector, reading)
    fresh = _fresh(uow, watch.detector, reading, limit)
    grown: Grown = defaultdict(dict)
    for seen in fresh:
        _take(uow, watch.detector, watch.detector.see(seen), seen, grown)
    for incident_id, tickets in sorted(grown.items()):
        incidents.grow(uow, incident_id, tickets)
        _place_anew(uow, watch.detector, incident_id)
    return len(fresh)


def usual(uow: UnitOfWork, reading: Reading, rules: IncidentRules) -> Usual:
    """What the last weeks brought before the window, without what was of an incident."""
    until = uow.now - rules.spotting.window
    since = until - timedelta(days=rules.memory.days)
    of_none = ~select(IncidentTicket.id).where(IncidentTicket.ticket_id == Ticket.id, incidents.IN).exists()
    query = select(*COLUMNS).where(SEEN, Ticket.opened_at >= since, Ticket.opened_at < until, of_none)
    rows = uow.session.execute(query.order_by(Ticket.opened_at.desc()).limit(rules.memory.tickets)).all()
    first_at = rows[-1].opened_at if len(rows) == rules.memory.tickets else since
    learnt = Usual((until - first_at) / timedelta(hours=1))
    for seen in _read(reading, rows):
        learnt.add(seen)
    return learnt


def sightings(session: Session, reading: Reading, ticket_ids: Collection[int]) -> list[Sighting]:
    """The tickets as the detector sees them; those to be kept apart are not read, though a person put them in."""
    query = select(*COLUMNS).where(Ticket.id.in_(list(ticket_ids)), SEEN)
    rows = session.execute(query.order_by(Ticket.opened_at, Ticket.id))
    return list(_read(reading, rows.all()))


def named(session: Session, crowd: Crowd, rules: IncidentRules, detector: Detector) -> Spotted:
    """The words for what was found: made of what several callers said, of names of places and of the category."""
    area = session.get(Area, crowd.area) if crowd.area else None
    category = session.get(Category, crowd.leaf) if crowd.leaf else None
    place = crowd.place or (area.name if area else "")
    words = crowd.cues(min(3, rules.spotting.at_least), detector.usual)[:NAME_WORDS]
    matter = "、".join(words) or (category.name if category else "")
    return Spotted(
        tickets={},
        name=" ".join(part for part in (place, matter) if part),
        keywords=tuple(words),
        place=place,
        area_code=area.code if area else None,
        category_code=category.code if category else None,
    )


def _take(uow: UnitOfWork, detector: Detector, result: Joined | Surge | None, seen: Sighting, grown: Grown) -> None:
    if isinstance(result, Joined):
        if result.key is not None:
            grown[result.key][seen.id] = result.likeness
        return
    if result is None:
        return
    if result.of is not None:
        grown[result.of].update(detector.adopt(result, result.of))
        return
    shared = named(uow.session, result.crowd, detector.rules, detector)
    incident = incidents.spot(uow, Spotted(**{**vars(shared), "tickets": result.members}))
    grown[incident.id].update(detector.adopt(result, incident.id))


def _place_anew(uow: UnitOfWork, detector: Detector, incident_id: int) -> None:
    shared = named(uow.session, detector.crowds[incident_id], detector.rules, detector)
    incidents.place_anew(uow, incident_id, place=shared.place, area_code=shared.area_code, name=shared.name)


def _catch_up(uow: UnitOfWork, watch: Watch, detector: Detector, reading: Reading) -> None:
    """Bring the crowds to what the tables say: what other processes found, and what people did."""
    members: dict[int, set[int]] = {}
    states: dict[int, IncidentState] = {}
    since = uow.now - timedelta(hours=detector.rules.dismissed_hours)
    minded = or_(Incident.state.in_(LIVE), and_(Incident.state == IncidentState.DISMISSED, Incident.ended_at >= since))
    query = select(Incident.id, Incident.state, IncidentTicket.ticket_id).where(minded)
    for key, state, ticket_id in uow.session.execute(
        query.join(IncidentTicket, and_(IncidentTicket.incident_id == Incident.id, incidents.IN))
    ):
        states[key] = state
        members.setdefault(key, set()).add(ticket_id)
    for gone in set(detector.crowds) - set(members):
        detector.forget(gone)
    _remember(uow, watch, reading, {ticket_id for ids in members.values() for ticket_id in ids})
    for key, ids in sorted(members.items()):
        found = [watch.known[ticket_id] for ticket_id in sorted(ids) if ticket_id in watch.known]
        detector.know(key, found, dismissed=states[key] is IncidentState.DISMISSED)
    detector.bar(_decided(uow, detector.rules) - watch.known.keys())


def _remember(uow: UnitOfWork, watch: Watch, reading: Reading, wanted: set[int]) -> None:
    watch.known = {key: seen for key, seen in watch.known.items() if key in wanted}
    for seen in sightings(uow.session, reading, wanted - watch.known.keys()):
        watch.known[seen.id] = seen


def _decided(uow: UnitOfWork, rules: IncidentRules) -> set[int]:
    """Tickets of the window that are, or by somebody's decision are not, of some incident."""
    query = select(IncidentTicket.ticket_id).join(Ticket, Ticket.id == IncidentTicket.ticket_id)
    decided = or_(incidents.IN, IncidentTicket.out_by_id.is_not(None))
    return set(uow.session.scalars(query.where(Ticket.opened_at > uow.now - rules.spotting.window, decided)))


def _fresh(uow: UnitOfWork, detector: Detector, reading: Reading, limit: int) -> list[Sighting]:
    since = uow.now - detector.rules.spotting.window
    query = select(Ticket.id).where(SEEN, Ticket.opened_at > since).order_by(Ticket.opened_at, Ticket.id)
    unseen = [ticket_id for ticket_id in uow.session.scalars(query) if ticket_id not in detector][:limit]
    return sightings(uow.session, reading, unseen)


def _read(reading: Reading, rows: Iterable[Any]) -> Iterable[Sighting]:  # rows of COLUMNS
    for row in rows:
        caller = str(row.citizen_id or row.contact_phone or f"ticket:{row.id}")
        told = (row.id, row.opened_at, row.title, row.body, row.address, row.area_code, row.category_code)
        yield reading.sighting(Told(*told, caller))
