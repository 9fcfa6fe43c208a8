"""Socket.IO at the server's side: who connects joins the rooms that the server finds for them; nobody names a room.

Clients send `call.watch` to hear a call's words, the microphone's frames (`web/microphone.py`), and that they write on a ticket
(`web/presence.py`).
"""

from typing import Any

import socketio
from flask import Flask, request, session
from flask_socketio import ConnectionRefusedError, SocketIO, join_room

from hotline.intake import calls
from hotline.kernel.errors import Forbidden, HotlineError, Invalid, Unauthenticated
from hotline.kernel.scope import Scope
from hotline.people.permissions import HOTLINE_ROLES
from hotline.tickets import rights
from web import auth, errors, microphone, presence
from web.bootstrap import Container
from web.contact_access import OVERSEERS
from web.open_sockets import OpenSockets
from web.push import CHANNEL, STAFF_ROOM, call_room, officer_room, role_room, unit_room


def create_socketio(app: Flask, container: Container) -> SocketIO:
    """The server of this application: threads, websocket only, behind the same message queue that `Push` emits to."""
    server = SocketIO(
        app,
        async_mode="threading",
        async_handlers=False,  # in order: frames of a microphone must not overtake each other
        transports=["websocket"],
        client_manager=socketio.RedisManager(container.broker.redis_url, channel=CHANNEL),
        max_http_buffer_size=65_536,
    )

    open_sockets = OpenSockets(container.database, lambda socket_id: server.server.disconnect(socket_id))

    @server.on("connect")  # type: ignore[untyped-decorator]  # flask-socketio ships no types
    def connect(given: object = None) -> None:
        try:
            scope = current_scope(container)
        except Unauthenticated as error:
            raise ConnectionRefusedError("unauthenticated") from error
        for room in rooms_of(scope):
            join_room(room)
        open_sockets.opened(request.sid, scope.officer_id or 0, session.get("session_no", 0))  # type: ignore[attr-defined]  # Flask-SocketIO adds it

    @server.on("call.watch")  # type: ignore[untyped-decorator]  # flask-socketio ships no types
    def watch(given: Any) -> dict[str, Any]:  # whatever the client sent
        try:
            join_room(call_room(_watched(container, current_scope(container), given)))
        except HotlineError as error:
            return errors.body(error, "zh-CN")
        return {"ok": True}

    microphone.register(server, container, open_sockets.closed)
    presence.register(server, container, lambda: current_scope(container))
    return server


def current_scope(container: Container) -> Scope:
    """Who is behind this connection. Raises Unauthenticated without a session, or with one that was ended meanwhile."""
    with container.database.read() as opened:
        officer = auth.signed_in(opened, session)
        if officer is None or officer.must_change_password:
            raise Unauthenticated("no session")
        return auth.scope_for(opened, officer)


def rooms_of(scope: Scope) -> list[str]:
    """The rooms of an officer: everybody's, their own, their hotline roles, their units."""
    roles = [role_room(role) for role in scope.roles & frozenset(role.value for role in HOTLINE_ROLES)]
    return [STAFF_ROOM, officer_room(scope.officer_id or 0), *roles, *(unit_room(unit) for unit in rights.own_units(scope))]


def _watched(container: Container, scope: Scope, given: Any) -> str:  # whatever the client sent
    if not isinstance(given, dict) or not isinstance(given.get("call_id"), str):
        raise Invalid("call_id", "required")
    with container.database.read() as opened:
        call = calls.get(opened, given["call_id"])
    if call.agent_id != scope.officer_id and not scope.has(*OVERSEERS):
        raise Forbidden("another agent's call", reason="other-agent")
    return str(call.id)
