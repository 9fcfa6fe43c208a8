"""What happens to incidents. Ids and plain values only; names and places of incidents are shared words and name nobody."""

from dataclasses import dataclass
from typing import ClassVar

from hotline.kernel.events import Event


@dataclass(frozen=True)
class IncidentSpotted(Event):
    """Many requests about one happening were seen, once for each incident."""

    name: ClassVar[str] = "incident-spotted"

    incident_id: int
    size: int


@dataclass(frozen=True)
class IncidentMoved(Event):
    """An incident moved, or something about it changed while its state stayed."""

    name: ClassVar[str] = "incident-moved"

    incident_id: int
    action: str
    source: str
    target: str


@dataclass(frozen=True)
class IncidentGrew(Event):
    """Tickets were added to an incident or taken out of it."""

    name: ClassVar[str] = "incident-grew"

    incident_id: int
    size: int
