"""What has to be asked about a place before a unit can be named, for drafts and tickets alike, in the reader's language.

How far down a place must be known is the catalogue's to say; what the words mean is `hotline.intake`'s.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch import catalogue
from hotline.intake import places
from hotline.intake.drafting.gazetteer import Gazetteer
from hotline.intake.drafting.locating import Location, PlaceQuestion, question
from hotline.intake.places import KeptGazetteer
from web import texts
from web.api.schemas.places import PlaceChoice, PlaceQuestionShown

gazetteer = KeptGazetteer()
"""One for the process."""


def needed(session: Session, category_code: str | None, at: datetime) -> str:
    """The level of area that the category's units are found by; empty where no place is needed or no category is known."""
    return catalogue.needed_level(session, category_code, at) if category_code else ""


def of_texts(
    session: Session, said: tuple[str, ...], area_code: str | None, need: str, locale: str
) -> PlaceQuestionShown | None:
    """What to ask of a matter told in these texts (the address first); `area_code` is what is known already."""
    known = gazetteer(session)
    if need_is_met(known, area_code, need):
        return None
    asked = question(places.look(known, *said), known, need, area_code)
    return shown(asked, locale) if asked else None


def need_is_met(known: Gazetteer, area_code: str | None, need: str) -> bool:
    """Whether the area is known closely enough; spares reading the words."""
    return area_code is not None and question(Location(area_code=area_code), known, need, area_code) is None


def shown(asked: PlaceQuestion, locale: str) -> PlaceQuestionShown:
    """The question as the pages read it."""
    choices = [PlaceChoice(code=one.code, name=one.name, path=one.path) for one in asked.choices]
    return PlaceQuestionShown(kind=asked.kind, words=words(asked, locale), choices=choices)


def words(asked: PlaceQuestion, locale: str) -> str:
    """The sentence to say to the caller."""
    if asked.kind == "ambiguous":
        each = [texts.text("place.ask.choice", locale, where=one.where, name=one.name) for one in asked.choices]
        return texts.text("place.ask.ambiguous", locale, choices=texts.text("place.ask.or", locale).join(each))
    if asked.kind == "outside":
        return texts.text("place.ask.outside", locale, name=asked.choices[0].path.replace("/", ""))
    kind = "unknown" if asked.name else "missing"
    return texts.text(f"place.ask.{kind}.{asked.need}", locale, name=asked.name)
