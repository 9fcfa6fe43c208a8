"""Everything that speaks for or against a unit, gathered from the database and the live ranker, and weighed by `routing`.

Called by `assignment` for proposals and drafts, and by `training` for tickets kept back, as they stood then.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch import catalogue, categories, citymodel, lessons, routing
from dispatch.classification import Guess
from dispatch.conditions import NOTHING, Circumstances
from dispatch.features import Reading
from dispatch.functions import locality_of, unit_here
from dispatch.routing import Candidate, GuessedHits, HandledBy, Learnt, Objections, Seen, Similar
from dispatch.rules import load_rules
from dispatch.shelf import Live
from dispatch.textmodel import Answer, Like, TextModel
from hotline.people.models import Area, Unit
from hotline.tickets.models import Ticket
from hotline.tickets.workflow import Secrecy

SOLVED = "yes"
"""What a caller says whose matter was solved."""
FUNCTIONS_LOOKED_AT = 5


@dataclass(frozen=True)
class Matter:
    """What units are ranked for, at a moment. Tickets from `before_id` on are not known yet."""

    text: str
    category_code: str | None
    area_code: str | None
    at: datetime
    around: Circumstances = NOTHING
    objections: Objections = Objections()
    before_id: int | None = None
    ticket_id: int | None = None


@dataclass(frozen=True)
class Ranking:
    """Units with their reasons, and the categories the text may be of; by which ranker, if any."""

    candidates: list[Candidate]
    guesses: list[Guess]
    model_number: int | None = None
    paths: dict[str, str] = field(default_factory=dict)


def rank(session: Session, matter: Matter, live: Live | None, limit: int = 5) -> Ranking:
    """Units for a matter, best first. Without a category the text's likely categories are followed."""
    rules, tree = load_rules().routing, categories.tree_of(session)
    reading = _reading(session, matter)
    guesses = categories.classify(tree, reading, live)
    followed = _followed(matter, guesses, rules.categories_tried, rules.beside_choice)
    named = [
        GuessedHits(guess, catalogue.candidates(session, code, matter.area_code, matter.at, matter.around))
        for code, guess in followed
    ]
    best = followed[0][0] if followed else None
    handled = _handled(session, best, matter) if best else []
    learnt, similar = _learnt(session, matter, best, live) if live else ([], [])
    model = live.model if live else None
    kind = lessons.Kind(matter.text, best, matter.area_code, matter.at, matter.ticket_id)
    taught = lessons.taught(session, kind, rules, model)
    seen = Seen(handled, learnt, similar, taught)
    found = routing.rank(named, seen, rules, limit, objections=matter.objections)
    return Ranking(_sure(found, live), guesses, live.number if live else None, tree.paths)


def _sure(found: list[Candidate], live: Live | None) -> list[Candidate]:
    """The same with probabilities, where the ranker knows what scores mean."""
    if live is None or live.model.sureness is None or not found:
        return found
    meant = live.model.sureness.apply(citymodel.figures(found))
    return [replace(one, probability=round(float(sure), 4)) for one, sure in zip(found, meant, strict=True)]


def _followed(matter: Matter, guesses: Sequence[Guess], tried: int, beside_choice: float) -> list[tuple[str, Guess | None]]:
    """The category a person chose, if any, and the text's likely ones, which then count less."""
    likely = guesses[:tried]
    if matter.category_code is None:
        return [(guess.code, guess) for guess in likely]
    beside = [guess for guess in likely if guess.code != matter.category_code and guess.words]
    weighed = [replace(guess, confidence=guess.confidence * beside_choice) for guess in beside]
    return [(matter.category_code, None), *((guess.code, guess) for guess in weighed)]


def _reading(session: Session, matter: Matter) -> Reading:
    return citymodel.reading_of(matter.text, area_path(session, matter.area_code), None, matter.around)


def area_path(session: Session, area_code: str | None) -> list[str]:
    """Codes of an area and of those it lies in, from the city down."""
    area = session.get(Area, area_code) if area_code else None
    return [part for part in area.path.split("/") if part] if area else []


