"""Pushes to browsers: ids and small deltas, to rooms that only the server names. Records are read over HTTP.

Every process emits through the message queue; the web process delivers. A push that fails is lost, never the record.
"""

import logging
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import socketio

from web.queue import ANSWERS_WITHIN_S

LOG = logging.getLogger("hotline.push")
CHANNEL = "hotline-push"
"""Where every process emits and the web process listens, in the broker."""

STAFF_ROOM = "staff"
"""The room of everyone who is signed in."""


def officer_room(officer_id: int) -> str:
    """The room of one officer's browsers."""
    return f"officer:{officer_id}"


def unit_room(unit_id: int) -> str:
    """The room of everyone of a unit."""
    return f"unit:{unit_id}"


def role_room(role: str) -> str:
    """The room of everyone with a role of the hotline."""
    return f"role:{role}"


def call_room(call_id: str | UUID) -> str:
    """The room of whoever listens to one call's words."""
    return f"call:{call_id}"


class Push:
    """Emits to rooms; made from the broker's URL, never from a running server."""

    def __init__(self, redis_url: str) -> None:
        waits = {"socket_connect_timeout": ANSWERS_WITHIN_S, "socket_timeout": ANSWERS_WITHIN_S}
        self._manager = socketio.RedisManager(redis_url, channel=CHANNEL, write_only=True, redis_options=waits)

    def emit(self, name: str, data: dict[str, Any], rooms: Iterable[str]) -> None:  # JSON values
        """Send to every room; trouble with the queue is logged, never raised."""
        for room in rooms:
            try:
                self._manager.emit(name, data, namespace="/", room=room)
            except (OSError, RuntimeError, ConnectionError) as error:
                LOG.warning("push %s to %s lost: %s", name, room, type(error).__name__)

    def partial(self, call_id: str | UUID, words: dict[str, Any]) -> None:  # JSON values
        """Words of a call while they are spoken, and when they are final."""
        self.emit("transcript", {"call_id": str(call_id), **words}, [call_room(call_id)])

    def hearing(self, call_id: str | UUID, state: dict[str, Any]) -> None:  # JSON values
        """How well a call is heard: started, ended, caught-up (all that waited was heard), or why words are missing
        (`asr.session.Trouble`)."""
        self.emit("hearing", {"call_id": str(call_id), **state}, [call_room(call_id)])
