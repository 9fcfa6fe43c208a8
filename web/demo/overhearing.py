"""Words of a call while they are spoken, over Socket.IO, as the agent's own page gets them. Used by the demo call."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import socketio

Words = dict[str, Any]  # JSON values of the `transcript` message


@contextmanager
def overheard(address: str, cookie: str, call_id: UUID, heard: Callable[[Words], None]) -> Iterator[None]:
    """Tell `heard` of all words pushed while inside. Without a session, or when it is refused, of none: the words stay
    readable over HTTP."""
    client = socketio.Client(reconnection=False)
    client.on("transcript", heard)
    if cookie:
        try:
            client.connect(address, headers={"Cookie": cookie}, transports=["websocket"])
            client.emit("call.watch", {"call_id": str(call_id)})
        except socketio.exceptions.ConnectionError:
            client.disconnect()
    try:
        yield
    finally:
        client.disconnect()
