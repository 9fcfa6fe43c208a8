"""The address of a matter, put together from what was said of its place in several turns. Pure.

`place` finds the names; here the broader ones are set before the closest, and the `details` told later behind it.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from hotline.intake.drafting.details import Words, house, levels, rows_behind, written
from hotline.intake.drafting.gazetteer import EXACT, STEM, Gazetteer, Hit, NamedPlace
from hotline.intake.drafting.numerals import NUMBER
from hotline.intake.drafting.place import ROAD, Site
from hotline.intake.drafting.spots import spots
from hotline.intake.drafting.subject import bare_name
from hotline.intake.drafting.talk import is_denied, load_talk
from hotline.intake.drafting.values import CALLER, Evidence, Turn, merge

NEAR_TURNS = 3
"""So many turns apart, a road and a place at it were said of one spot."""

_NUMBERED = re.compile(r"\d+多?号")
TRIP = "至"
_ON_WAY = re.compile(r".{0,10}(?:打的?车|上的?车|坐的?车|叫的?车|出发)[，, ]?(?:.{0,2})?(?:到|去|回)")
_STRAIGHT = re.compile(r"(?:开)?(?:到|至)")
SHORTEST_NAME = 2
URBAN = "街道"
"""Ends the name of a street in town; those in the country are 镇 and 乡, and always told."""


@dataclass(frozen=True)
class Where:
    """The city's names, and the area that the matter was found to lie in."""

    gazetteer: Gazetteer
    area_code: str | None


def address(site: Site, sites: Sequence[Site], turns: Sequence[Turn], where: Where) -> Words:
    """The address at that site; `sites` are the other mentions of places."""
    chunks = dict(_chunks(site))
    evidence = [*site.evidence]
    for other in sites:
        added = {
            place: text
            for place, text in _chunks(other)
            if place.name not in {known.name for known in chunks} and _goes_with(place, other, site, where)
        }
        if added:
            chunks |= added
            evidence += other.evidence
    chunks = {place: text for place, text in chunks.items() if not _goes_without_saying(place, chunks, site)}
    chunks = {place: _read_back_number(place, [site, *sites], turns) or text for place, text in chunks.items()}
    names = "".join(text for _, text in sorted(chunks.items(), key=lambda item: item[0].precision))
    if site.best.kind == "road" and (unlisted := _unlisted(site, turns, where.gazetteer)):
        names += unlisted.text
        evidence += unlisted.evidence
    mentions = [site, *(other for other in sites if other.best.name == site.best.name)]
    details = [words for words in _details(site, mentions, turns) if words.text not in names]
    if _NUMBERED.search(names):
        details = [words for words in details if not _NUMBERED.fullmatch(words.text)]
    return Words(names + "".join(words.text for words in details), merge(evidence, *(words.evidence for words in details)))


def between(sites: Sequence[Site]) -> Words | None:
    """The way from one place to another that somebody tells: 从火车站打的车，到人才公寓."""
    for site in sorted(sites, key=lambda one: (one.turn.seq, one.start)):
        for other in (one for one in sites if one.turn is site.turn and one.start > site.start):
            text, start, end = site.turn.text, site.hits[-1].end, other.hits[0].start
            begun = text[: site.hits[0].start].endswith(("从", "由", "在"))
            on_way = _ON_WAY.fullmatch(text, start, end) if begun else _STRAIGHT.fullmatch(text, start, end)
            if on_way and min(site.best.precision, other.best.precision) >= ROAD:
                said = (Evidence(site.turn.seq, site.start, site.end), Evidence(other.turn.seq, other.start, other.end))
                return Words(site.best.name + TRIP + other.best.name, said)
    return None


def _chunks(site: Site) -> Iterator[tuple[NamedPlace, str]]:
    """Each name of a site as the city writes it, a road with the house number right behind it."""
    kept = dict[str, tuple[NamedPlace, str]]()
    said = Counter(hit.place.name for hit in site.hits if hit.place.precision == EXACT)
    exact = {name for name, _ in said.most_common(1)}
    for hit in site.hits:
        meant_other = hit.place.precision == EXACT and hit.place.name not in exact
        if meant_other or (hit.sure <= STEM and len(site.hits) > 1):
            continue
        before = kept.get(hit.place.name, (hit.place, ""))[1]
        kept[hit.place.name] = (hit.place, max(before, _written(site, hit) + _number_behind(site, hit), key=len))
    yield from kept.values()


