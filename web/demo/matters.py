"""What one request of the demo city says: a situation, put into somebody's words, at a place of the city. Pure.

Each situation knows several ways to tell its facts and what follows from them; the frames of `voices.yaml` are how people and
agents put such pieces together: an agent's note, a short word, a letter, speech as it was heard. Asked by `plans`, `worst_day`.
"""

from random import Random

from web.demo.data import City, Frame, Situation
from web.demo.stories import URGENT, Matter
from web.demo.wording import Spot, choose_spot, fill

SPOKEN_PAUSES = ("", "", " ", "嗯", "然后", "就是", "那个", "，")
COMMUNITY, DISTRICT = 0.3, 0.03
"""How often the community is known besides the street, and how often nothing but the district is."""
DISTRICT_DIGITS = 4
COMPLAINING = frozenset({"help", "complaint", "report"})
"""Who wants something put right urges and tells what was tried before; who asks, proposes or praises does not."""


def matter_of(city: City, situation: Situation, rng: Random, *, place: str | None = None, spot: Spot | None = None) -> Matter:
    """The situation as somebody tells it, at `spot`; else at the place of that name, if it lies at one of that kind at all."""
    title = rng.choice((situation.title, *situation.titles))
    words = words_of(city, situation, rng)
    spot = spot or choose_spot(city, rng, title + words, situation.hours, place=place)
    objection = situation.return_reason
    return Matter(
        type=situation.type,
        urgency=situation.urgency,
        profile=situation.profile,
        category=situation.category,
        title=fill(title, spot),
        body=fill(words, spot),
        wanted=fill(situation.wanted, spot),
        area=_known_area(city, spot, rng),
        address=spot.address,
        reply_internal=fill(situation.reply_internal, spot),
        reply_public=fill(situation.reply_public, spot),
        unhappy=situation.not_solved_reason or "",
        objection={"reason": objection.reason, "legal_basis": objection.legal_basis} if objection else {},
        prompt=situation.urgency in URGENT or situation.unit.startswith("utility"),
        partner=situation.partner,
        mistaken=situation.mistaken,
        situation=situation.id,
        spot=spot,
    )


def words_of(city: City, situation: Situation, rng: Random) -> str:
    """One way of telling it, with slots still open."""
    written = len(situation.texts)
    if not situation.facts or rng.random() < written / (written + 2 * len(situation.facts)):
        return rng.choice(situation.texts)
    unfit = () if situation.type in COMPLAINING else ("{ask}", "{history}")
    lacking = (*unfit, *(() if situation.effects else ("{effect}",)))
    frames = [frame for frame in city.frames if not any(piece in frame.words for piece in lacking)]
    frame: Frame = rng.choices(frames, weights=[frame.weight for frame in frames])[0]
    parts = {
        "fact": rng.choice(situation.facts),
        "effect": rng.choice(situation.effects) if situation.effects else "",
        "wanted": situation.wanted,
        **{name: rng.choice(choices) for name, choices in city.fillers.items()},
    }
    words = frame.words.format_map(parts)
    return _spoken(words, rng) if frame.spoken else words


def _spoken(words: str, rng: Random) -> str:
    """As a machine hears it: without full stops, with the little words that people say while they think."""
    told = words.rstrip("。！？").replace("。", "，").split("，")
    return "".join(part + (rng.choice(SPOKEN_PAUSES) if place < len(told) else "") for place, part in enumerate(told, start=1))


def _known_area(city: City, spot: Spot, rng: Random) -> str:
    chance = rng.random()
    if chance < COMMUNITY:
        below = [area.code for area in city.areas if area.parent == spot.area]
        return rng.choice(below) if below else spot.area
    return spot.area[:DISTRICT_DIGITS] if chance > 1 - DISTRICT else spot.area
