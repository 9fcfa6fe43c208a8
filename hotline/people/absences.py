"""Leave: an officer is away, a stand-in holds their roles beside the own ones while it lasts. Read by `web.auth`."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Invalid, NotFound
from hotline.people import officers
from hotline.people.events import OfficerChanged
from hotline.people.models import Absence, Membership, Officer


class AbsenceOverlaps(Conflict):
    """`details` has `reason`: the officer is away already, or the stand-in is away themselves."""

    code = "absence-overlaps"


def enter(uow: UnitOfWork, *, officer_id: int, stand_in_id: int, starts_at: datetime, ends_at: datetime) -> Absence:
    """Enter a leave. Raises Invalid for an end before the start or a stand-in for oneself, AbsenceOverlaps, NotFound."""
    if stand_in_id == officer_id:
        raise Invalid("stand_in_id", "itself")
    if ends_at <= starts_at or ends_at <= uow.now:
        raise Invalid("ends_at", "not-after-start")
    # Both rows are held, so that two leaves entered at once see each other.
    for one in sorted((officer_id, stand_in_id)):
        officers.get(uow.session, one)
        uow.session.execute(select(Officer.id).where(Officer.id == one).with_for_update())
    if _away(uow.session, officer_id, starts_at, ends_at):
        raise AbsenceOverlaps("away already", reason="officer-away")
    if _away(uow.session, stand_in_id, starts_at, ends_at):
        raise AbsenceOverlaps("stand-in away", reason="stand-in-away")
    absence = Absence(
        officer_id=officer_id,
        stand_in_id=stand_in_id,
        starts_at=starts_at,
        ends_at=ends_at,
        entered_by_id=uow.actor.officer_id,
    )
    uow.session.add(absence)
    uow.session.flush()
    uow.record(OfficerChanged(officer_id=officer_id, what="absence"))
    return absence


def end(uow: UnitOfWork, absence: Absence) -> None:
    """The officer is back, or never went: the stand-in holds nothing more of theirs from now on. Safe to call twice."""
    if absence.starts_at >= uow.now:
        uow.session.delete(absence)
    else:
        absence.ends_at = min(absence.ends_at, uow.now)
    uow.session.flush()
    uow.record(OfficerChanged(officer_id=absence.officer_id, what="absence"))


def get(session: Session, absence_id: int) -> Absence:
    """The leave. Raises NotFound."""
    absence = session.get(Absence, absence_id)
    if absence is None:
        raise NotFound("absence", thing="absence", id=absence_id)
    return absence


def listed(session: Session, now: datetime) -> list[Absence]:
    """Leaves that last or are to come, the next to begin first."""
    return list(session.scalars(select(Absence).where(Absence.ends_at > now).order_by(Absence.starts_at, Absence.id)))


def lent_to(session: Session, officer_id: int, now: datetime) -> list[Membership]:
    """The memberships that others who are away have left to this officer for now. None is lent on."""
    query = (
        select(Membership)
        .join(Absence, Absence.officer_id == Membership.officer_id)
        .where(Absence.stand_in_id == officer_id, Absence.starts_at <= now, Absence.ends_at > now)
    )
    return list(session.scalars(query))


def standing_in(session: Session, officer_ids: Collection[int], now: datetime) -> Mapping[int, Collection[int]]:
    """Who stands in now for those of the officers who are away, by the one who is away."""
    away = Absence.officer_id.in_(officer_ids), Absence.starts_at <= now, Absence.ends_at > now
    found: dict[int, set[int]] = {}
    for officer_id, stand_in_id in session.execute(select(Absence.officer_id, Absence.stand_in_id).where(*away)):
        found.setdefault(officer_id, set()).add(stand_in_id)
    return found


def _away(session: Session, officer_id: int, starts_at: datetime, ends_at: datetime) -> bool:
    query = select(Absence.id).where(Absence.officer_id == officer_id, Absence.starts_at < ends_at, Absence.ends_at > starts_at)
    return session.scalar(query.limit(1)) is not None
