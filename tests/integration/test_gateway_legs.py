"""Whose audio a stream is: legs made from the call's id, legs the exchange told, and ids nobody knows."""

import asyncio
import logging
import time
import uuid
from dataclasses import replace

import pytest

from asr.gateways.legs import call_id_of, leg_id
from asr.gateways.streams import Leg
from hotline.intake import calls
from hotline.kernel.db import Database
from hotline.kernel.errors import Conflict, Unavailable
from web import legs

CALL, OTHER, TOLD = uuid.UUID(int=31), uuid.UUID(int=32), uuid.UUID(int=33)


def leg(named: uuid.UUID, role: str = "caller") -> Leg:
    return Leg(named, role, 8000, "audiosocket")


def ring(database: Database, call_id: uuid.UUID = CALL, **told: uuid.UUID) -> None:
    with database.work() as uow:
        calls.name_legs(uow, calls.offer(uow, call_id=call_id), told)


@pytest.mark.parametrize(
    ("named", "role", "expected"),
    [
        (CALL, "caller", (CALL, "caller")),
        (CALL, "agent", (CALL, "agent")),
        (leg_id(CALL, "agent"), "caller", (CALL, "agent")),
        (TOLD, "caller", (CALL, "agent")),
        (OTHER, "caller", (OTHER, "caller")),
    ],
    ids=["the call", "the call's second channel", "a leg made from it", "a leg told", "unknown"],
)
def test_a_leg_is_resolved_to_call_and_party(
    database: Database, named: uuid.UUID, role: str, expected: tuple[uuid.UUID, str]
) -> None:
    ring(database, agent=TOLD)

    found = legs.Legs(database)(leg(named, role))

    assert (found.call_id, found.role) == expected


def test_a_leg_under_an_id_of_its_own_is_logged_with_its_call(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    ring(database, agent=TOLD)

    with caplog.at_level(logging.INFO, "web.gateway"):
        legs.Legs(database)(leg(TOLD))
        legs.Legs(database)(leg(CALL))

    assert [record.getMessage() for record in caplog.records] == [f"leg {TOLD} is call {CALL}, its agent"]


@pytest.mark.parametrize(
    ("origin", "gateway", "expected"),
    [("browser", "audiosocket", "microphone"), ("sim", "audiosocket", "audiosocket"), ("browser", "vosk", "vosk")],
)
def test_a_consoles_microphone_is_called_so(database: Database, origin: str, gateway: str, expected: str) -> None:
    with database.work() as uow:
        calls.offer(uow, call_id=CALL, origin=origin)

    assert legs.Legs(database)(replace(leg(CALL), gateway=gateway)).gateway == expected


def test_a_made_leg_of_a_call_that_is_over_is_a_call_of_its_own(database: Database) -> None:
    ring(database)
    with database.work() as uow:
        calls.end_by_exchange(uow, CALL)

    assert legs.Legs(database)(leg(leg_id(CALL, "agent"))).call_id == leg_id(CALL, "agent")


def test_telling_legs_again_changes_nothing_and_another_calls_leg_is_refused(database: Database) -> None:
    ring(database, agent=TOLD)
    ring(database, agent=TOLD)

    with pytest.raises(Conflict, match="something else"):
        ring(database, OTHER, agent=TOLD)
    with pytest.raises(Conflict, match="something else"):
        ring(database, OTHER, agent=CALL)


def test_the_callers_leg_is_the_call_itself() -> None:
    assert leg_id(CALL, "caller") == CALL
    assert leg_id(CALL, "agent") == uuid.uuid5(CALL, "agent")


def test_a_foreign_name_always_makes_the_same_call() -> None:
    assert call_id_of("1795307528.9") == call_id_of("1795307528.9") != call_id_of("1795307528.10")
    assert call_id_of(str(CALL)) == CALL
    assert call_id_of("half of a \ud83d") == call_id_of("half of a \ud83d")


def _away(leg: Leg) -> Leg:
    raise Unavailable("no database")


def _slow(leg: Leg) -> Leg:
    time.sleep(0.3)
    return leg


@pytest.mark.parametrize("resolve", [_away, _slow])
def test_audio_does_not_wait_for_a_database_that_is_away(resolve: legs.Resolve) -> None:
    assert asyncio.run(legs.resolved(resolve, leg(CALL), within_s=0.1)) == leg(CALL)
