"""The WebSocket door against peers that misbehave: one line each, that stream ends, the others go on."""

import asyncio
import contextlib
import json
import logging
import socket
import struct
import uuid
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from asr.gateways.streams import End, Leg, Limits
from asr.gateways.websocket import WebSocketServer
from tests.listening import LIMITS, HeardLeg, HeardLegs

CALL = uuid.UUID(int=51)
FRAME = bytes(320)
MEDIA = "MEDIA_START channel_id:1.2 format:slin optimal_frame_size:320 ptime:20"
LOGGER = "asr.websocket"
PATIENT = replace(LIMITS, max_seconds=60, stall_s=2, hello_s=2, answer_s=5)
"""On a busy machine the good call, which sends without a pause, comes late now and then."""


async def talk_on(good: ClientConnection) -> None:
    """A good call beside the bad one."""
    while True:
        await good.send(bytes(800))
        await good.recv()
        await asyncio.sleep(0.03)


async def misbehave(
    act: Callable[[ClientConnection], Awaitable[None]], path: str, *, limits: Limits = PATIENT
) -> tuple[HeardLegs, int]:
    """What the door kept of a peer, and how it closed; beside it a good call, which must be untouched."""
    legs = HeardLegs()
    async with WebSocketServer("127.0.0.1", 0, limits, legs.open) as server:
        async with connect(f"ws://127.0.0.1:{server.port}/?call={CALL}", proxy=None) as good:
            talking = asyncio.create_task(talk_on(good))
            async with connect(f"ws://127.0.0.1:{server.port}{path}", proxy=None) as peer:
                with contextlib.suppress(ConnectionClosed):
                    await act(peer)
                    await asyncio.wait_for(peer.wait_closed(), 10)
            assert not talking.done()
            talking.cancel()
        await asyncio.sleep(0.05)
        assert server.connections == 0
    assert [leg.end for leg in legs.named(CALL)] == [End.HANG_UP]
    legs.legs = [leg for leg in legs.legs if leg.leg.call_id != CALL]
    return legs, peer.close_code or 0


def sending(*messages: str | bytes) -> Callable[[ClientConnection], Awaitable[None]]:
    async def act(peer: ClientConnection) -> None:
        for message in messages:
            await peer.send(message)

    return act


FORK, STREAM, ASTERISK, VOSK = "/fork", "/stream?rate=8000", "/asterisk", "/vosk"
BAD = {
    "noise for metadata": (FORK, ["\x00\x01 no json"], "metadata that is no JSON object", 0),
    "a rate no telephone has": (FORK, ['{"rate": 1}', FRAME], "a sample rate outside 8000 to 192000 Hz", 0),
    "a rate that is no number": (STREAM.replace("8000", "fast"), [FRAME], "no sample rate", 0),
    "an endless rate": ("/vosk", ['{"config":{"sample_rate":1e400}}'], "a sample rate outside 8000 to 192000 Hz", 0),
    "a rate that is nothing": ("/vosk", ['{"config":{"sample_rate":NaN}}'], "a sample rate outside 8000 to 192000 Hz", 0),
    "an unknown mix": (STREAM + "&mix=quadro", [FRAME], "a mix that is none of mono, mixed, stereo", 0),
    "a mix that is a list": (FORK, ['{"mix": ["stereo"]}', FRAME], "a mix that is none of mono, mixed, stereo", 0),
    "an unknown role": (VOSK + "?role=parrot", [FRAME], "a role that is none of caller, agent", 0),
    "audio before the start": (ASTERISK, [FRAME], "audio before MEDIA_START", 0),
    "a format that needs a decoder": (ASTERISK, [MEDIA.replace("slin", "opus"), FRAME], "a format that is none of", 0),
    "a start without a channel": (ASTERISK, ["MEDIA_START format:slin", FRAME], "a start that names no channel", 0),
    "text where audio is due": (VOSK, [FRAME, "hello"], "text that is no JSON object", 1),
    "a list where an object is due": (VOSK, ['{"config": []}'], "a config that is no object", 0),
    "deep brackets": (VOSK, ["[" * 50_000], "text that is no JSON object", 0),
    "a megabyte in one message": (VOSK, [FRAME, bytes(1 << 20)], "a message over the limit", 1),
}


@pytest.mark.parametrize("name", BAD)
def test_what_makes_no_sense_ends_its_stream_with_one_line(name: str, caplog: pytest.LogCaptureFixture) -> None:
    path, messages, expected, count = BAD[name]
    with caplog.at_level(logging.INFO, LOGGER):
        legs, code = asyncio.run(misbehave(sending(*messages), path))

    lines = [record.getMessage() for record in caplog.records if "garbage" in record.getMessage()]
    assert len(lines) == 1
    assert expected in lines[0]
    assert code in (1008, 1009)
    assert [leg.end for leg in legs.legs] == [End.GARBAGE] * count


