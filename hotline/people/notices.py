"""The inbox inside the house: notices to a unit, to a role or to one officer. Words come from the catalogue by code.

A notice to a unit or a role is one row: who reads it first has read it for all of them.
"""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, false, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.scope import Scope
from hotline.people.events import NoticeSent
from hotline.people.models import Notice

Condition = ColumnElement[bool]
Args = Mapping[str, str | int | None]
"""What the words of the code name; ticket numbers and unit names, no data of citizens."""


def notify_unit(
    uow: UnitOfWork, unit_id: int, code: str, *, dedup_key: str, args: Args | None = None, ticket_id: int | None = None
) -> None:
    """Tell a unit. The same `dedup_key` twice is one notice."""
    _notify(uow, {"unit_id": unit_id}, code=code, args=args, ticket_id=ticket_id, dedup_key=dedup_key)


def notify_role(
    uow: UnitOfWork, role: str, code: str, *, dedup_key: str, args: Args | None = None, ticket_id: int | None = None
) -> None:
    """Tell whoever holds the role. The same `dedup_key` twice is one notice."""
    _notify(uow, {"role": role}, code=code, args=args, ticket_id=ticket_id, dedup_key=dedup_key)


def notify_officer(
    uow: UnitOfWork, officer_id: int, code: str, *, dedup_key: str, args: Args | None = None, ticket_id: int | None = None
) -> None:
    """Tell one officer. The same `dedup_key` twice is one notice."""
    _notify(uow, {"officer_id": officer_id}, code=code, args=args, ticket_id=ticket_id, dedup_key=dedup_key)


def inbox(
    session: Session, scope: Scope, *, among: Condition | None = None, before_id: int | None = None, limit: int = 50
) -> list[Notice]:
    """The notices of this officer, newest first; older than `before_id` for the next page.

    `among` narrows them to what is still theirs to know: tickets lie above this package.
    """
    query = select(Notice).where(_mine(scope), *_given(among))
    if before_id is not None:
        query = query.where(Notice.id < before_id)
    return list(session.scalars(query.order_by(Notice.id.desc()).limit(limit)))


def unread_count(session: Session, scope: Scope, *, among: Condition | None = None) -> int:
    """How many notices wait for this officer: the number on the badge. `among` as of `inbox`."""
    query = select(func.count()).select_from(Notice).where(_mine(scope), Notice.read_at.is_(None), *_given(among))
    return session.scalar(query) or 0


def mark_read(uow: UnitOfWork, scope: Scope, notice_ids: Collection[int]) -> int:
    """Mark notices of this officer as read; those of others are left alone. Returns how many still wait."""
    query = update(Notice).where(_mine(scope), Notice.id.in_(notice_ids), Notice.read_at.is_(None))
    uow.session.execute(query.values(read_at=uow.now))
    return unread_count(uow.session, scope)


def mark_all_read(uow: UnitOfWork, scope: Scope) -> None:
    """Mark every notice of this officer as read."""
    uow.session.execute(update(Notice).where(_mine(scope), Notice.read_at.is_(None)).values(read_at=uow.now))


def _notify(
    uow: UnitOfWork,
    to: Mapping[str, Any],  # one column of Notice and its value
    *,
    code: str,
    args: Args | None,
    ticket_id: int | None,
    dedup_key: str,
) -> None:
    statement = insert(Notice).values(
        **to, code=code, args=dict(args or {}), ticket_id=ticket_id, dedup_key=dedup_key, at=uow.now
    )
    fresh = statement.on_conflict_do_nothing(index_elements=[Notice.dedup_key]).returning(Notice.id)
    notice_id = uow.session.scalar(fresh)
    if notice_id is not None:
        receiver = {"unit_id": None, "officer_id": None, "role": None, **to}
        uow.record(NoticeSent(notice_id=notice_id, code=code, ticket_id=ticket_id, **receiver))


def _given(among: Condition | None) -> tuple[Condition, ...]:
    return () if among is None else (among,)


def _mine(scope: Scope) -> ColumnElement[bool]:
    if scope.officer_id is None:
        return false()
    return or_(
        Notice.officer_id == scope.officer_id,
        Notice.unit_id.in_(scope.member_unit_ids),
        Notice.role.in_(scope.roles),
    )