def _learnt(session: Session, matter: Matter, category_code: str | None, live: Live) -> tuple[list[Learnt], list[Similar]]:
    """What the ranker and the handled tickets most like the matter say of units at its place."""
    model, rules = live.model.functions, load_rules().routing
    reading = citymodel.reading_of(matter.text, area_path(session, matter.area_code), category_code, matter.around)
    row = model.rows([reading])
    answer = model.answers(row, FUNCTIONS_LOOKED_AT)[0]
    alike = [one for one in model.alike(row, rules.similar_looked_at, rules.similar_least) if _is_known(one, matter)]
    here = locality_of(session, matter.area_code, {*answer.labels, *(one.label for one in alike)})
    units = {label: unit for label in {*answer.labels, *(one.label for one in alike)} if (unit := unit_here(here, label))}
    return _of_functions(model, row, answer, units), _similar(session, alike, units)


def _is_known(like: Like, matter: Matter) -> bool:
    return like.key > 0 and (matter.before_id is None or like.key < matter.before_id)


def _of_functions(model: TextModel, row: object, answer: Answer, units: dict[str, Unit]) -> list[Learnt]:
    found = dict[int, Learnt]()
    for label, share in zip(answer.labels, answer.probabilities, strict=True):
        unit = units.get(label)
        if unit is None or share < categories.LEAST:
            continue
        before = found.get(unit.id)
        words = before.words if before else model.words(row, label)
        found[unit.id] = Learnt(unit.id, unit.name, min(share + (before.probability if before else 0.0), 1.0), words)
    return list(found.values())


def _similar(session: Session, alike: Sequence[Like], units: dict[str, Unit]) -> list[Similar]:
    # A ticket that became confidential after it was learnt from is no reason any more.
    told = Ticket.id.in_([one.key for one in alike]), Ticket.secrecy == Secrecy.NORMAL
    query = select(Ticket.id, Ticket.number, Ticket.solved).where(*told)
    known = {ticket_id: (number, solved) for ticket_id, number, solved in session.execute(query)}
    by_unit, whole = defaultdict[int, list[Like]](list), sum(one.likeness for one in alike) or 1.0
    for one in alike:
        if one.label in units and one.key in known:
            by_unit[units[one.label].id].append(one)
    names = {unit.id: unit.name for unit in units.values()}
    return [
        Similar(
            unit_id,
            names[unit_id],
            len(likes),
            len(alike),
            sum(known[one.key][1] == SOLVED for one in likes),
            known[likes[0].key][0],
            sum(one.likeness for one in likes) / whole,
        )
        for unit_id, likes in by_unit.items()
    ]


def _handled(session: Session, category_code: str, matter: Matter) -> list[HandledBy]:
    """Who answered the newest tickets of that category, in the same district when one is known."""
    newest = select(Ticket.lead_unit_id).where(Ticket.category_code == category_code, Ticket.replied_at.is_not(None))
    if matter.before_id is not None:
        newest = newest.where(Ticket.id < matter.before_id)
    district = _district_path(session, matter.area_code)
    if district is not None:
        newest = newest.join(Area, Area.code == Ticket.area_code).where(Area.path.startswith(district, autoescape=True))
    looked_at = newest.order_by(Ticket.id.desc()).limit(load_rules().routing.handled_look_back).subquery()
    query = select(Unit.id, Unit.name, func.count()).join(looked_at, looked_at.c.lead_unit_id == Unit.id)
    return [
        HandledBy(unit_id, name, count) for unit_id, name, count in session.execute(query.where(Unit.active).group_by(Unit.id))
    ]


def _district_path(session: Session, area_code: str | None) -> str | None:
    area = session.get(Area, area_code) if area_code else None
    if area is None or area.level == "city":
        return None
    city, district = [part for part in area.path.split("/") if part][:2]
    return f"/{city}/{district}/"