def test_a_fault_of_ours_ends_one_connection_and_is_in_the_log_with_its_place(caplog: pytest.LogCaptureFixture) -> None:
    async def fail(leg: Leg) -> HeardLeg:
        raise RuntimeError("ours")

    async def run() -> int:
        async with (
            WebSocketServer("127.0.0.1", 0, LIMITS, fail) as server,
            connect(f"ws://127.0.0.1:{server.port}/fork", proxy=None) as peer,
        ):
            await peer.send('{"rate":8000}')
            await peer.send(FRAME)
            await asyncio.wait_for(peer.wait_closed(), 4)
        return peer.close_code or 0

    assert asyncio.run(run()) == 1008
    (logged,) = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert "RuntimeError (" in logged
    assert "ours" not in logged, "messages may quote what people said"


@pytest.mark.parametrize(
    ("messages", "pcm_bytes"),
    [
        ([b"\x01", b"", b"\x01\x02\x03"], 2),
        ([bytes(321)] * 4, 4 * 320),
        ([bytes(65500)], 65500),
    ],
    ids=["halves of samples", "odd frames", "the longest message of Asterisk"],
)
def test_odd_and_empty_messages_lose_half_a_sample_at_most(messages: list[bytes], pcm_bytes: int) -> None:
    legs, _ = asyncio.run(misbehave(sending('{"rate":8000}', *messages), FORK))

    assert (len(legs.legs[0].pcm), legs.legs[0].end) == (pcm_bytes, End.STALLED)


def test_a_stream_that_falls_silent_is_ended_and_marked() -> None:
    legs, _ = asyncio.run(misbehave(sending('{"rate":8000}', FRAME), FORK))

    assert legs.legs[0].end == End.STALLED


def test_ten_minutes_of_silence_are_a_call_like_any_other() -> None:
    long = replace(LIMITS, max_seconds=700, ahead_s=700, stall_s=5)

    async def act(peer: ClientConnection) -> None:
        await peer.send('{"rate":8000}')
        for _ in range(40):
            await peer.send(bytes(240_000))
        await peer.close()

    legs, _ = asyncio.run(misbehave(act, FORK, limits=long))

    assert (len(legs.legs[0].pcm), legs.legs[0].end) == (600 * 16000, End.HANG_UP)


def test_a_stream_without_end_is_ended_by_its_audio() -> None:
    legs, _ = asyncio.run(
        misbehave(sending('{"rate":8000}', *[bytes(16000)] * 7), FORK, limits=replace(PATIENT, max_seconds=5))
    )

    assert legs.legs[0].end == End.TOO_LONG


def test_a_stream_that_drips_without_end_is_ended_by_the_clock() -> None:
    async def run() -> HeardLegs:
        legs = HeardLegs()
        async with (
            WebSocketServer("127.0.0.1", 0, replace(LIMITS, max_seconds=0.4), legs.open) as server,
            connect(f"ws://127.0.0.1:{server.port}/fork", proxy=None) as peer,
        ):
            await peer.send('{"rate":8000}')
            with contextlib.suppress(ConnectionClosed):
                for _ in range(100):
                    await peer.send(FRAME)
                    await asyncio.sleep(0.03)
        return legs

    assert asyncio.run(run()).legs[0].end == End.TOO_LONG


def test_a_peer_that_breaks_off_in_the_middle_is_lost() -> None:
    async def act(peer: ClientConnection) -> None:
        await peer.send('{"rate":8000}')
        await peer.send(FRAME)
        await asyncio.sleep(0.05)
        peer.transport.abort()

    legs, _ = asyncio.run(misbehave(act, FORK))

    assert legs.legs[0].end == End.LOST


def test_audio_faster_than_time_waits_in_the_network() -> None:
    async def run() -> list[HeardLeg]:
        legs = HeardLegs()
        slow = replace(LIMITS, ahead_s=0.5, max_seconds=60, stall_s=5)
        async with (
            WebSocketServer("127.0.0.1", 0, slow, legs.open) as server,
            connect(f"ws://127.0.0.1:{server.port}/fork", proxy=None) as peer,
        ):
            await peer.send('{"rate":8000}')
            for _ in range(10):
                await peer.send(bytes(16000))
            await asyncio.sleep(0.3)
            return [replace(leg) for leg in legs.legs]

    assert 16000 <= len(asyncio.run(run())[0].pcm) <= 2 * 16000


