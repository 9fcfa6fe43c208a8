"""Moves sent with a key: the same key again moves nothing more. Called by whoever takes moves from outside, before the move.

The schedule lets old keys go.
"""

from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict
from hotline.tickets.models import MoveKey


def is_first(uow: UnitOfWork, key: str | None, *, thing: str, thing_id: int, action: str) -> bool:
    """Whether this sending is the first of its key, which is kept with the move. Without a key every sending is.

    A second one at the same moment waits for the first. Raises Conflict when the key was another move's.
    """
    if key is None:
        return True
    values = {"key": key, "thing": thing, "thing_id": thing_id, "action": action, "at": uow.now}
    fresh = insert(MoveKey).values(**values).on_conflict_do_nothing().returning(MoveKey.key)
    if uow.session.scalar(fresh) is not None:
        return True
    earlier = uow.session.get_one(MoveKey, key)
    if (earlier.thing, earlier.thing_id, earlier.action) != (thing, thing_id, action):
        raise Conflict("key of another move", reason="key-reused", thing=thing)
    return False


def forget(uow: UnitOfWork, older_than: timedelta) -> int:
    """Drop the keys of moves longer ago than that. Returns how many; two runs at once share the work."""
    old = delete(MoveKey).where(MoveKey.at < uow.now - older_than)
    return len(uow.session.scalars(old.returning(MoveKey.key)).all())
