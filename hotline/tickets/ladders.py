"""Who signs inside a unit before its papers leave (单位内审, 签发): ladders as data, and climbing one. By default none, but for
the reply of a redo, which goes one level higher (`redo.signed_by` of the rules).

Asked by `requests` for each paper; put and listed by the administrator's pages.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Forbidden, Invalid, NotFound
from hotline.people import units
from hotline.people.models import Membership, Officer, Unit
from hotline.tickets.models import ApprovalLadder, Assignment, Request, Ticket
from hotline.tickets.rules import rules_of
from hotline.tickets.workflow import HEADS, RequestKind

LEAD = "lead"


def steps(session: Session, unit: Unit, *, important: bool, kind: RequestKind) -> list[str]:
    """The roles that sign such a paper of this unit, in order; the most specific row holds, no row means none.

    A row of the unit goes before one of its class, then one that says important or not, then one that names the kind.
    """
    query = select(ApprovalLadder).where(
        _is_or_any(ApprovalLadder.unit_id, unit.id),
        _is_or_any(ApprovalLadder.unit_class, unit.unit_class),
        _is_or_any(ApprovalLadder.important, important),
        _is_or_any(ApprovalLadder.kind, kind),
    )
    found = max(session.scalars(query), key=_particularity, default=None)
    return list(found.steps) if found else []


def of_part(session: Session, part: Assignment, kind: RequestKind, at: datetime) -> list[str]:
    """The roles that sign such a paper of this part, by the rules in force at that moment."""
    unit = session.get_one(Unit, part.unit_id)
    if kind is RequestKind.REPLY and part.role == LEAD and part.round > 1:
        return of_redo(session, unit, at)
    return steps(session, unit, important=session.get_one(Ticket, part.ticket_id).important, kind=kind)


def of_redo(session: Session, unit: Unit, at: datetime) -> list[str]:
    """The roles that sign the reply of a second round or a later one: as of an important case, at least the one of the rule.

    A role that nobody holds in the unit is not asked for, or the reply could never leave.
    """
    own = steps(session, unit, important=True, kind=RequestKind.REPLY)
    if own:
        return own
    return [role for role in rules_of(session, at).redo_signed_by if _is_held(session, unit, role)][:1]


def left(ladder: Sequence[str], roles: Collection[str]) -> list[str]:
    """What is left of a ladder for somebody who holds these roles in the unit: steps of their own are passed at once."""
    return list(ladder[_passed(ladder, 0, roles) :])


def climb(uow: UnitOfWork, request: Request, roles: Collection[str], note: str = "") -> None:
    """Pass every next step that one of these roles is for, and keep who signed it."""
    reached = _passed(request.ladder, request.step, roles)
    signed = {"officer_id": uow.actor.officer_id, "at": uow.now.isoformat(), "note": note}
    request.approvals = [*request.approvals, *({"role": role, **signed} for role in request.ladder[request.step : reached])]
    request.step = reached


def check_step(request: Request, roles: Collection[str]) -> None:
    """Raise Forbidden when the next step is for another role."""
    wanted = request.ladder[request.step]
    if wanted not in roles:
        raise Forbidden("another role signs this step", reason="other-step", role=wanted)


def put(
    uow: UnitOfWork,
    *,
    unit_id: int | None,
    unit_class: str | None,
    important: bool | None,
    kind: RequestKind | None,
    steps: Sequence[str],
) -> ApprovalLadder:
    """Set the ladder of a unit, a class or all; no steps switch it off there. What climbs already keeps its ladder.

    Raises Invalid for a role that signs nothing, one that stands twice, or a unit and a class at once.
    """
    _check(uow.session, unit_id, unit_class, steps)
    columns = (ApprovalLadder.unit_id, ApprovalLadder.unit_class, ApprovalLadder.important, ApprovalLadder.kind)
    same = [_is(column, value) for column, value in zip(columns, (unit_id, unit_class, important, kind), strict=True)]
    row = uow.session.scalars(select(ApprovalLadder).where(*same)).one_or_none()
    if row is None:
        row = ApprovalLadder(unit_id=unit_id, unit_class=unit_class, important=important, kind=kind, steps=[])
        uow.session.add(row)
    row.steps = list(steps)
    uow.session.flush()
    return row


def remove(uow: UnitOfWork, ladder_id: int) -> None:
    """Take a row away, so that the next less specific one holds. Raises NotFound."""
    row = uow.session.get(ApprovalLadder, ladder_id)
    if row is None:
        raise NotFound("ladder", thing="ladder", id=ladder_id)
    uow.session.delete(row)
    uow.session.flush()


def listed(session: Session) -> list[ApprovalLadder]:
    """All rows, the most specific first."""
    return sorted(session.scalars(select(ApprovalLadder).order_by(ApprovalLadder.id)), key=_particularity, reverse=True)


def _is_held(session: Session, unit: Unit, role: str) -> bool:
    query = select(Membership.id).join(Officer, Officer.id == Membership.officer_id)
    held = query.where(Membership.unit_id == unit.id, Membership.role == role, Officer.active).limit(1)
    return session.scalar(held) is not None


def _check(session: Session, unit_id: int | None, unit_class: str | None, steps: Sequence[str]) -> None:
    if unit_id is not None:
        units.get(session, unit_id)
        if unit_class is not None:
            raise Invalid("unit_class", "unit-or-class")
    if set(steps) - HEADS:
        raise Invalid("steps", "unknown-role", known=sorted(HEADS))
    if len(set(steps)) < len(steps):
        raise Invalid("steps", "twice")


def _passed(ladder: Sequence[str], step: int, roles: Collection[str]) -> int:
    while step < len(ladder) and ladder[step] in roles:
        step += 1
    return step


def _particularity(row: ApprovalLadder) -> tuple[bool, ...]:
    return tuple(value is not None for value in (row.unit_id, row.unit_class, row.important, row.kind))


def _is_or_any(column: Any, value: object) -> ColumnElement[bool]:  # a column of whichever type
    return or_(column == value, column.is_(None))


def _is(column: Any, value: object) -> ColumnElement[bool]:  # a column of whichever type
    found: ColumnElement[bool] = column.is_(None) if value is None else column == value
    return found
