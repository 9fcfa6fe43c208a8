"""Where the matter is: names of the city put together with house numbers and landmarks. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from hotline.intake.drafting.cues import Cues
from hotline.intake.drafting.gazetteer import Gazetteer, Hit, NamedPlace
from hotline.intake.drafting.values import CALLER, Evidence, Proposal, Turn

CONFIDENCE = (0.2, 0.5, 0.65, 0.75, 0.8, 0.9)
"""By precision of the name, city to exact place."""
AGENT_ONLY = 0.8
"""Factor when only the agent said it and the caller did not object."""
ROAD = 4
"""From this precision on, the words are an address and not only an area."""
ANSWER_TURNS = 4
"""A house number may come so many turns after the place it belongs to."""
NOT_HERE_REACH = 4

_NUMBER = r"(?:\d+|[一二三四五六七八九十百零〇两]+)"
_HOUSE = rf"(?:{_NUMBER}[号\-]?(?:号楼|号院|楼|栋|幢|座|单元|室|弄|号|层|期|组|区))"
_SPOTS = (
    "附近|门口|旁边|十字路口|交叉路口|交叉口|路口|东门|西门|南门|北门|正门|后门"  # what people name a spot by
    "|对面|楼下|地下车库|停车场|桥下|公交站"
)
_SPOT = rf"(?:(?:的|这边|那边)?(?:{_SPOTS}))"
_DETAIL = re.compile(rf"{_HOUSE}*{_SPOT}?")
_ANSWER = re.compile(rf"(?:在|是|就是|就在|嗯|，|,)*({_HOUSE}+)")
_GLUE = re.compile(r"[的和与跟同到，,、\s]{0,2}")
_OBJECTS = ("不是", "不对", "不在")


@dataclass(frozen=True)
class Site:
    """Names and details said in one breath. `parts` are the words without what glued them."""

    turn: Turn
    start: int
    end: int
    parts: tuple[str, ...]
    places: tuple[NamedPlace, ...]
    extra: tuple[Evidence, ...] = ()

    @property
    def best(self) -> NamedPlace:
        """The name that tells most closely where."""
        return max(self.places, key=lambda place: place.precision)

    @property
    def address(self) -> str:
        """The words together."""
        return "".join(self.parts)

    @property
    def short(self) -> str:
        """The closest name alone: for titles, which show no house numbers."""
        return self.best.name

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Where it was said."""
        return (Evidence(self.turn.seq, self.start, self.end), *self.extra)


def find_site(turns: Sequence[Turn], gazetteer: Gazetteer, cues: Cues) -> Site | None:
    """The place of the matter: the most precise one that nobody took back; the caller's words before the agent's."""
    denied: set[str] = set()
    sites: list[Site] = []
    for index, turn in enumerate(turns):
        for site in _sites(turn, gazetteer):
            if _is_denied(turns, index, site, cues):
                denied |= {place.name for place in site.places}
            else:
                denied -= {place.name for place in site.places}
                sites.append(site)
    standing = [site for site in sites if site.best.name not in denied]
    if not standing:
        return None
    best = max(standing, key=lambda site: (site.best.precision, site.turn.role == CALLER, len(site.parts), -site.turn.seq))
    return _with_house_number(best, turns)


def site_proposals(site: Site) -> dict[str, Proposal]:
    """The fields area_code and, when the words are closer than an area, address."""
    factor = 1.0 if site.turn.role == CALLER else AGENT_ONLY
    confidence = round(CONFIDENCE[site.best.precision] * factor, 2)
    found = {"area_code": Proposal(site.best.area_code, confidence, site.evidence)}
    if site.best.precision >= ROAD:
        found["address"] = Proposal(site.address, confidence, site.evidence)
    return found


def _sites(turn: Turn, gazetteer: Gazetteer) -> Iterator[Site]:
    site: Site | None = None
    for hit in gazetteer.find(turn.text):
        fresh = _site(turn, hit)
        if site is not None and _GLUE.fullmatch(turn.text, site.end, hit.start):
            site = replace(site, end=fresh.end, parts=site.parts + fresh.parts, places=site.places + fresh.places)
            continue
        if site is not None:
            yield site
        site = fresh
    if site is not None:
        yield site


def _site(turn: Turn, hit: Hit) -> Site:
    detail = _DETAIL.match(turn.text, hit.end)
    said = detail[0] if detail else ""
    parts = (turn.text[hit.start : hit.end], said) if said else (turn.text[hit.start : hit.end],)
    return Site(turn, hit.start, hit.end + len(said), parts, (hit.place,))


def _is_denied(turns: Sequence[Turn], index: int, site: Site, cues: Cues) -> bool:
    before = site.turn.text[max(0, site.start - NOT_HERE_REACH) : site.start]
    if any(before.endswith(words) for words in cues.not_here):
        return True
    if site.turn.role == CALLER:
        return False
    answer = next((turn for turn in turns[index + 1 :] if turn.role == CALLER), None)
    return answer is not None and answer.text.lstrip("，, 。").startswith(_OBJECTS)


def _with_house_number(site: Site, turns: Sequence[Turn]) -> Site:
    if len(site.parts) > len(site.places):
        return site
    position = next(index for index, turn in enumerate(turns) if turn is site.turn)
    for turn in turns[position + 1 : position + 1 + ANSWER_TURNS]:
        found = _ANSWER.match(turn.text) if turn.role == CALLER else None
        if found:
            told = Evidence(turn.seq, found.start(1), found.end(1))
            return replace(site, parts=(*site.parts, found[1]), extra=(told,))
    return site
