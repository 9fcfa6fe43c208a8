"""What follows incidents: browsers hear, tickets are gathered and answered in batches, alarms of one happening are held back.

Reactions that work off many are repeated after a kill: each batch is a transaction, and what was done is not done again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.insight import gathering, incident_lists
from hotline.insight.beside import Beside
from hotline.insight.events import IncidentGrew, IncidentMoved, IncidentSpotted
from hotline.insight.models import Incident
from hotline.insight.sightings import Told
from hotline.intake import drafts
from hotline.intake.events import RiskWordFell
from hotline.kernel import clock
from hotline.kernel.db import Actor, Database, UnitOfWork
from hotline.kernel.events import Delivery, StoredEvent
from hotline.people.permissions import Role
from sla.book import is_set_up
from web import incident_rules
from web.push import Push, role_room

ROOMS = tuple(role_room(role) for role in (Role.AGENT, Role.DISPATCHER, Role.SHIFT_LEADER, Role.MANAGER))
FLOOR = (role_room(Role.SHIFT_LEADER),)
GATHER, REPLY = "gather", "reply"
Batch = Callable[[UnitOfWork, int], int | None]
"""Works off a batch after an id and returns where to go on, None at the end."""


@dataclass(frozen=True)
class Incidents:
    """Reactions; each takes (database, delivery id, event)."""

    push: Push
    beside: Beside

    def spotted(self, database: Database, delivery_id: int, event: IncidentSpotted) -> None:
        """A new incident shows on consoles and desks."""
        self._emit(event.incident_id, "spot", event.size)

    def grew(self, database: Database, delivery_id: int, event: IncidentGrew) -> None:
        """Its size has doubled, or a person changed what is of it."""
        self._emit(event.incident_id, "grow", event.size)

    def moved(self, database: Database, delivery_id: int, event: IncidentMoved) -> None:
        """It was confirmed, answered, joined …"""
        with database.read() as session:
            size = session.scalar(select(Incident.size).where(Incident.id == event.incident_id)) or 0
        self._emit(event.incident_id, event.action, size)

    def carry_out(self, database: Database, delivery_id: int, event: IncidentMoved) -> None:
        """Gather or answer the tickets of an incident as a person decided, in batches."""
        at, officer_id = _decided(database, delivery_id)
        if officer_id is None or event.action not in (GATHER, REPLY):
            return
        limit = _batch(database)

        def gather(uow: UnitOfWork, after: int) -> int | None:
            return gathering.gather_batch(uow, event.incident_id, at, after, limit)

        def answer(uow: UnitOfWork, after: int) -> int | None:
            return gathering.answer_batch(uow, event.incident_id, after, limit)

        _in_batches(database, Actor(officer_id), gather if event.action == GATHER else answer)
        self.moved(database, delivery_id, event)

    def holds_back(self, session: Session, event: RiskWordFell) -> int | None:
        """The live incident that an alarm of the floor goes into, since the same alarm rose there before; None: it rises.

        The agent's own banner is never held back.
        """
        if not is_set_up(session):
            return None
        now = clock.now()
        for draft in reversed(drafts.of_contact(session, event.contact_id)):
            said = {name: field["value"] for name, field in draft.fields.items()}
            told = Told(
                *(0, now, said.get("title", ""), said.get("body", ""), said.get("address", "")),
                *(said.get("area_code") or None, said.get("category_code") or None, ""),
            )
            for incident, _ in self.beside.likely(session, told, incident_rules.rules_of(session)):
                if incident_lists.has_alarm_for(session, incident.id, event.partner, before_id=event.alert_id):
                    return incident.id
        return None

    def _emit(self, incident_id: int, action: str, size: int) -> None:
        self.push.emit("incident", {"id": incident_id, "action": action, "size": size}, ROOMS)


def _decided(database: Database, delivery_id: int) -> tuple[datetime, int | None]:
    """When the event happened that a delivery owes, and who did it."""
    query = select(StoredEvent.at, StoredEvent.actor_id).join(Delivery, Delivery.event_id == StoredEvent.id)
    with database.read() as session:
        at, officer_id = session.execute(query.where(Delivery.id == delivery_id)).one()
    return at, officer_id


def _batch(database: Database) -> int:
    with database.read() as session:
        return incident_rules.rules_of(session).batch


def _in_batches(database: Database, actor: Actor, work: Batch) -> None:
    after: int | None = 0
    while after is not None:
        with database.work(actor) as uow:
            after = work(uow, after)
