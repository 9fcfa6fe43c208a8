"""The address of a matter, put together from what was said of its place in several turns. Pure.

`place` finds the names; here the broader ones are set before the closest, and the details told later behind it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hotline.intake.drafting.gazetteer import Gazetteer, NamedPlace
from hotline.intake.drafting.numerals import NUMBER
from hotline.intake.drafting.place import ROAD, Site
from hotline.intake.drafting.talk import asked_about, load_talk
from hotline.intake.drafting.values import CALLER, Evidence, Turn, merge

NEAR_TURNS = 3
"""So many turns apart, a road and a place at it were said of one spot."""
LATER_TURNS = 8
"""So many turns behind the place its building and room may be told."""
SPOT_REACH = 16
"""Characters behind a place within which its spot is named."""
LONGEST_LANDMARK = 5

_BUILDING = re.compile(rf"{NUMBER}\s?(?:号楼(?!下)|栋|幢|座(?!位))")
_UNIT = re.compile(rf"{NUMBER}\s?单元")
_BARE = r"[\d零〇一二三四五六七八九幺]{3,4}"
_ROOM = re.compile(
    rf"(?<![\d零〇一二三四五六七八九十百千幺]){_BARE}(?:[、和\s]{_BARE})?"
    r"(?:室|号房)?(?![\d零〇一二三四五六七八九十百千幺块元个天年点号路度平米斤多分秒月期])"
)
_HOUSE = re.compile(rf"{NUMBER}号(?!楼|院|线|窗|门|桌|车|公)")
_LEVELS = (_BUILDING, _UNIT)
_SIDE = r"(?:外面|外|旁边|旁|前面|前头|前|后面空地|后面|后|左手边?|左边|左侧|右手边?|右边|右侧|对面|底下|下面|下)"
_SPOT = re.compile(
    rf"(?<=号楼){_SIDE}|(?:(?:[东西南北正后大]门口?|门口|出站口|进站口|[东西南北]出口|出口|入口|地下车库|停车场|公交站台?|站台|站牌|桥洞|桥|(?<!号)楼(?=[下前后对])|坡道|小?广场|底商|"
    rf"村[东西南北]头|山坡上?|食堂|空地)(?:的?{_SIDE})?)+"
)
_LANDMARK = re.compile(rf"([\u4e00-\u9fff]{{2,{LONGEST_LANDMARK}}}?)(旁边|后面|前面|对面|隔壁)")
_LEAD = re.compile(r"^(?:就是|就在|就|是|在|那个|那|这个|我们|那边|这边|靠|的|上|到)+")


@dataclass(frozen=True)
class Where:
    """The city's names, and the area that the matter was found to lie in."""

    gazetteer: Gazetteer
    area_code: str | None


@dataclass(frozen=True)
class Words:
    """Some words of an address and where they were said."""

    text: str
    evidence: tuple[Evidence, ...]


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
    names = "".join(text for _, text in sorted(chunks.items(), key=lambda item: item[0].precision))
    mentions = [site, *(other for other in sites if other.best.name == site.best.name)]
    details = [words for words in _details(site, mentions, turns) if words.text not in names]
    return Words(names + "".join(words.text for words in details), merge(evidence, *(words.evidence for words in details)))


def _chunks(site: Site) -> Iterator[tuple[NamedPlace, str]]:
    """Each name of a site with the details that stand right behind it; a name said twice counts with its details."""
    names = [site.turn.text[hit.start : hit.end] for hit in site.hits]
    kept = dict[NamedPlace, str]()
    at = -1
    for part in site.parts:
        following = site.hits[at + 1] if at + 1 < len(site.hits) else None
        if following and part in {names[at + 1], following.place.name}:
            at += 1
            kept.setdefault(following.place, part)
        elif at >= 0 and part not in kept[site.hits[at].place]:
            kept[site.hits[at].place] += part.replace(" ", "")
    yield from kept.items()


