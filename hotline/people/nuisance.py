"""Abuse of the line by a number (handbook 3.11): warnings are counted, a restriction needs a reason, an approver and an end.

A restriction is proposed by an agent and holds once a shift leader, another person, approved it. It is shown to whoever
answers; nobody is cut off by a machine. The figures are handed in: the city's rules lie above this package.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel import typed
from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from hotline.people import notices
from hotline.people.models import Citizen, NuisanceMark
from hotline.people.permissions import Role

LONGEST_REASON = 500


class Kind(StrEnum):
    """The two steps against abuse."""

    WARNING = "warning"
    RESTRICTION = "restriction"


class Step(StrEnum):
    """Where a mark stands at a moment."""

    GIVEN = "given"
    PROPOSED = "proposed"
    IN_FORCE = "in_force"
    REFUSED = "refused"
    LIFTED = "lifted"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Rules:
    """The city's figures: warnings before a restriction, how long a warning counts, how long a restriction may last."""

    warnings: int
    memory: timedelta
    longest: timedelta


@dataclass(frozen=True)
class Status:
    """What whoever answers should know: warnings that still count, what is proposed, what holds, and everything so far."""

    warnings: int
    proposed: NuisanceMark | None
    restriction: NuisanceMark | None
    marks: Sequence[NuisanceMark]


def warn(uow: UnitOfWork, citizen_id: int, reason: str) -> NuisanceMark:
    """Put down that the caller was warned. Raises Invalid without a reason, NotFound."""
    return _mark(uow, citizen_id, Kind.WARNING, reason)


def propose(uow: UnitOfWork, citizen_id: int, reason: str, *, expires_at: datetime, rules: Rules) -> NuisanceMark:
    """Propose a restriction until `expires_at`; the shift leaders are told.

    Raises Invalid for reason or end, Conflict before enough warnings or while another is proposed or in force.
    """
    _lock(uow, citizen_id)
    known = status(uow.session, citizen_id, uow.now, rules)
    if known.warnings < rules.warnings:
        raise Conflict("too few warnings", reason="too-few-warnings", warnings=known.warnings, needed=rules.warnings)
    if known.proposed is not None or known.restriction is not None:
        raise Conflict("restricted already", reason="restricted")
    if expires_at <= uow.now:
        raise Invalid("expires_at", "past")
    if expires_at > uow.now + rules.longest:
        raise Invalid("expires_at", "too-many-days", days=rules.longest.days)
    mark = _mark(uow, citizen_id, Kind.RESTRICTION, reason)
    mark.expires_at = expires_at
    notices.notify_role(uow, Role.SHIFT_LEADER, "nuisance-proposed", dedup_key=f"nuisance:{mark.id}")
    return mark


def approve(uow: UnitOfWork, citizen_id: int) -> NuisanceMark:
    """Let the proposed restriction hold. Raises Conflict when none is proposed, Forbidden to whoever proposed it."""
    mark = _proposed(uow, citizen_id)
    if mark.by_id == uow.actor.officer_id:
        raise Forbidden("an own proposal", reason="own-proposal")
    mark.approved_by_id, mark.approved_at = uow.actor.officer_id, uow.now
    return mark


def refuse(uow: UnitOfWork, citizen_id: int) -> NuisanceMark:
    """Turn the proposed restriction down. Raises Conflict when none is proposed."""
    mark = _proposed(uow, citizen_id)
    mark.refused_at = uow.now
    return mark


def lift(uow: UnitOfWork, citizen_id: int) -> NuisanceMark:
    """End a restriction before its time. Raises Conflict when none holds."""
    mark = _standing(uow, citizen_id, Step.IN_FORCE)
    if mark is None:
        raise Conflict("nothing to lift", reason="not-restricted")
    mark.lifted_at = uow.now
    return mark


def status(session: Session, citizen_id: int, now: datetime, rules: Rules) -> Status:
    """Where the number stands. Raises NotFound for an unknown citizen."""
    if session.get(Citizen, citizen_id) is None:
        raise NotFound("citizen", thing="citizen", id=citizen_id)
    marks = _marks(session, citizen_id)
    since = now - rules.memory
    stands = {step(mark, now): mark for mark in marks if mark.kind == Kind.RESTRICTION}
    warnings = sum(mark.kind == Kind.WARNING and mark.at > since for mark in marks)
    return Status(warnings, stands.get(Step.PROPOSED), stands.get(Step.IN_FORCE), marks)


def proposals(session: Session, now: datetime) -> list[NuisanceMark]:
    """Restrictions that wait for a shift leader, the oldest first."""
    undecided = NuisanceMark.approved_at.is_(None), NuisanceMark.refused_at.is_(None), NuisanceMark.expires_at > now
    query = select(NuisanceMark).where(NuisanceMark.kind == Kind.RESTRICTION, *undecided)
    return list(session.scalars(query.order_by(NuisanceMark.id)))


def step(mark: NuisanceMark, now: datetime) -> Step:
    """Where a mark stands at that moment; a proposal nobody decided is over with the time it asked for."""
    if mark.kind == Kind.WARNING:
        return Step.GIVEN
    if mark.refused_at is not None:
        return Step.REFUSED
    if mark.lifted_at is not None:
        return Step.LIFTED
    if mark.expires_at is not None and mark.expires_at <= now:
        return Step.EXPIRED
    return Step.PROPOSED if mark.approved_at is None else Step.IN_FORCE


def _mark(uow: UnitOfWork, citizen_id: int, kind: Kind, reason: str) -> NuisanceMark:
    _lock(uow, citizen_id)
    words = typed.needed("reason", reason, LONGEST_REASON)
    mark = NuisanceMark(citizen_id=citizen_id, kind=kind.value, reason=words, at=uow.now, by_id=uow.actor.officer_id)
    uow.session.add(mark)
    uow.session.flush()
    return mark


def _proposed(uow: UnitOfWork, citizen_id: int) -> NuisanceMark:
    mark = _standing(uow, citizen_id, Step.PROPOSED)
    if mark is None:
        raise Conflict("nothing is proposed", reason="nothing-asked")
    return mark


def _standing(uow: UnitOfWork, citizen_id: int, wanted: Step) -> NuisanceMark | None:
    _lock(uow, citizen_id)
    return next((mark for mark in _marks(uow.session, citizen_id) if step(mark, uow.now) is wanted), None)


def _lock(uow: UnitOfWork, citizen_id: int) -> None:
    # Two who decide at once: the second waits and finds the first one's decision.
    if uow.session.scalar(select(Citizen.id).where(Citizen.id == citizen_id).with_for_update()) is None:
        raise NotFound("citizen", thing="citizen", id=citizen_id)


def _marks(session: Session, citizen_id: int) -> list[NuisanceMark]:
    query = select(NuisanceMark).where(NuisanceMark.citizen_id == citizen_id)
    return list(session.scalars(query.order_by(NuisanceMark.id.desc())))
