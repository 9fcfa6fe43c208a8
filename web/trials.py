"""What would happen to a text (派单试一试): place, category, units and guards, by the functions that dispatching itself uses.

Nothing is written. Called by the page of the catalogue.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from dispatch import assignment, catalogue, guards
from dispatch.conditions import Circumstances
from dispatch.evidence import Ranking
from dispatch.guards import Against, GuardedMatter
from hotline.intake.drafting.cues import load_cues
from hotline.intake.drafting.locating import Location, locate
from hotline.intake.drafting.values import CALLER, Turn
from hotline.intake.places import load_gazetteer
from hotline.kernel import clock
from web import dispatch_rules


@dataclass(frozen=True)
class Asked:
    """A matter that is no ticket; what is None is told from the text."""

    text: str
    category: str | None = None
    area: str | None = None
    address: str = ""
    requester: str | None = None
    channel: str | None = None
    urgency: str | None = None


@dataclass(frozen=True)
class Trial:
    """What came of it: `area_code` is the chosen area, else the one found; guards speak against the first candidate."""

    location: Location
    area_code: str | None
    ranking: Ranking
    guards: Sequence[Against]
    catalogue_version: int


def of_text(session: Session, asked: Asked, zone: ZoneInfo) -> Trial:
    """Try a matter out as if it came in now."""
    now = clock.now()
    location = _located(session, asked)
    area_code = asked.area or location.area_code
    around = Circumstances(
        text=asked.text,
        requester=asked.requester,
        channel=asked.channel,
        profile=None,
        urgency=asked.urgency,
        local=now.astimezone(zone),
    )
    ranking = assignment.ranking(session, asked.text, asked.category, area_code, around)
    category = asked.category or next((guess.code for guess in ranking.guesses), None)
    first, rules = next(iter(ranking.candidates), None), dispatch_rules.rules_of(session)
    matter = GuardedMatter(category, area_code)
    against = guards.against(session, matter, first.unit_id, now, rules) if first is not None else []
    return Trial(location, area_code, ranking, against, catalogue.version_at(session, now))


def _located(session: Session, asked: Asked) -> Location:
    """The place that address and text tell of; the address is said first."""
    said = (words for words in (asked.address, asked.text) if words)
    turns = [Turn(seq, CALLER, words) for seq, words in enumerate(said, start=1)]
    return locate(turns, load_gazetteer(session), load_cues())
