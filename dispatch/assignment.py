"""Proposals of units: made when a ticket opens or comes back, asked for while one is being drafted, learnt from afterwards.

What speaks for whom is gathered in `evidence`. `web/subscribers.py` lists the reactions.
"""

from dataclasses import asdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch import catalogue, categories, decisions, evidence, lessons, routing, shelf
from dispatch.classification import Guess
from dispatch.conditions import NOTHING, Circumstances
from dispatch.evidence import Matter, Ranking
from dispatch.features import Reading
from dispatch.matters import circumstances_of
from dispatch.models import Proposal
from dispatch.routing import Candidate, Objections
from hotline.intake.drafting.values import Ranked
from hotline.kernel import clock
from hotline.kernel.db import UnitOfWork
from hotline.people.models import Unit
from hotline.tickets.events import AssignmentMoved, AssignmentOpened, TicketMoved, TicketOpened
from hotline.tickets.models import Assignment, Request, Ticket
from hotline.tickets.workflow import QUEUED, RequestKind, RequestState

LEAD = "lead"
CORRECT = "correct"


def rank(
    session: Session,
    *,
    text: str,
    category_code: str | None,
    area_code: str | None,
    around: Circumstances = NOTHING,
    limit: int = 5,
) -> list[Candidate]:
    """Units for a matter, best first. Without a category the text's likely categories are followed."""
    return ranking(session, text, category_code, area_code, around, limit).candidates


def ranking(
    session: Session,
    text: str,
    category_code: str | None,
    area_code: str | None,
    around: Circumstances = NOTHING,
    limit: int = 5,
) -> Ranking:
    """Units for a matter and the categories its text may be of."""
    return evidence.rank(session, Matter(text, category_code, area_code, clock.now(), around), shelf.live(session), limit)


def classify(session: Session, text: str, limit: int = 5) -> list[Guess]:
    """Likely categories (leaves) of a text, best first."""
    return categories.classify(categories.tree_of(session), Reading(text), shelf.live(session), limit)


def rank_fields(session: Session, text: str, area_code: str | None) -> list[Ranked]:
    """Category and unit for a draft, each with the words of the text that speak for it: what `drafting` takes as its ranker."""
    found = ranking(session, text, None, area_code)
    guesses = [guess for guess in found.guesses if guess.words]
    ranked = [Ranked("category_code", guess.code, guess.confidence, guess.words) for guess in guesses]
    if not guesses:
        return ranked
    units = rank(session, text=text, category_code=guesses[0].code, area_code=area_code)
    for candidate in units:
        confidence = round(candidate.score * guesses[0].confidence, 4)
        ranked.append(Ranked("unit_id", str(candidate.unit_id), confidence, guesses[0].words))
    return ranked


def propose(uow: UnitOfWork, ticket_id: int) -> Proposal:
    """Rank units for the ticket as it stands and keep the ranking with the numbers of the catalogue and of the ranker."""
    ticket = uow.session.get_one(Ticket, ticket_id)
    found = evidence.rank(uow.session, matter_of(uow, ticket), shelf.live(uow.session))
    proposal = Proposal(
        ticket_id=ticket_id,
        ranked=[asdict(candidate) for candidate in found.candidates],
        catalogue_version=catalogue.version_at(uow.session, uow.now),
        model_number=found.model_number,
        made_at=uow.now,
    )
    uow.session.add(proposal)
    uow.session.flush()
    return proposal


def matter_of(uow: UnitOfWork, ticket: Ticket) -> Matter:
    """The ticket as a matter to rank now."""
    return Matter(
        text=f"{ticket.title}\n{ticket.body}",
        category_code=ticket.category_code,
        area_code=ticket.area_code,
        at=uow.now,
        around=circumstances_of(ticket, uow.now, uow.zone),
        objections=_objections(uow.session, ticket.id),
        ticket_id=ticket.id,
    )


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
    decisions.keep(uow, event, proposal, candidates_of(proposal) if proposal else [])
    if proposal is None or proposal.chosen_unit_id is not None:
        return
    proposal.chosen_unit_id, proposal.chosen_at, proposal.chosen_by = event.unit_id, uow.now, uow.actor.officer_id


def note_return(uow: UnitOfWork, event: AssignmentMoved) -> None:
    """Within-reaction: a granted return counts against the unit for tickets like this one from now on."""
    lessons.note(uow, event)


def latest(session: Session, ticket_id: int) -> Proposal | None:
    """The newest proposal of a ticket."""
    query = select(Proposal).where(Proposal.ticket_id == ticket_id)
    return session.scalars(query.order_by(Proposal.id.desc()).limit(1)).one_or_none()


def candidates_of(proposal: Proposal) -> list[Candidate]:
    """The ranking a proposal kept."""
    return [_restored(raw) for raw in proposal.ranked]


def _objections(session: Session, ticket_id: int) -> Objections:
    granted = Request.kind == RequestKind.RETURN, Request.state == RequestState.GRANTED, Request.ticket_id == ticket_id
    query = select(Assignment.unit_id, Request.data).join(Assignment, Assignment.id == Request.assignment_id).where(*granted)
    rows = session.execute(query).all()
    wanted = {int(data["competent_unit_id"]) for _, data in rows if data.get("competent_unit_id")}
    named = session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(wanted), Unit.active).order_by(Unit.id))
    return Objections(frozenset(unit_id for unit_id, _ in rows), tuple((unit_id, name) for unit_id, name in named))


def _restored(raw: dict[str, Any]) -> Candidate:
    reasons = tuple(routing.Reason(**reason) for reason in raw["reasons"])
    return Candidate(**{**raw, "reasons": reasons, "assist_ids": tuple(raw["assist_ids"])})
