"""The names of this city as a gazetteer, read from areas and places; kept for a while, because they change rarely."""

import time
from threading import Lock

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.intake.drafting.gazetteer import Gazetteer, NamedPlace
from hotline.people.models import Area, Place

KEPT_SECONDS = 60.0


def load_gazetteer(session: Session) -> Gazetteer:
    """All names of areas, roads and places, as they are now."""
    areas = [NamedPlace(name, level, code) for name, level, code in session.execute(select(Area.name, Area.level, Area.code))]
    named = session.execute(select(Place.name, Place.kind, Place.area_code))
    return Gazetteer([*areas, *(NamedPlace(name, kind, code) for name, kind, code in named)])


class KeptGazetteer:
    """A gazetteer that is read again when it is older than KEPT_SECONDS. Safe in threads."""

    def __init__(self) -> None:
        self._lock, self._at = Lock(), -KEPT_SECONDS
        self._known = Gazetteer(())

    def __call__(self, session: Session) -> Gazetteer:
        with self._lock:
            if time.monotonic() - self._at > KEPT_SECONDS:
                self._known, self._at = load_gazetteer(session), time.monotonic()
            return self._known
