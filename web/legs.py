"""Whose audio a stream is: the exchange's id of a leg resolved to the call and the party, among calls that are on.

Called by the gateway when a leg's audio begins. An id nobody knows stays what it is: a call of its own, never nothing.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from sqlalchemy.orm import Session

from asr.gateways.audiosocket import NAME as AUDIOSOCKET
from asr.gateways.legs import leg_id
from asr.gateways.streams import Leg
from asr.session import AGENT
from hotline.intake import calls
from hotline.intake.models import Call
from hotline.kernel.db import Database
from hotline.kernel.errors import HotlineError

LOG = logging.getLogger("web.gateway")
RESOLVED_WITHIN_S = 2.0
BROWSER, MICROPHONE = "browser", "microphone"
"""Where a call comes from that a console makes itself, and the door by which its audio then comes."""

Resolve = Callable[[Leg], Leg]
"""May wait for the database."""


class Legs:
    """Reads the database once for every leg."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __call__(self, leg: Leg) -> Leg:
        """The leg under its call's id and its party's role, by the door it really came through."""
        with self._database.read() as session:
            call = session.get(Call, leg.call_id)
            if call is not None:
                return replace(leg, gateway=door_of(call, leg.gateway))
            party = party_of(session, leg.call_id)
        if party is None:
            return leg
        LOG.info("leg %s is call %s, its %s", leg.call_id, *party)
        return replace(leg, call_id=party[0], role=party[1])


def as_named(leg: Leg) -> Leg:
    """Every leg is the call it says."""
    return leg


async def resolved(resolve: Resolve, leg: Leg, *, within_s: float = RESOLVED_WITHIN_S) -> Leg:
    """Resolve without stopping the loop; while the database is away, the leg as it is named: audio must not wait for it."""
    try:
        async with asyncio.timeout(within_s):
            return await asyncio.to_thread(resolve, leg)
    except (TimeoutError, HotlineError):
        LOG.warning("call %s: taken as it is named, the database does not answer", leg.call_id)
        return leg


def door_of(call: Call, gateway: str) -> str:
    """A console's microphone takes the road of telephones; only its call says that it is one."""
    return MICROPHONE if gateway == AUDIOSOCKET and call.origin == BROWSER else gateway


def party_of(session: Session, named: UUID) -> tuple[UUID, str] | None:
    """The call and role of a leg's id that is no call's own: told by the exchange, or made from the call's id. Else None."""
    told = calls.leg(session, named)
    if told is not None:
        return told.call_id, told.role
    live = (*calls.talking(session, None), *calls.waiting(session))
    return next(((call.id, AGENT) for call in live if leg_id(call.id, AGENT) == named), None)