def test_a_compressed_bomb_is_not_blown_up() -> None:
    squeezed = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = squeezed.compress(bytes(64 << 20)) + squeezed.flush(zlib.Z_SYNC_FLUSH)
    assert len(bomb) < 100_000

    async def act(peer: ClientConnection) -> None:
        mask = bytes(4)
        peer.transport.write(struct.pack("!BBQ", 0xC2, 0x80 | 127, len(bomb)) + mask + bomb)

    legs, code = asyncio.run(misbehave(act, FORK))

    assert (legs.legs, code) == ([], 1009)


async def told(server: WebSocketServer, path: str, **options: Any) -> int:
    """The status of the handshake; 101 when the door opens."""
    try:
        async with connect(f"ws://127.0.0.1:{server.port}{path}", proxy=None, **options):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


@pytest.mark.parametrize(
    ("path", "headers", "expected"),
    [
        ("/?token=abc", {}, 101),
        ("/", {"Authorization": "Bearer abc"}, 101),
        ("/", {}, 401),
        ("/?token=abd", {}, 401),
        ("/?token=", {"Authorization": "Basic abd"}, 401),
        ("/?token=%E5%8F%A3", {}, 401),
    ],
)
def test_where_a_token_is_set_only_who_has_it_comes_in(
    path: str, headers: dict[str, str], expected: int, caplog: pytest.LogCaptureFixture
) -> None:
    async def run() -> int:
        async with WebSocketServer("127.0.0.1", 0, LIMITS, HeardLegs().open, token="abc") as server:
            return await told(server, path, additional_headers=headers)

    assert asyncio.run(run()) == expected
    assert ("wrong token" in caplog.text) == (expected == 401)
    assert "abd" not in caplog.text


def test_an_address_that_is_not_listed_gets_no_handshake(caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        async with WebSocketServer("127.0.0.1", 0, LIMITS, HeardLegs().open, allow=("10.0.0.0/8",)) as server:
            with pytest.raises((ConnectionError, EOFError, ConnectionClosed)):
                await told(server, "/")

    with pytest.raises(Exception):  # noqa: B017, PT011 whatever the library makes of a connection that is cut
        asyncio.run(run())
    assert caplog.text.count("not on the allow list") == 1


def test_a_flood_from_one_address_leaves_room_for_the_exchange() -> None:
    """1,000 connections where 10,000 would only take longer: nobody waits, and memory holds none of them."""

    async def run() -> tuple[int, int]:
        limits = replace(LIMITS, max_connections=40, max_per_address=20, stall_s=5, hello_s=5)
        async with WebSocketServer("127.0.0.1", 0, limits, HeardLegs().open, allow=("127.0.0.0/8",)) as server:
            flood = [await _raw(server.port) for _ in range(1000)]
            await asyncio.sleep(0.2)
            inside = server.connections
            async with connect(f"ws://127.0.0.1:{server.port}/", proxy=None, local_addr=("127.0.0.2", 0)) as exchange:
                await exchange.send(bytes(1600))
                assert json.loads(await asyncio.wait_for(exchange.recv(), 3)) == {"partial": ""}
            for opened in flood:
                opened.close()
            await asyncio.sleep(0.3)
            return inside, server.connections

    assert asyncio.run(run()) == (20, 0)


async def _raw(port: int) -> socket.socket:
    opened = socket.socket()
    opened.setblocking(False)
    await asyncio.get_running_loop().sock_connect(opened, ("127.0.0.1", port))
    return opened


@pytest.mark.parametrize("sent", [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", bytes(range(256)) * 40, b"\x01\x00\x10" + bytes(16)])
def test_what_is_no_websocket_is_closed_with_one_line(sent: bytes, caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        async with WebSocketServer("127.0.0.1", 0, LIMITS, HeardLegs().open) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(sent)
            with contextlib.suppress(ConnectionError):
                await asyncio.wait_for(reader.read(), 3)
            writer.close()
            await asyncio.sleep(0.05)
            assert server.connections == 0

    with caplog.at_level(logging.INFO):
        asyncio.run(run())

    assert [record.getMessage() for record in caplog.records] == ["connection from 127.0.0.1 refused: no WebSocket handshake"]


def test_stopping_ends_the_streams_that_are_on_without_ending_their_calls() -> None:
    async def run() -> HeardLegs:
        legs = HeardLegs()
        async with contextlib.AsyncExitStack() as stack:
            server = await WebSocketServer("127.0.0.1", 0, LIMITS, legs.open).__aenter__()
            for _ in range(3):
                peer = await stack.enter_async_context(connect(f"ws://127.0.0.1:{server.port}/", proxy=None))
                await peer.send(bytes(1600))
                await peer.recv()
            await server.__aexit__(None, None, None)
        return legs

    assert [leg.end for leg in asyncio.run(run()).legs] == [End.STOPPED] * 3
