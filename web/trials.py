"""What would happen to a text (派单试一试): place, category, units and guards, by the functions that dispatching itself uses.

Nothing is written. Called by the page of the catalogue.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from dispatch import assignment, automatic, catalogue, guards
from dispatch.conditions import Circumstances
from dispatch.evidence import Ranking
from dispatch.guards import Against, GuardedMatter
from hotline.intake import places
from hotline.intake.drafting.locating import Location, PlaceQuestion, question
from hotline.kernel import clock
from web import dispatch_rules, place_questions, ranking_terms


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
    """What came of it: `area_code` is the chosen area, else the one found; `question` is what would be asked about it.

    `guards` speak against the first candidate; `automatic`: it would be dispatched without a person.
    """

    location: Location
    area_code: str | None
    question: PlaceQuestion | None
    ranking: Ranking
    guards: Sequence[Against]
    catalogue_version: int
    automatic: bool


def of_text(session: Session, asked: Asked, zone: ZoneInfo) -> Trial:
    """Try a matter out as if it came in now."""
    now = clock.now()
    known = place_questions.gazetteer(session)
    location = places.look(known, asked.address, asked.text)
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
    need = place_questions.needed(session, category, now)
    goes = automatic.would_go(session, ranking.candidates, category, ranking_terms.rules_of(session).automatic)
    version = catalogue.version_at(session, now)
    open_place = question(location, known, need, area_code)
    return Trial(location, area_code, open_place, ranking, against, version, automatic=goes and not against)