def _goes_with(place: NamedPlace, other: Site, site: Site, where: Where) -> bool:
    """Whether a name of another mention belongs before the closest one: its road nearby, the street or village it lies in."""
    best, gazetteer, area = site.best, where.gazetteer, where.area_code or site.best.area_code
    if place.precision >= best.precision or not 2 <= place.precision <= ROAD:
        return False
    if place.precision < ROAD:
        return gazetteer.within(area, place.area_code)
    near = abs(other.turn.seq - site.turn.seq) <= NEAR_TURNS
    street = gazetteer.lineage(area)[:3]
    return best.road == place.name or (near and gazetteer.lineage(place.area_code)[:3] == street)


def _details(site: Site, mentions: Sequence[Site], turns: Sequence[Turn]) -> list[Words]:
    """Building, unit, room or house number told behind the place, then the spot."""
    behind = list(_behind(site, turns))
    found = list[Words]()
    if site.best.kind == "road" and site.number is None:
        found += _first_or_corrected(_HOUSE, behind)
    for level in _LEVELS:
        found += _first_or_corrected(level, behind)
    if any(_tells_building(*row) for row in behind) and site.best.kind != "road":
        found += _first_or_corrected(_ROOM, [row for row in behind if _tells_building(*row)])
    return [*found, *_spots(mentions, turns)]


def _behind(site: Site, turns: Sequence[Turn]) -> Iterator[tuple[Turn, int]]:
    """The caller's turns from the place on, each with the character from which it is read."""
    for turn in turns:
        later = site.turn.seq <= turn.seq <= site.turn.seq + LATER_TURNS
        if turn.role == CALLER and later:
            yield turn, site.hits[-1].end if turn.seq == site.turn.seq else 0


def _first_or_corrected(pattern: re.Pattern[str], rows: Sequence[tuple[Turn, int]]) -> list[Words]:
    """The first match; one behind a word that takes it back stands instead."""
    kept: Words | None = None
    for turn, start in rows:
        reached = start
        for found in pattern.finditer(turn.text, start):
            taken_back = any(word in turn.text[reached : found.start()] for word in load_talk().corrections)
            if kept is None or taken_back:
                kept = Words(found[0].replace(" ", ""), (Evidence(turn.seq, found.start(), found.end()),))
            reached = found.end()
        if kept and pattern is _HOUSE:
            break
    return [kept] if kept else []


def _tells_building(turn: Turn, start: int) -> bool:
    return any(level.search(turn.text, start) for level in _LEVELS)


def _spots(mentions: Sequence[Site], turns: Sequence[Turn]) -> Iterator[Words]:
    """The spot named right behind a mention of the place, the fullest; else what is told when the agent asks where."""
    told = [
        (site, found) for site in mentions if (found := _SPOT.search(site.turn.text, site.hits[-1].end, site.end + SPOT_REACH))
    ]
    if told:
        site, spot = max(told, key=lambda one: len(one[1][0]))
        yield Words(spot[0], (Evidence(site.turn.seq, spot.start(), spot.end()),))
        return
    first = mentions[0].turn.seq
    for turn in (turn for exchange in asked_about(turns, "place") for turn in exchange.answers if turn.seq > first):
        words = _landmark(turn) or _spot(turn)
        if words:
            yield words
            return


def _spot(turn: Turn) -> Words | None:
    found = _SPOT.search(turn.text)
    return Words(found[0], (Evidence(turn.seq, found.start(), found.end()),)) if found else None


def _landmark(turn: Turn) -> Words | None:
    """What a spot is described by that has no name of the city's: 老粮站后面."""
    for found in _LANDMARK.finditer(turn.text):
        lead = _LEAD.match(found[1])
        start = found.start() + (lead.end() if lead else 0)
        before = _SPOT.search(turn.text, 0, start)
        begin = before.start() if before else start
        if found.end(1) - start >= 2 and "号楼" not in found[1]:
            words = "".join(turn.text[at:to] for at, to in ((begin, before.end() if before else start), (start, found.end())))
            return Words(words, (Evidence(turn.seq, begin, found.end()),))
    return None
