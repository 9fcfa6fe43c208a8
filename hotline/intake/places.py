"""The names of this city as a gazetteer, read from areas and places; kept for a while, because they change rarely.

`look` reads a text with it; what has to be asked is `drafting.locating.question`.
"""

import time
from threading import Lock
from weakref import WeakKeyDictionary

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.intake.drafting.country import Country, load_country
from hotline.intake.drafting.cues import load_cues
from hotline.intake.drafting.gazetteer import Gazetteer, NamedPlace
from hotline.intake.drafting.locating import Location, locate
from hotline.intake.drafting.values import CALLER, Turn
from hotline.people.models import Area, Place

KEPT_SECONDS = 60.0


def load_gazetteer(session: Session) -> Gazetteer:
    """All names of areas, roads and places, as they are now."""
    return Gazetteer(_names(session))


def country_around(gazetteer: Gazetteer) -> Country:
    """The rest of the country, as seen from this city."""
    return load_country(gazetteer.city.area_code if gazetteer.city else "")


def look(gazetteer: Gazetteer, *texts: str) -> Location:
    """The place that texts of a caller tell of, the first said first."""
    turns = [Turn(seq, CALLER, text) for seq, text in enumerate(filter(None, texts), start=1)]
    return locate(turns, gazetteer, load_cues(), country_around(gazetteer))


class KeptGazetteer:
    """A gazetteer by database, looked at again when it is older than KEPT_SECONDS. Safe in threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: WeakKeyDictionary[object, tuple[float, list[NamedPlace], Gazetteer]] = WeakKeyDictionary()

    def __call__(self, session: Session) -> Gazetteer:
        bind = session.get_bind()
        with self._lock:
            at, names, known = self._kept.get(bind, (-KEPT_SECONDS, [], Gazetteer(())))
            if time.monotonic() - at > KEPT_SECONDS:
                fresh = _names(session)
                known = known if fresh == names else Gazetteer(fresh)
                self._kept[bind] = (time.monotonic(), fresh, known)
            return known

    def forget(self) -> None:
        """Look again the next time: names were changed here."""
        with self._lock:
            self._kept.clear()


def _names(session: Session) -> list[NamedPlace]:
    areas = session.execute(select(Area.name, Area.level, Area.code, Area.path).order_by(Area.code))
    places = session.scalars(select(Place).where(Place.active).order_by(Place.id))
    return [*(NamedPlace(name, level, code, path) for name, level, code, path in areas), *map(_named, places)]


def _named(place: Place) -> NamedPlace:
    return NamedPlace(
        name=place.name,
        kind=place.kind,
        area_code=place.area_code,
        aliases=tuple(place.aliases),
        road=place.road,
        numbers_from=place.numbers_from,
        numbers_to=place.numbers_to,
        parity=place.parity,
        grid_code=place.grid_code,
    )
