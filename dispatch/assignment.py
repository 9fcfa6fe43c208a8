"""Proposals of units: made when a ticket opens or comes back, asked for while one is being drafted, learnt from afterwards.

Gathers the evidence from the database and hands it to `routing`. `web/subscribers.py` lists the reactions.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dispatch import catalogue, routing
from dispatch.classification import CategoryWords, Guess
from dispatch.classification import classify as classify_words
from dispatch.models import Proposal, UnitReturnMark
from dispatch.routing import Candidate, GuessedHits, HandledBy, Objections
from dispatch.rules import load_rules
from hotline.intake.drafting.values import Ranked
from hotline.kernel import clock
from hotline.kernel.db import UnitOfWork
from hotline.people.models import Area, Unit
from hotline.tickets.events import AssignmentMoved, AssignmentOpened, TicketMoved, TicketOpened
from hotline.tickets.models import Assignment, Category, Request, Ticket
from hotline.tickets.workflow import QUEUED, RequestKind, RequestState

LEAD = "lead"
CORRECT = "correct"


@dataclass(frozen=True)
class Matter:
    """What units are ranked for."""

    text: str
    category_code: str | None
    area_code: str | None
    objections: Objections = Objections()


def rank(session: Session, *, text: str, category_code: str | None, area_code: str | None, limit: int = 5) -> list[Candidate]:
    """Units for a matter, best first. Without a category the text's likely categories are followed."""
    return _rank(session, Matter(text, category_code, area_code), clock.now(), limit)


def classify(session: Session, text: str, limit: int = 5) -> list[Guess]:
    """Likely categories (leaves) of a text, best first."""
    return classify_words(text, _category_words(session), load_rules().classification, limit)


def rank_fields(session: Session, text: str, area_code: str | None) -> list[Ranked]:
    """Category and unit for a draft, each with the words of the text that speak for it: what `drafting` takes as its ranker."""
    guesses = [guess for guess in classify(session, text) if guess.words]
    ranked = [Ranked("category_code", guess.code, guess.confidence, guess.words) for guess in guesses]
    if not guesses:
        return ranked
    for candidate in rank(session, text=text, category_code=guesses[0].code, area_code=area_code):
        confidence = round(candidate.score * guesses[0].confidence, 4)
        ranked.append(Ranked("unit_id", str(candidate.unit_id), confidence, guesses[0].words))
    return ranked


def propose(uow: UnitOfWork, ticket_id: int) -> Proposal:
    """Rank units for the ticket as it stands and keep the ranking with the catalogue's version."""
    ticket = uow.session.get_one(Ticket, ticket_id)
    objections = _objections(uow.session, ticket_id)
    matter = Matter(f"{ticket.title}\n{ticket.body}", ticket.category_code, ticket.area_code, objections)
    proposal = Proposal(
        ticket_id=ticket_id,
        ranked=[asdict(candidate) for candidate in _rank(uow.session, matter, uow.now, limit=5)],
        catalogue_version=catalogue.version_at(uow.session, uow.now),
        made_at=uow.now,
    )
    uow.session.add(proposal)
    uow.session.flush()
    return proposal


def propose_opened(uow: UnitOfWork, event: TicketOpened) -> None:
    """Within-reaction: a ticket that waits for dispatch, checked or not, gets its proposal."""
    if event.state in QUEUED:
        propose(uow, event.ticket_id)


def propose_again(uow: UnitOfWork, event: TicketMoved) -> None:
    """Within-reaction: a ticket that came back gets a new proposal, which knows of the return (`note_return` runs before).

    So does one whose words or place were corrected while it waits.
    """
    if event.target in QUEUED and (event.source != event.target or event.action == CORRECT):
        propose(uow, event.ticket_id)


def note_choice(uow: UnitOfWork, event: AssignmentOpened) -> None:
    """Within-reaction: keep which unit was chosen beside what was proposed."""
    if event.role != LEAD:
        return
    proposal = latest(uow.session, event.ticket_id)
    if proposal is None or proposal.chosen_unit_id is not None:
        return
    proposal.chosen_unit_id, proposal.chosen_at, proposal.chosen_by = event.unit_id, uow.now, uow.actor.officer_id


