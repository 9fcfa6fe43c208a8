"""Trained rankers as versions: added, switched on, switched back. Switches are rows that are only ever added to.

A ranker worse than the live one, on the same tickets that neither was measured to please, is refused unless somebody says why.
"""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch import citymodel, shelf
from dispatch.models import RankerModel, RankerSwitch
from dispatch.training import Trained
from hotline.kernel.db import UnitOfWork, data_dir_of
from hotline.kernel.errors import Conflict, Invalid, NotFound

SWITCH, ROLLBACK = "switch", "rollback"


def add(uow: UnitOfWork, trained: Trained, note: str = "") -> RankerModel:
    """Keep a trained ranker with its file; it ranks nothing before it is switched on."""
    folder = data_dir_of(uow.session)
    if folder is None:
        raise Conflict("no folder for its file", reason="no-data-folder")
    number = (uow.session.scalar(select(func.max(RankerModel.number))) or 0) + 1
    row = RankerModel(
        number=number,
        trained_at=uow.now,
        tickets=trained.tickets,
        since=trained.since,
        until=trained.until,
        sha256=shelf.keep(folder, citymodel.to_bytes(trained.model)),
        metrics=dict(trained.metrics),
        note=note,
        by_id=uow.actor.officer_id,
    )
    uow.session.add(row)
    uow.session.flush()
    return row


def get(session: Session, number: int) -> RankerModel:
    """A ranker. Raises NotFound."""
    found = session.get(RankerModel, number)
    if found is None:
        raise NotFound("ranker", thing="ranker", id=number)
    return found


def listed(session: Session) -> Sequence[RankerModel]:
    """All rankers, the newest first."""
    return session.scalars(select(RankerModel).order_by(RankerModel.number.desc())).all()


def switches(session: Session) -> Sequence[RankerSwitch]:
    """What was switched when, the newest first."""
    return session.scalars(select(RankerSwitch).order_by(RankerSwitch.id.desc())).all()


def switch(uow: UnitOfWork, number: int, note: str = "") -> RankerSwitch:
    """Let a ranker rank from now on. Raises Conflict when it is worse than what ranks now, or cannot be used."""
    row = get(uow.session, number)
    bar = bar_of(uow.session, row)
    if row.metrics.get("top1", 0.0) < bar:
        raise Conflict("worse than what ranks now", reason="worse-ranker", number=number, top1=row.metrics["top1"], live=bar)
    return _switched(uow, row, note)


def switch_anyway(uow: UnitOfWork, number: int, note: str) -> RankerSwitch:
    """The same for one that is worse. Raises Invalid without a note that says why."""
    if not note.strip():
        raise Invalid("note", "required")
    return _switched(uow, get(uow.session, number), note)


def rollback(uow: UnitOfWork, note: str = "") -> RankerSwitch:
    """Go back to what ranked before the live one; to the rules alone when there was none. Raises Conflict when none is live."""
    number = shelf.live_number(uow.session)
    if number is None:
        raise Conflict("no ranker is live", reason="no-live-ranker")
    return _add(uow, _before(uow.session, number), ROLLBACK, note)


def bar_of(session: Session, row: RankerModel) -> float:
    """What a ranker must reach: the live one on the same tickets, if one is live and another, else the rules alone."""
    live = shelf.live_number(session)
    if live is None or live == row.number:
        return float(row.metrics.get("rules_top1", 0.0))
    return float(row.metrics.get("live_top1", get(session, live).metrics.get("top1", 0.0)))


def _switched(uow: UnitOfWork, row: RankerModel, note: str) -> RankerSwitch:
    if shelf.live_number(uow.session) == row.number:
        raise Conflict("it ranks already", reason="live-already", number=row.number)
    shelf.check_usable(uow.session, row)
    return _add(uow, row.number, SWITCH, note)


def _add(uow: UnitOfWork, number: int | None, action: str, note: str) -> RankerSwitch:
    made = RankerSwitch(model_number=number, action=action, note=note, at=uow.now, by_id=uow.actor.officer_id)
    uow.session.add(made)
    uow.session.flush()
    return made


def _before(session: Session, number: int) -> int | None:
    """What was live before the live one was switched on, so that going back twice goes back two steps."""
    trail = list[int | None]()
    for one in reversed(switches(session)):
        if one.action == ROLLBACK and trail:
            trail.pop()
        elif one.action == SWITCH:
            trail.append(one.model_number)
    return trail[-2] if len(trail) > 1 and trail[-1] == number else None
