"""From what was said to the area it means: bearers of a name told apart, what is open asked for. Pure.

`locate` reads words; `question` says what to ask so that a matter can be dispatched. Called by `fill` for the draft and by
`hotline.intake.places` for drafts, tickets and the test bench.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from hotline.intake.drafting.address import TRIP, Where, address, between
from hotline.intake.drafting.country import Abroad, Country
from hotline.intake.drafting.cues import Cues
from hotline.intake.drafting.gazetteer import EXACT, PRECISION, Gazetteer, Hit
from hotline.intake.drafting.place import ROAD, Site, find_sites
from hotline.intake.drafting.subject import NAMED
from hotline.intake.drafting.talk import load_talk
from hotline.intake.drafting.values import CALLER, Proposal, Turn, merge

CONFIDENCE = (0.2, 0.5, 0.65, 0.75, 0.8, 0.9)
"""By precision of the name, city to exact place."""
AGENT_ONLY = 0.8
"""Factor when only the agent said it and the caller did not object."""
COMMUNITY = 3
"""From this precision on (a village), a place is an address and not only an area."""
TOWN = 2
PREMISES_TURNS = 2
"""So many turns apart, a shop and a place were said of one spot."""
_LIVED_IN = re.compile(r"单元|\d{3,4}$")
NO_COUNTRY = Country((), "")


@dataclass(frozen=True)
class Location:
    """What words say of the place: `areas` are all it may lie in, `area_code` the one, or the smallest that holds them all.

    Both are empty without a place; `area_code` is None too when only the city holds them all. `elsewhere` are places of other
    cities, or names this city does not have; `others` are further mentions of places.
    """

    site: Site | None = None
    areas: tuple[str, ...] = ()
    area_code: str | None = None
    confidence: float = 0.0
    elsewhere: tuple[Abroad, ...] = ()
    others: tuple[Site, ...] = ()


@dataclass(frozen=True)
class Choice:
    """One of the places that may be meant: `where` tells it from the others, `path` is the names from the district down."""

    code: str
    name: str
    where: str
    path: str


@dataclass(frozen=True)
class PlaceQuestion:
    """What to ask: `kind` is ambiguous, missing or outside; `name` is what was said, `need` the level that is wanted."""

    kind: str
    name: str
    need: str
    choices: tuple[Choice, ...] = ()


def locate(turns: Sequence[Turn], gazetteer: Gazetteer, cues: Cues, country: Country = NO_COUNTRY) -> Location:
    """The place of the matter that the turns tell of."""
    sites = find_sites(turns, gazetteer, cues)
    best = sites[0] if sites else None
    if best is None or best.best.precision == 0:
        elsewhere = tuple(_elsewhere(turns, gazetteer, country))
        return Location(best, _codes(best), _codes(best)[0] if best else None, CONFIDENCE[0] if best else 0.0, elsewhere)
    areas = _narrowed(_areas(best, gazetteer), sites[1:], gazetteer)
    return replace(_location(best, areas, gazetteer), others=tuple(sites[1:]))


def site_proposals(found: Location, turns: Sequence[Turn], gazetteer: Gazetteer) -> dict[str, Proposal]:
    """The fields area_code and, when the words are closer than an area, address."""
    site, fields = found.site, dict[str, Proposal]()
    if site is None:
        return fields
    if found.area_code and not (gazetteer.city and found.area_code == gazetteer.city.area_code):
        fields["area_code"] = Proposal(found.area_code, found.confidence, site.evidence)
    if site.best.precision >= COMMUNITY:
        factor = 1.0 if site.turn.role == CALLER else AGENT_ONLY
        sites = (site, *found.others)
        if trip := between(sites):
            return {"address": Proposal(trip.text, CONFIDENCE[ROAD], trip.evidence)}
        told = address(site, found.others, turns, Where(gazetteer, found.area_code))
        fields["address"] = Proposal(told.text, round(CONFIDENCE[site.best.precision] * site.sure * factor, 2), told.evidence)
    return fields


def at_premises(found: Location, told: Proposal | None, body: Proposal | None) -> Proposal | None:
    """The address with the shop or house that was named there; of a town that alone tells where."""
    site = found.site
    talk = load_talk()
    if site is None or body is None or body.confidence < NAMED:
        return told
    if body.value.endswith(talk.no_premises) or body.value.startswith(talk.roles) or TRIP in (told.value if told else ""):
        return told
    near = any(abs(one.seq - other.seq) <= PREMISES_TURNS for one in body.evidence for other in (told or site).evidence)
    if not near or (told and (body.value in told.value or _LIVED_IN.search(told.value))):
        return told
    before = told.value if told else site.best.name if site.best.precision == TOWN else ""
    if not before:
        return None
    return Proposal(before + body.value, body.confidence, merge((told or site).evidence, body.evidence))


def question(found: Location, gazetteer: Gazetteer, need: str = "", area_code: str | None = None) -> PlaceQuestion | None:
    """What must be asked before a unit can be named; None when nothing. `area_code` is what a person or the machine chose."""
    wanted = PRECISION.get(need, 0)
    known = area_code or found.area_code
    if gazetteer.precision(known) >= max(wanted, 1):
        return None
    sure = [abroad for abroad in found.elsewhere if abroad.division]
    if sure and not gazetteer.precision(known):
        return PlaceQuestion("outside", sure[0].said, need, tuple(map(_outside, sure[:1])))
    open_areas = [code for code in found.areas if not known or gazetteer.within(code, known)]
    if len(open_areas) > 1 and found.site:
        return PlaceQuestion("ambiguous", found.site.short, need, _choices(found.site, open_areas, gazetteer))
    if not wanted and not found.elsewhere:
        return None
    return PlaceQuestion("missing", found.elsewhere[0].said if found.elsewhere else "", need or "district")


def _location(site: Site, areas: Sequence[str], gazetteer: Gazetteer) -> Location:
    shared = gazetteer.shared(areas)
    factor = site.sure * (1.0 if site.turn.role == CALLER else AGENT_ONLY)
    if len(areas) == 1:
        return Location(site, tuple(areas), areas[0], round(CONFIDENCE[site.best.precision] * factor, 2))
    if gazetteer.precision(shared) == 0:
        return Location(site, tuple(areas))
    return Location(site, tuple(areas), shared, round(CONFIDENCE[gazetteer.precision(shared)] * factor, 2))


def _areas(site: Site, gazetteer: Gazetteer) -> list[str]:
    """The areas that agree with every name of the site, the broad ones first; where two roads only touch, those of both."""
    found: list[str] = []
    for hit in sorted(site.hits, key=lambda hit: hit.place.precision):
        codes = _hit_codes(hit, site.number)
        if hit.place.precision == 0:
            continue
        agreed = _agreed(found, codes, gazetteer) if found else codes
        found = agreed or list(dict.fromkeys([*found, *codes]))
    return found


def _agreed(before: Iterable[str], codes: Sequence[str], gazetteer: Gazetteer) -> list[str]:
    before = list(before)
    closer = [code for code in codes if any(gazetteer.within(code, one) for one in before)]
    kept = [one for one in before if any(one != code and gazetteer.within(one, code) for code in codes)]
    return list(dict.fromkeys([*closer, *kept]))


def _hit_codes(hit: Hit, number: int | None) -> list[str]:
    places = list(hit.places)
    if number is not None:
        places = [place for place in places if place.kind != "road" or place.has_number(number)] or places
    return list(dict.fromkeys(place.area_code for place in places))


def _narrowed(areas: list[str], others: Iterable[Site], gazetteer: Gazetteer) -> list[str]:
    """The areas that agree with districts and streets said elsewhere in the talk ("我是石渡的，新风路…")."""
    for site in others if len(areas) > 1 else ():
        if 0 < site.best.precision < ROAD:
            around = {code for hit in site.hits for code in _hit_codes(hit, None)}
            areas = [code for code in areas if any(gazetteer.within(code, one) for one in around)] or areas
    return areas


def _codes(site: Site | None) -> tuple[str, ...]:
    return (site.best.area_code,) if site else ()


def _elsewhere(turns: Sequence[Turn], gazetteer: Gazetteer, country: Country) -> Iterable[Abroad]:
    for turn in turns:
        taken = [(hit.start, hit.end) for hit in gazetteer.find(turn.text)]
        yield from country.find(turn.text, taken) if turn.role == CALLER else ()


def _outside(abroad: Abroad) -> Choice:
    division = abroad.division
    assert division is not None  # noqa: S101 - only sure ones are shown
    return Choice(division.code, division.name, division.path[0], "/".join(division.path))


def _choices(site: Site, areas: Sequence[str], gazetteer: Gazetteer) -> tuple[Choice, ...]:
    names = {code: [gazetteer.areas[one].name for one in _below_city(code, gazetteer)] for code in areas}
    telling = next((level for level in range(EXACT) if _differ(names.values(), level)), 0)
    return tuple(
        Choice(code, _bearer(site, code), parts[min(telling, len(parts) - 1)], "/".join(parts))
        for code, parts in names.items()
        if parts
    )


def _differ(names: Iterable[Sequence[str]], level: int) -> bool:
    told = [parts[level] if level < len(parts) else "" for parts in names]
    return len(set(told)) == len(told)


def _below_city(code: str, gazetteer: Gazetteer) -> list[str]:
    return [one for one in gazetteer.lineage(code) if one in gazetteer.areas and gazetteer.areas[one].kind != "city"]


def _bearer(site: Site, code: str) -> str:
    bearers = (place.name for hit in site.hits for place in hit.places if place.area_code == code)
    return next(bearers, site.short)