def note_return(uow: UnitOfWork, event: AssignmentMoved) -> None:
    """Within-reaction: a granted return counts against the unit for this category from now on."""
    category_code = uow.session.get_one(Ticket, event.ticket_id).category_code
    if event.action != "grant_return" or category_code is None:
        return
    mark = insert(UnitReturnMark).values(category_code=category_code, unit_id=event.unit_id, weight=1.0, last_at=uow.now)
    counted = {"weight": UnitReturnMark.weight + 1.0, "last_at": uow.now}
    uow.session.execute(mark.on_conflict_do_update(index_elements=["category_code", "unit_id"], set_=counted))


def latest(session: Session, ticket_id: int) -> Proposal | None:
    """The newest proposal of a ticket."""
    query = select(Proposal).where(Proposal.ticket_id == ticket_id)
    return session.scalars(query.order_by(Proposal.id.desc()).limit(1)).one_or_none()


def candidates_of(proposal: Proposal) -> list[Candidate]:
    """The ranking a proposal kept."""
    return [_restored(raw) for raw in proposal.ranked]


def _rank(session: Session, matter: Matter, at: datetime, limit: int) -> list[Candidate]:
    guesses = _guesses(session, matter)
    named = [GuessedHits(guess, catalogue.candidates(session, code, matter.area_code, at)) for code, guess in guesses]
    codes = [code for code, _ in guesses]
    handled = _handled(session, codes[0], matter.area_code) if codes else []
    returns, rules = _returns(session, codes), load_rules().routing
    return routing.rank(named, handled, returns, rules, limit, objections=matter.objections)


def _guesses(session: Session, matter: Matter) -> list[tuple[str, Guess | None]]:
    """The category a person chose, if any, and the text's likely ones, which then count less."""
    rules = load_rules().routing
    guesses = classify(session, matter.text, rules.categories_tried)
    if matter.category_code is None:
        return [(guess.code, guess) for guess in guesses]
    beside = [guess for guess in guesses if guess.code != matter.category_code and guess.words]
    weighed = [replace(guess, confidence=guess.confidence * rules.beside_choice) for guess in beside]
    return [(matter.category_code, None), *((guess.code, guess) for guess in weighed)]


def _objections(session: Session, ticket_id: int) -> Objections:
    granted = Request.kind == RequestKind.RETURN, Request.state == RequestState.GRANTED, Request.ticket_id == ticket_id
    query = select(Assignment.unit_id, Request.data).join(Assignment, Assignment.id == Request.assignment_id).where(*granted)
    rows = session.execute(query).all()
    wanted = {int(data["competent_unit_id"]) for _, data in rows if data.get("competent_unit_id")}
    named = session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(wanted), Unit.active).order_by(Unit.id))
    return Objections(frozenset(unit_id for unit_id, _ in rows), tuple((unit_id, name) for unit_id, name in named))


def _category_words(session: Session) -> list[CategoryWords]:
    rows = session.scalars(select(Category).where(Category.active).order_by(Category.code)).all()
    parents = {row.parent_code for row in rows}
    return [
        CategoryWords(
            code=row.code,
            name=row.name,
            words=tuple(row.typical),
            lineage=tuple(part for part in row.path.split("/") if part and part != row.code),
            leaf=row.code not in parents and row.handling_path is None,
        )
        for row in rows
    ]


def _handled(session: Session, category_code: str, area_code: str | None) -> list[HandledBy]:
    """Who answered the newest tickets of that category, in the same district when one is known."""
    newest = select(Ticket.lead_unit_id).where(Ticket.category_code == category_code, Ticket.replied_at.is_not(None))
    district = _district_path(session, area_code)
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


def _returns(session: Session, category_codes: Sequence[str]) -> dict[int, float]:
    query = select(UnitReturnMark.unit_id, func.sum(UnitReturnMark.weight))
    rows = session.execute(query.where(UnitReturnMark.category_code.in_(category_codes)).group_by(UnitReturnMark.unit_id))
    return {unit_id: float(weight) for unit_id, weight in rows}


def _restored(raw: dict[str, Any]) -> Candidate:
    reasons = tuple(routing.Reason(**reason) for reason in raw["reasons"])
    return Candidate(**{**raw, "reasons": reasons, "assist_ids": tuple(raw["assist_ids"])})
