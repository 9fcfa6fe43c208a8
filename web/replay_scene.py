"""The demo city's worst day made ready for the detector of incidents: its stream, how it is read, and what came in before.

For `hotline insight replay`, its test and its benchmark. No database: areas and places come from the demo city's files.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hotline.insight.happenings import packaged_happenings
from hotline.insight.incident_rules import IncidentRules
from hotline.insight.sightings import Reading, Sighting, Told
from hotline.insight.surges import Detector
from hotline.insight.usual import Usual
from hotline.intake.drafting.gazetteer import Gazetteer, NamedPlace
from hotline.kernel.search.analysis import Analyzer, packaged_words
from web.demo.data import City, load_city
from web.demo.worst_day import Call, worst_day
from web.incident_reading import names_by

HOURS_A_DAY = 24
OF_THE_DAY = ("event:", "near:")
"""Keys of what only the worst day has: its event, and what is made to be taken for it."""


@dataclass(frozen=True)
class Scene:
    """A day's stream in its order, the ids of what is of the event, and the sightings of the days before."""

    reading: Reading
    stream: tuple[Told, ...]
    event: AbstractSet[int]
    past: tuple[Sighting, ...]
    days: int

    def detector(self, rules: IncidentRules) -> Detector:
        """A detector that has learnt what is usual from the days before."""
        usual = Usual(self.days * HOURS_A_DAY)
        for seen in self.past:
            usual.add(seen)
        return Detector(rules, usual, self.reading.happenings)


def scene(seed: int, day: date, zone: ZoneInfo, *, days: int) -> Scene:
    """That day, and so many before it as if nothing had happened on them."""
    reading = reading_of(load_city())
    calls = worst_day(seed, day, zone)
    stream = _told(calls)
    event = {told.id for told, call in zip(stream, calls, strict=True) if call.is_of_event}
    before = [call for back in range(days, 0, -1) for call in _quiet(seed, day, zone, back)]
    return Scene(reading, stream, event, tuple(reading.sighting(told) for told in _told(before)), days)


def reading_of(city: City) -> Reading:
    """How the demo city's requests are read."""
    paths: dict[str, str] = {}
    for area in city.areas:
        paths[area.code] = f"{paths.get(area.parent or '', '/')}{area.code}/"
    areas = [NamedPlace(area.name, area.level, area.code, paths[area.code]) for area in city.areas]
    return Reading(
        Analyzer(packaged_words()), packaged_happenings(), paths, names_by(Gazetteer([*areas, *_places(city, paths)]))
    )


def _places(city: City, paths: dict[str, str]) -> list[NamedPlace]:
    return [
        NamedPlace(
            *(row.name, row.kind, row.street, paths[row.street], tuple(row.aliases), row.road),
            numbers_from=row.numbers_from,
            numbers_to=row.numbers_to,
            parity=row.parity,
        )
        for row in city.places
    ]


def _quiet(seed: int, day: date, zone: ZoneInfo, back: int) -> list[Call]:
    made = worst_day(seed + back * 1000, day - timedelta(days=back), zone)
    return [call for call in made if not call.key.startswith(OF_THE_DAY)]


def _told(calls: Sequence[Call]) -> tuple[Told, ...]:
    return tuple(
        Told(number, call.at, call.title, call.body, call.address, call.area_code, call.category_code, call.caller)
        for number, call in enumerate(calls, 1)
    )
