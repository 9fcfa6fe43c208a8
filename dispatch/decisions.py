"""Every dispatch as a decision: by which catalogue and ranker, whom they proposed at which rank, who was chosen and by whom.

Written by `assignment.note_choice`, after the guards ran; sampled ones are judged by people. `quality` counts them.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch import catalogue, guards
from dispatch.models import DispatchDecision, Proposal
from dispatch.routing import Candidate
from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, NotFound
from hotline.tickets.events import AssignmentOpened
from hotline.tickets.models import Assignment


def keep(uow: UnitOfWork, event: AssignmentOpened, proposal: Proposal | None, ranked: Sequence[Candidate]) -> DispatchDecision:
    """Write down who got the ticket beside what was proposed."""
    part = uow.session.get_one(Assignment, event.assignment_id)
    places = [one.unit_id for one in ranked]
    rank = places.index(event.unit_id) if event.unit_id in places else None
    decision = DispatchDecision(
        assignment_id=part.id,
        ticket_id=part.ticket_id,
        proposal_id=proposal.id if proposal else None,
        catalogue_version=proposal.catalogue_version if proposal else catalogue.version_at(uow.session, uow.now),
        model_number=proposal.model_number if proposal else None,
        unit_id=event.unit_id,
        rank=None if rank is None else rank + 1,
        probability=None if rank is None else ranked[rank].probability,
        overrides=guards.overridden(uow, part),
        at=uow.now,
        by_id=uow.actor.officer_id,
    )
    uow.session.add(decision)
    uow.session.flush()
    return decision


def newest(session: Session, ticket_id: int) -> DispatchDecision | None:
    """The last dispatch of a ticket."""
    query = select(DispatchDecision).where(DispatchDecision.ticket_id == ticket_id)
    return session.scalars(query.order_by(DispatchDecision.id.desc()).limit(1)).one_or_none()


def samples(session: Session, after_id: int = 0, limit: int = 30) -> list[DispatchDecision]:
    """Sampled automatic dispatches that nobody has looked at, the oldest first."""
    open_ones = DispatchDecision.sampled, DispatchDecision.checked_at.is_(None), DispatchDecision.id > after_id
    return list(session.scalars(select(DispatchDecision).where(*open_ones).order_by(DispatchDecision.id).limit(limit)))


def judge(uow: UnitOfWork, decision_id: int, *, right: bool) -> DispatchDecision:
    """Say whether a sampled dispatch was right. Raises NotFound for one that is no sample, Conflict when it was judged."""
    decision = uow.session.get(DispatchDecision, decision_id, with_for_update=True)
    if decision is None or not decision.sampled:
        raise NotFound("sample", thing="sample", id=decision_id)
    if decision.checked_at is not None:
        raise Conflict("judged already", reason="checked")
    decision.right, decision.checked_at, decision.checked_by_id = right, uow.now, uow.actor.officer_id
    return decision
