"""What announcements, wordings and phone entries said at each save: kept by their use cases, read for their history."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from knowledge_base.noticeboard import NoticeboardVersion


class Thing(StrEnum):
    """The three kinds beside articles."""

    ANNOUNCEMENT = "announcement"
    WORDING = "wording"
    PHONE_ENTRY = "phone_entry"


def keep(uow: UnitOfWork, thing: Thing, thing_id: int, content: Mapping[str, Any]) -> None:  # the fields of whichever thing
    """Keep what a thing says from now on; whoever saves it holds its row."""
    mine = NoticeboardVersion.thing == thing.value, NoticeboardVersion.thing_id == thing_id
    number = 1 + (uow.session.scalar(select(func.max(NoticeboardVersion.number)).where(*mine)) or 0)
    said = NoticeboardVersion(
        thing=thing.value,
        thing_id=thing_id,
        number=number,
        content=plain(content),
        at=uow.now,
        officer_id=uow.actor.officer_id,
    )
    uow.session.add(said)
    uow.session.flush()


def history(session: Session, thing: Thing, thing_id: int) -> list[NoticeboardVersion]:
    """All that a thing said, newest first."""
    mine = NoticeboardVersion.thing == thing.value, NoticeboardVersion.thing_id == thing_id
    return list(session.scalars(select(NoticeboardVersion).where(*mine).order_by(NoticeboardVersion.number.desc())))


def plain(content: Mapping[str, Any]) -> dict[str, Any]:  # as in `keep`
    """The content as values that JSON knows."""
    return {name: _plain(value) for name, value in content.items()}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
