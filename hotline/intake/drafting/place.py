"""Where something is said to be: names of the city put together with house numbers and landmarks. Pure.

Which area that is, and what has to be asked, is in `locating`.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from hotline.intake.drafting.cues import Cues
from hotline.intake.drafting.forms import load_forms
from hotline.intake.drafting.gazetteer import HEARD, Gazetteer, Hit, NamedPlace
from hotline.intake.drafting.numerals import NUMBER, house_number, in_digits
from hotline.intake.drafting.values import CALLER, Evidence, Turn

ROAD = 4
"""From this precision on, the words are an address and not only an area."""
COMMUNITY = 3
ANSWER_TURNS = 4
"""A house number may come so many turns after the place it belongs to."""
NOT_HERE_REACH = 4

_HOUSE = rf"(?:\s?{NUMBER}[号\-]?(?:号楼(?!下)|号院|楼(?!下)|栋|幢|座|单元|室|弄|号|层|期|组|区))"
_SPOTS = (
    "附近|门口|旁边|十字路口|交叉路口|交叉口|交汇处|路口|东门|西门|南门|北门|正门|后门"  # what people name a spot by
    "|对面|楼下|地下车库|停车场|桥下|公交站"
)
_SPOT = rf"(?:(?:的|这边|那边)?(?:{_SPOTS}))"
_DETAIL = re.compile(rf"{_HOUSE}*{_SPOT}?")
_ANSWER = re.compile(rf"(?:在|是|就是|就在|嗯|，|,)*({_HOUSE}+)")
_GLUE = re.compile(r"(?:那边|这边|那里|这里|里面|上)?[的和与跟同到，,、\s]{0,2}")
_TOWARD = ("往", "向", "朝", "去")
_DIRECTION = re.compile(r"(?:那边|那个)?(?:去|走|开)?的?(?:方向|那一侧)")
_OBJECTS = ("不是", "不对", "不在")


@dataclass(frozen=True)
class Site:
    """Names and details said in one breath. `parts` are the words without what glued them; `number` is a house number.

    `home` tells that the speaker lives there, or goes there.
    """

    turn: Turn
    start: int
    end: int
    parts: tuple[str, ...]
    hits: tuple[Hit, ...]
    extra: tuple[Evidence, ...] = ()
    number: int | None = None
    home: bool = False

    @property
    def places(self) -> tuple[NamedPlace, ...]:
        """The closest bearer of each name."""
        return tuple(hit.place for hit in self.hits)

    @property
    def best(self) -> NamedPlace:
        """The name that tells most closely where."""
        return max(self.places, key=lambda place: place.precision)

    @property
    def sure(self) -> float:
        """How sure the closest name is, by the way it was found."""
        return max(self.hits, key=lambda hit: (hit.place.precision, hit.sure)).sure

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


def find_sites(turns: Sequence[Turn], gazetteer: Gazetteer, cues: Cues) -> list[Site]:
    """The places that nobody took back, the likeliest place of the matter first.

    That is the most precise one, the caller's words before the agent's; where somebody lives gives way to another address.
    """
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
    elsewhere = any(not site.home and site.best.precision >= COMMUNITY for site in standing)
    said = Counter(place.name for site in standing for place in set(site.places))
    ranked = sorted(standing, key=lambda site: _rank(site, said, aside=elsewhere and site.home), reverse=True)
    return [_with_house_number(ranked[0], turns), *ranked[1:]] if ranked else []


def _rank(site: Site, said: Counter[str], *, aside: bool) -> tuple[bool, int, bool, int, int, int]:
    by_caller = site.turn.role == CALLER
    return not aside, site.best.precision, by_caller, said[site.best.name], len(site.parts), -site.turn.seq


def _sites(turn: Turn, gazetteer: Gazetteer) -> Iterator[Site]:
    site: Site | None = None
    for hit in gazetteer.find(turn.text):
        fresh = _site(turn, hit)
        if site is not None and _GLUE.fullmatch(turn.text, site.end, hit.start):
            number = site.number if fresh.number is None else fresh.number
            joined = replace(site, end=fresh.end, parts=site.parts + fresh.parts, hits=site.hits + fresh.hits)
            site = replace(joined, number=number)
            continue
        if site is not None:
            yield site
        site = fresh
    if site is not None:
        yield site


def _site(turn: Turn, hit: Hit) -> Site:
    detail = _DETAIL.match(turn.text, hit.end)
    said = detail[0] if detail else ""
    name = hit.place.name if hit.sure == HEARD else turn.text[hit.start : hit.end]
    is_road = any(place.kind == "road" for place in hit.places)
    parts = (name, in_digits(said) if is_road else said) if said else (name,)
    home = turn.text.endswith(load_forms().home, 0, hit.start) or _is_direction(turn.text, hit)
    number = house_number(said) if is_road else None
    return Site(turn, hit.start, hit.end + len(said), parts, (hit,), number=number, home=home)


def _is_direction(text: str, hit: Hit) -> bool:
    """Whether the name only tells which way: 往码头去的方向."""
    return text[: hit.start].endswith(_TOWARD) and _DIRECTION.match(text, hit.end) is not None


def _is_denied(turns: Sequence[Turn], index: int, site: Site, cues: Cues) -> bool:
    before = site.turn.text[max(0, site.start - NOT_HERE_REACH) : site.start]
    if any(before.endswith(words) for words in cues.not_here):
        return True
    if site.turn.role == CALLER:
        return False
    answer = next((turn for turn in turns[index + 1 :] if turn.role == CALLER), None)
    return answer is not None and answer.text.lstrip("，, 。").startswith(_OBJECTS)


def _with_house_number(site: Site, turns: Sequence[Turn]) -> Site:
    if len(site.parts) > len(site.hits):
        return site
    position = next(index for index, turn in enumerate(turns) if turn is site.turn)
    for turn in turns[position + 1 : position + 1 + ANSWER_TURNS]:
        found = _ANSWER.match(turn.text) if turn.role == CALLER else None
        if found:
            told = Evidence(turn.seq, found.start(1), found.end(1))
            return replace(site, parts=(*site.parts, found[1]), extra=(told,), number=house_number(found[1]))
    return site
