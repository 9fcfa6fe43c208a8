"""Abuse of the line over HTTP: where a caller stands, warnings and proposals by agents, decisions by shift leaders."""

from collections.abc import Callable, Iterable
from datetime import datetime

from apiflask import APIBlueprint
from sqlalchemy.orm import Session

from hotline.kernel import clock
from hotline.kernel.db import UnitOfWork
from hotline.people import nuisance
from hotline.people.citizens import mask_phone
from hotline.people.models import Citizen
from hotline.people.models import NuisanceMark as MarkRow
from hotline.people.nuisance import Rules, Status
from hotline.people.permissions import CONTACT_ROLES, Role
from hotline.tickets import replays
from hotline.tickets.rules import rules_of
from web.api import present
from web.api.calls import AGENTS
from web.api.schemas.base import Page
from web.api.schemas.relations import NuisanceMark, NuisanceProposal, NuisanceStatus, Restricted, Warned
from web.auth import allowed
from web.idempotency import once
from web.requests import reading, scope, takes, working

api = APIBlueprint("nuisance", __name__, url_prefix="/api/v1", tag="Nuisance")

READERS = tuple(sorted(CONTACT_ROLES))
DECIDERS = (Role.SHIFT_LEADER.value,)


@api.get("/citizens/<int:citizen_id>/nuisance")
@api.output(NuisanceStatus)
@allowed(*READERS)
def show_nuisance(citizen_id: int) -> NuisanceStatus:
    """Warnings that count, a restriction proposed or in force, and what the reader may do about it."""
    with reading() as session:
        return _shown(session, citizen_id, clock.now())


@api.post("/citizens/<int:citizen_id>/nuisance/warn")
@takes(api, Warned)
@api.output(NuisanceStatus)
@allowed(*AGENTS)
def warn(citizen_id: int, body: Warned) -> NuisanceStatus:
    """Put down that the caller was warned; with the same Idempotency-Key once."""
    with working() as uow:
        if replays.is_first(uow, once(), thing="citizen", thing_id=citizen_id, action="warn"):
            nuisance.warn(uow, citizen_id, body.reason)
        return _shown(uow.session, citizen_id, uow.now)


@api.post("/citizens/<int:citizen_id>/nuisance/restrict")
@takes(api, Restricted)
@api.output(NuisanceStatus)
@allowed(*AGENTS)
def restrict(citizen_id: int, body: Restricted) -> NuisanceStatus:
    """Propose a restriction; it holds when a shift leader approves it."""
    with working() as uow:
        nuisance.propose(uow, citizen_id, body.reason, expires_at=body.expires_at, rules=_rules(uow.session, uow.now))
        return _shown(uow.session, citizen_id, uow.now)


@api.post("/citizens/<int:citizen_id>/nuisance/approve")
@api.output(NuisanceStatus)
@allowed(*DECIDERS)
def approve(citizen_id: int) -> NuisanceStatus:
    """Let the proposed restriction hold."""
    return _decided(citizen_id, nuisance.approve)


@api.post("/citizens/<int:citizen_id>/nuisance/refuse")
@api.output(NuisanceStatus)
@allowed(*DECIDERS)
def refuse(citizen_id: int) -> NuisanceStatus:
    """Turn the proposed restriction down."""
    return _decided(citizen_id, nuisance.refuse)


@api.post("/citizens/<int:citizen_id>/nuisance/lift")
@api.output(NuisanceStatus)
@allowed(*DECIDERS)
def lift(citizen_id: int) -> NuisanceStatus:
    """End a restriction before its time."""
    return _decided(citizen_id, nuisance.lift)


@api.get("/nuisance/proposals")
@api.output(Page[NuisanceProposal])
@allowed(*DECIDERS)
def list_proposals() -> Page[NuisanceProposal]:
    """Restrictions that wait for a decision, the oldest first."""
    now = clock.now()
    with reading() as session:
        found = nuisance.proposals(session, now)
        names, rules = _names(session, found), _rules(session, now)
        return Page[NuisanceProposal](
            items=[
                NuisanceProposal(
                    citizen_id=mark.citizen_id,
                    phone=mask_phone(session.get_one(Citizen, mark.citizen_id).phone),
                    warnings=nuisance.status(session, mark.citizen_id, now, rules).warnings,
                    mark=_mark(mark, names, now),
                    own=mark.by_id == scope().officer_id,
                )
                for mark in found
            ]
        )


def _decided(citizen_id: int, decide: Callable[[UnitOfWork, int], MarkRow]) -> NuisanceStatus:
    with working() as uow:
        decide(uow, citizen_id)
        return _shown(uow.session, citizen_id, uow.now)


def _shown(session: Session, citizen_id: int, now: datetime) -> NuisanceStatus:
    rules = _rules(session, now)
    known = nuisance.status(session, citizen_id, now, rules)
    names = _names(session, known.marks)
    return NuisanceStatus(
        citizen_id=citizen_id,
        warnings=known.warnings,
        needed=rules.warnings,
        longest_days=rules.longest.days,
        proposed=_mark(known.proposed, names, now) if known.proposed else None,
        restriction=_mark(known.restriction, names, now) if known.restriction else None,
        marks=[_mark(mark, names, now) for mark in known.marks],
        actions=_actions(known, rules),
    )


def _actions(known: Status, rules: Rules) -> list[str]:
    agent, decides = scope().has(*AGENTS), scope().has(*DECIDERS)
    free = known.proposed is None and known.restriction is None
    own = known.proposed is not None and known.proposed.by_id == scope().officer_id
    may = {
        "warn": agent,
        "restrict": agent and free and known.warnings >= rules.warnings,
        "approve": decides and known.proposed is not None and not own,
        "refuse": decides and known.proposed is not None,
        "lift": decides and known.restriction is not None,
    }
    return [action for action, holds in may.items() if holds]


def _mark(mark: MarkRow, names: dict[int, str], now: datetime) -> NuisanceMark:
    return NuisanceMark(
        id=mark.id,
        kind=mark.kind,
        step=nuisance.step(mark, now).value,
        reason=mark.reason,
        at=mark.at,
        by=names.get(mark.by_id or 0, ""),
        approved_by=names.get(mark.approved_by_id or 0, ""),
        expires_at=mark.expires_at,
    )


def _names(session: Session, marks: Iterable[MarkRow]) -> dict[int, str]:
    return present.officer_names(session, [person for mark in marks for person in (mark.by_id, mark.approved_by_id)])


def _rules(session: Session, at: datetime) -> Rules:
    rules = rules_of(session, at)
    return Rules(rules.nuisance_warnings, rules.nuisance_memory, rules.nuisance_longest)
