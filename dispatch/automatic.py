"""Automatic dispatch: tickets that the live ranker is sure of go out by themselves, where the administrator allows it.

Never confidential ones, reports, urgent ones, ones that complain of a unit or belong to an incident; never against a guard. A
part of them, chosen by a hash so that it can be proven, is shown to people afterwards. Runs by the clock.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from dispatch import assignment, calibration, catalogue, decisions, guards, shelf
from dispatch.catalogue_rules import CatalogueRules
from dispatch.guards import GuardedMatter
from dispatch.models import Proposal, RankerModel
from dispatch.ranking_rules import AutomaticRules
from dispatch.routing import Candidate
from hotline.insight.models import IncidentTicket
from hotline.kernel.db import Database, UnitOfWork
from hotline.kernel.errors import HotlineError
from hotline.tickets import tickets
from hotline.tickets.models import Ticket
from hotline.tickets.workflow import BAD_MARK, SYSTEM, Secrecy, State

NEVER = ("report", BAD_MARK)
PLAIN = "normal"
BATCH = 200
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Terms:
    """The city's rules that automatic dispatch goes by."""

    automatic: AutomaticRules
    guards: CatalogueRules


def threshold(metrics: Mapping[str, Any], precision: float) -> float | None:
    """The probability from which first units were right so often on tickets kept back; None when none was."""
    pairs = metrics.get("sure") or []
    if not pairs:
        return None
    said, hits = np.array([pair[0] for pair in pairs]), np.array([bool(pair[1]) for pair in pairs])
    return calibration.coverage_at(said, hits, precision)[1]


def live_threshold(session: Session, rules: AutomaticRules) -> float | None:
    """The same for the live ranker."""
    number = shelf.live_number(session)
    row = None if number is None else session.get(RankerModel, number)
    return None if row is None else threshold(row.metrics, rules.precision)


def would_go(session: Session, ranked: Sequence[Candidate], category_code: str | None, rules: AutomaticRules) -> bool:
    """Whether a matter ranked so may go out by itself, as far as category and probability say."""
    bar = live_threshold(session, rules)
    if not rules.allowed or bar is None or not ranked or category_code is None:
        return False
    lineage = {category.code for category in catalogue.lineage_of(session, category_code)}
    allowed = not rules.categories or not lineage.isdisjoint(rules.categories)
    return allowed and (ranked[0].probability or 0.0) >= bar


def dispatch_due(database: Database, terms: Terms) -> int:
    """Send out what may go, a transaction each; returns how many went. Safe to run twice at once."""
    if not terms.automatic.allowed:
        return 0
    with database.read() as session:
        waiting = list(session.scalars(_waiting().limit(BATCH)))
    return sum(_sent(database, ticket_id, terms) for ticket_id in waiting)


def is_sampled(ticket_id: int, share: float) -> bool:
    """Whether people look at the dispatch of this ticket."""
    return int.from_bytes(sha256(f"dispatch:{ticket_id}".encode()).digest()[:8]) < share * 2**64


def _sent(database: Database, ticket_id: int, terms: Terms) -> bool:
    try:
        with database.work() as uow:
            return _send(uow, ticket_id, terms)
    except HotlineError as refused:  # a person will see to it: the ticket simply stays
        log.info("ticket %s stays for a person: %s", ticket_id, refused.code)
        return False


def _send(uow: UnitOfWork, ticket_id: int, terms: Terms) -> bool:
    query = _waiting().where(Ticket.id == ticket_id).with_for_update(skip_locked=True, of=Ticket)
    if uow.session.scalars(query).one_or_none() is None:
        return False
    ticket, proposal = uow.session.get_one(Ticket, ticket_id), assignment.latest(uow.session, ticket_id)
    ranked = assignment.candidates_of(proposal) if proposal else []
    # Probabilities of a former ranker are not this one's.
    if proposal is None or proposal.model_number != shelf.live_number(uow.session):
        return False
    if not would_go(uow.session, ranked, ticket.category_code, terms.automatic):
        return False
    matter = GuardedMatter(ticket.category_code, ticket.area_code)
    if guards.against(uow.session, matter, ranked[0].unit_id, uow.now, terms.guards):
        return False
    given = {"unit_id": ranked[0].unit_id, "assist_unit_ids": list(ranked[0].assist_ids)}
    tickets.move(uow, ticket_id, "dispatch", roles=[SYSTEM], given=given)
    _mark(uow, ticket_id, terms.automatic.sample_share)
    return True


def _mark(uow: UnitOfWork, ticket_id: int, share: float) -> None:
    decision = decisions.newest(uow.session, ticket_id)
    if decision is not None:
        decision.automatic, decision.sampled = True, is_sampled(ticket_id, share)


def _waiting() -> Any:  # a select of ticket ids
    known = Proposal.ticket_id == Ticket.id, Proposal.model_number.is_not(None)
    return (
        select(Ticket.id)
        .where(
            Ticket.state == State.PENDING,
            Ticket.dispatch_count == 0,
            Ticket.secrecy == Secrecy.NORMAL,
            Ticket.type.not_in(NEVER),
            Ticket.urgency == PLAIN,
            Ticket.complained_unit_id.is_(None),
            exists().where(*known),
            ~exists().where(IncidentTicket.ticket_id == Ticket.id),
        )
        .order_by(Ticket.id.desc())
    )
