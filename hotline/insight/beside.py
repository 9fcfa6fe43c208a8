"""Which live incidents a matter is probably of, while it is typed or spoken: beside a call, and for alarms held back.

Crowds are kept by version and size of their incident, so that a key stroke reads only what changed. Safe in threads.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.insight import incidents, watching
from hotline.insight.crowds import Crowd
from hotline.insight.incident_life import LIVE
from hotline.insight.incident_rules import IncidentRules
from hotline.insight.models import Incident, IncidentTicket
from hotline.insight.sightings import Reading, Told
from hotline.insight.usual import Usual

READ = 100
"""So many of the newest tickets say what an incident is about."""
HOURS = 24.0 * 28
"""What is usual is not learnt here; any matter is taken to come in as rarely as one never heard of in four weeks."""


@dataclass
class Beside:
    """The live incidents as crowds, for one process."""

    reading: Callable[[Session], Reading]
    _kept: dict[int, tuple[tuple[int, int], Crowd]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def likely(self, session: Session, told: Told, rules: IncidentRules) -> list[tuple[Incident, float]]:
        """Live incidents that the matter is probably of, the likeliest first, each with its likeness (0-1)."""
        if not told.title.strip() and not told.body.strip():
            return []
        live = list(session.scalars(select(Incident).where(Incident.state.in_(LIVE)).order_by(Incident.id)))
        if not live:
            return []
        reading, usual = self.reading(session), Usual(HOURS)
        seen = reading.sighting(told)
        crowds = {incident.id: self._crowd(session, incident, reading) for incident in live}
        scored = [(crowds[incident.id].likeness(seen, usual, rules.spotting.burst), incident) for incident in live]
        best = sorted(scored, key=lambda one: (-one[0], one[1].id))
        return [(incident, round(score, 3)) for score, incident in best if score >= rules.spotting.alike][: rules.beside]

    def _crowd(self, session: Session, incident: Incident, reading: Reading) -> Crowd:
        with self._lock:
            known, crowd = self._kept.get(incident.id, ((0, 0), None))
        if crowd is not None and known == (incident.version, incident.size):
            return crowd
        newest = select(IncidentTicket.ticket_id).where(IncidentTicket.incident_id == incident.id, incidents.IN)
        ids = list(session.scalars(newest.order_by(IncidentTicket.ticket_id.desc()).limit(READ)))
        crowd = Crowd(incident.id, reading.happenings)
        for seen in watching.sightings(session, reading, ids):
            crowd.add(seen)
        with self._lock:
            self._kept[incident.id] = ((incident.version, incident.size), crowd)
            self._forget_others(session)
        return crowd

    def _forget_others(self, session: Session) -> None:
        live = set(session.scalars(select(Incident.id).where(Incident.state.in_(LIVE))))
        self._kept = {key: kept for key, kept in self._kept.items() if key in live}
