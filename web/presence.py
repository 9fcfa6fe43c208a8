"""Who is writing on a ticket right now, told to the others who have it open. Nothing is kept.

Clients send `ticket.watch` when they open a ticket and `ticket.writing` while they type. Both are answered only for a ticket
that the officer may see; a browser watches one ticket at a time, and closing its connection leaves the room.
"""

from collections.abc import Callable
from typing import Any

from flask_socketio import SocketIO, emit, join_room, leave_room, rooms
from sqlalchemy.orm import Session

from hotline.kernel.errors import HotlineError, Invalid
from hotline.kernel.scope import Scope
from hotline.people.models import Officer
from hotline.tickets import queries
from web import errors
from web.bootstrap import Container
from web.requests import locale

Who = Callable[[], Scope]
Ack = dict[str, Any]  # JSON values: {"ok": true} or the error shape
ROOM = "ticket:"


def register(server: SocketIO, container: Container, who: Who) -> None:
    """Answer the two messages; `who` tells the officer behind a connection, or raises Unauthenticated."""

    @server.on("ticket.watch")  # type: ignore[untyped-decorator]  # flask-socketio ships no types
    def watch(given: Any = None) -> Ack:  # whatever the client sent
        return _answer(lambda: _watch(container, who(), given))

    @server.on("ticket.writing")  # type: ignore[untyped-decorator]  # flask-socketio ships no types
    def writing(given: Any = None) -> Ack:  # whatever the client sent
        return _answer(lambda: _write(container, who(), given))


def _watch(container: Container, scope: Scope, given: Any) -> None:  # whatever the client sent
    with container.database.read() as opened:
        ticket_id = _seen(opened, scope, given)
    for room in rooms():
        if room.startswith(ROOM):
            leave_room(room)
    join_room(f"{ROOM}{ticket_id}")


def _write(container: Container, scope: Scope, given: Any) -> None:  # whatever the client sent
    with container.database.read() as opened:
        ticket_id = _seen(opened, scope, given)
        name = opened.get_one(Officer, scope.officer_id).name
    told = {"ticket_id": ticket_id, "officer_id": scope.officer_id, "name": name}
    emit("writing", told, to=f"{ROOM}{ticket_id}", include_self=False)


def _seen(opened: Session, scope: Scope, given: Any) -> int:  # whatever the client sent
    if not isinstance(given, dict) or not isinstance(given.get("ticket_id"), int):
        raise Invalid("ticket_id", "required")
    return int(queries.get_visible(opened, scope, given["ticket_id"]).id)


def _answer(act: Callable[[], None]) -> Ack:
    try:
        act()
    except HotlineError as error:
        return errors.body(error, locale())
    return {"ok": True}
