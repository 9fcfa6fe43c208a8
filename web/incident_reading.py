"""How requests are read for incidents: names by the city's gazetteer, words by the analyzer. Handed to `hotline.insight`.

Made from the database for the worker and the pages, and from the demo city's files for `hotline insight replay`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.insight.happenings import packaged_happenings
from hotline.insight.sightings import Named, Reading
from hotline.intake.drafting.gazetteer import HEARD, PRECISION, Gazetteer, Hit
from hotline.intake.places import KeptGazetteer
from hotline.kernel.search.analysis import Analyzer
from hotline.people.models import Area

AREAS = frozenset(PRECISION) - {"road"}


@dataclass(frozen=True)
class KeptReading:
    """Reads by what the database says now; the gazetteer is kept for a while. Safe in threads."""

    analyzer: Analyzer
    gazetteer: KeptGazetteer = field(default_factory=KeptGazetteer)

    def __call__(self, session: Session) -> Reading:
        paths = dict(session.execute(select(Area.code, Area.path)).all())
        return Reading(self.analyzer, packaged_happenings(), paths, names_by(self.gazetteer(session)))


def names_by(gazetteer: Gazetteer) -> Callable[[str], list[Named]]:
    """A function that finds names in a text as the detector wants them."""
    return lambda text: [_named(hit) for hit in _sure(gazetteer, text)]


def _sure(gazetteer: Gazetteer, text: str) -> Iterator[Hit]:
    return (hit for hit in gazetteer.find(text) if hit.sure >= HEARD) if text else iter(())


def _named(hit: Hit) -> Named:
    areas = {place.area_code for place in hit.places}
    name = "" if hit.place.kind in AREAS else hit.place.name
    return Named(hit.start, hit.end, name, areas.pop() if len(areas) == 1 else "")