def _written(site: Site, hit: Hit) -> str:
    names = {place.name for place in hit.places}
    return names.pop() if len(names) == 1 and hit.sure > STEM else site.turn.text[hit.start : hit.end]


def _read_back_number(place: NamedPlace, sites: Sequence[Site], turns: Sequence[Turn]) -> str:
    """The name with the house number with which the agent read it back last, unless the caller said no."""
    told = ""
    for site in sorted(sites, key=lambda one: one.turn.seq):
        for hit in site.hits:
            number = _number_behind(site, hit) if site.turn.role != CALLER and hit.place.name == place.name else ""
            told = place.name + number if number and not is_denied(turns, site.turn) else told
    return told


def _number_behind(site: Site, hit: Hit) -> str:
    if hit.place.precision < ROAD:
        return ""
    number = next(house([(site.turn, hit.end)]), None)
    at_once = number is not None and number.evidence[0].start == hit.end
    return number.text if number and at_once else ""


def _unlisted(site: Site, turns: Sequence[Turn], gazetteer: Gazetteer) -> Words | None:
    """A building or estate at the road that the city's list lacks: 创客大厦."""
    for turn in turns:
        if turn.role != CALLER or abs(turn.seq - site.turn.seq) > NEAR_TURNS:
            continue
        for found in _unlisted_names().finditer(turn.text):
            name = bare_name(found[1], gazetteer)
            known = any(hit.end == found.end(2) for hit in gazetteer.find(turn.text))
            if len(name) >= SHORTEST_NAME and not known and name not in gazetteer.areas:
                start = found.end(1) - len(name)
                return Words(written(turn.text[start : found.end()]), (Evidence(turn.seq, start, found.end()),))
    return None


@cache
def _unlisted_names() -> re.Pattern[str]:
    return re.compile(rf"([\u4e00-\u9fff]{{2,8}}?)({'|'.join(load_talk().unlisted)})(?:{NUMBER}期)?")


def _goes_without_saying(place: NamedPlace, chunks: Mapping[NamedPlace, str], site: Site) -> bool:
    """Whether an urban street is left off: its places are known by their names, unless several bear one."""
    ambiguous = any(hit.place is site.best and len(hit.places) > 1 for hit in site.hits)
    alone = len(chunks) == 1 or any(known.kind == "district" for known in chunks)
    return place.kind == "street" and place.name.endswith(URBAN) and not ambiguous and not alone


def _goes_with(place: NamedPlace, other: Site, site: Site, where: Where) -> bool:
    """Whether a name of another mention belongs before the closest one: its road nearby, the street or village it lies in."""
    best, gazetteer, area = site.best, where.gazetteer, where.area_code or site.best.area_code
    if place.precision >= best.precision or not 1 <= place.precision <= ROAD:
        return False
    if place.precision == 1 and not {one.name for one in other.places} & {one.name for one in site.places}:
        return False
    if place.precision < ROAD:
        return gazetteer.within(area, place.area_code)
    near = abs(other.turn.seq - site.turn.seq) <= NEAR_TURNS
    street = gazetteer.lineage(area)[:3]
    at_once = best.name in {one.name for one in other.places}
    return best.road == place.name or at_once or (near and gazetteer.lineage(place.area_code)[:3] == street)


def _details(site: Site, mentions: Sequence[Site], turns: Sequence[Turn]) -> list[Words]:
    """House number of a road, then building, unit and room, then the spot."""
    rows = rows_behind(turns, site.turn.seq, site.hits[-1].end, {one.turn.seq for one in mentions})
    numbered = site.best.kind != "road" or site.number is not None
    found = [] if numbered else list(house(rows))
    told = list(levels(rows, site.best.kind)) if site.best.kind != "road" else []
    return [*found, *told, *(words for words in spots(mentions, turns) if not _repeats(words, told))]


def _repeats(words: Words, told: Sequence[Words]) -> bool:
    return any(written(words.text) in one.text for one in told)
