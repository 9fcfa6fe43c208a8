"""Socket.IO at the server's side: who connects joins the rooms that the server finds for them; nobody names a room.

Clients send `call.watch` to hear a call's words, and the microphone's frames (`web/microphone.py`).
"""

from typing import Any

import socketio
from flask import Flask, session
from flask_socketio import ConnectionRefusedError, SocketIO, join_room

from hotline.intake import calls
from hotline.kernel.errors import Forbidden, HotlineError, Invalid
from hotline.kernel.scope import Scope
from hotline.people import units
from hotline.people.models import Officer
from hotline.people.permissions import HOTLINE_ROLES, Role, scope_of
from web import errors, microphone
from web.bootstrap import Container
from web.push import CHANNEL, call_room, officer_room, role_room, unit_room

LISTENERS = (Role.SHIFT_LEADER.value,)


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

    @server.on("connect")  # type: ignore[untyped-decorator]  # flask-socketio ships no types
    def connect(auth: object = None) -> None:
        scope = current_scope(container)
        for room in rooms_of(scope):
            join_room(room)

    @server.on("call.watch")  # type: ignore[untyped-decorator]  # flask-socketio ships no types
    def watch(given: Any) -> dict[str, Any]:  # whatever the client sent
        try:
            join_room(call_room(_watched(container, current_scope(container), given)))
        except HotlineError as error:
            return errors.body(error, "zh-CN")
        return {"ok": True}

    microphone.register(server, container)
    return server


def current_scope(container: Container) -> Scope:
    """Who is behind this connection. Refuses whoever has no session."""
    officer_id = session.get("officer_id")
    with container.database.read() as opened:
        officer = opened.get(Officer, officer_id) if officer_id is not None else None
        if officer is None or not officer.active:
            raise ConnectionRefusedError("unauthenticated")
        return scope_of(officer, units.superiors(opened))


def rooms_of(scope: Scope) -> list[str]:
    """The rooms of an officer: their own, their hotline roles, their units."""
    roles = [role_room(role) for role in scope.roles & frozenset(role.value for role in HOTLINE_ROLES)]
    return [officer_room(scope.officer_id or 0), *roles, *(unit_room(unit) for unit in scope.member_unit_ids)]


def _watched(container: Container, scope: Scope, given: Any) -> str:  # whatever the client sent
    if not isinstance(given, dict) or not isinstance(given.get("call_id"), str):
        raise Invalid("call_id", "required")
    with container.database.read() as opened:
        call = calls.get(opened, given["call_id"])
    if call.agent_id != scope.officer_id and not scope.has(*LISTENERS):
        raise Forbidden("another agent's call", reason="other-agent")
    return str(call.id)
