"""The WebSocket door, dialect by dialect, with each peer's framing byte for byte as its source or a capture has it."""

import asyncio
import contextlib
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from asr.gateways.codings import ALAW, ULAW, encoded
from asr.gateways.legs import call_id_of
from asr.gateways.streams import End, Limits
from asr.gateways.websocket import WebSocketServer
from tests.listening import LIMITS, HeardLeg, HeardLegs

CALL = uuid.UUID("095bd59c-ab45-4965-b73c-0222830a367e")
TONE = (8000 * np.sin(np.arange(1600) / 5)).astype(np.int16)
START_PLAIN = (
    "MEDIA_START connection_id:asr channel:WebSocket/asr/0x7f5c8c003c20 channel_id:1795307528.9 format:{format} "
    "optimal_frame_size:160 ptime:20"
)
START_JSON = (
    '{{"event":"MEDIA_START","connection_id":"asr","channel":"WebSocket/asr/0x7f5c8c003c20","channel_id":"{channel_id}",'
    '"format":"{format}","optimal_frame_size":640,"ptime":20,"channel_variables":{variables}}}'
)
DTMF = ("DTMF_END digit:5 duration_ms:100", "MEDIA_XOFF", "MEDIA_XON", '{"event":"STATUS","queue_length":0}')
Message = str | bytes
PATIENT = replace(LIMITS, max_seconds=60, stall_s=20, hello_s=20, answer_s=10, last_words_s=10)
"""Nothing here is about limits: on a machine that has other work, a peer may be stopped for longer than `LIMITS` allow."""


@contextlib.asynccontextmanager
async def serving(
    script: Sequence[str] = (), limits: Limits = PATIENT, token: str = ""
) -> AsyncIterator[tuple[WebSocketServer, HeardLegs]]:
    legs = HeardLegs(tuple(script))
    async with WebSocketServer("127.0.0.1", 0, limits, legs.open, token=token) as server:
        yield server, legs


@contextlib.asynccontextmanager
async def peer(server: WebSocketServer, path: str = "/", protocol: str = "", **options: Any) -> AsyncIterator[ClientConnection]:
    offered = [Subprotocol(protocol), Subprotocol("another")] if protocol else None
    async with connect(f"ws://127.0.0.1:{server.port}{path}", subprotocols=offered, proxy=None, **options) as opened:
        yield opened


def heard(messages: Sequence[Message], path: str = "/", protocol: str = "", legs: int = 1, **options: Any) -> list[HeardLeg]:
    """What the door made of these messages, sent as they are and closed like a hang-up."""

    async def run() -> list[HeardLeg]:
        async with serving() as (server, opened):
            async with peer(server, path, protocol, **options) as sender:
                for message in messages:
                    await sender.send(message)
            return await opened.ended(legs)

    return asyncio.run(run())


def talk(
    script: Sequence[str], act: Callable[[ClientConnection], Awaitable[list[str]]], path: str = "/"
) -> tuple[list[str], HeardLegs]:
    """What the peer was told while it acted, and the legs it opened."""

    async def run() -> tuple[list[str], HeardLegs]:
        async with serving(script) as (server, legs), peer(server, path) as sender:
            return await act(sender), legs

    return asyncio.run(run())


# Asterisk, chan_websocket.


@pytest.mark.parametrize(
    ("start", "audio", "rate", "pcm_bytes"),
    [
        (START_PLAIN.format(format="slin"), bytes(320), 8000, 320),
        (START_PLAIN.format(format="ulaw"), bytes(160), 8000, 320),
        (START_PLAIN.format(format="alaw"), bytes(160), 8000, 320),
        (START_JSON.format(format="slin16", channel_id="1795307528.9", variables="{}"), bytes(640), 16000, 640),
        (START_JSON.format(format="slin48", channel_id="1795307528.9", variables="{}"), bytes(1920), 16000, 640),
    ],
    ids=["slin", "ulaw", "alaw", "json slin16", "json slin48"],
)
def test_asterisk_streams_every_format_that_needs_no_decoder(start: str, audio: bytes, rate: int, pcm_bytes: int) -> None:
    leg = heard([start, *[audio] * 10, *DTMF, audio], protocol="media")[0]

    assert (leg.leg.gateway, leg.leg.role, leg.leg.sample_rate_hz) == ("chan-websocket", "caller", rate)
    assert (leg.leg.call_id, len(leg.pcm), leg.end) == (call_id_of("1795307528.9"), 11 * pcm_bytes, End.HANG_UP)


@pytest.mark.parametrize(
    ("path", "variables", "channel_id"),
    [
        (f"/asterisk?call={CALL}", "{}", "1795307528.9"),
        ("/asterisk", json.dumps({"HOTLINE_CALL": str(CALL)}), "1795307528.9"),
        ("/asterisk", "{}", str(CALL)),
    ],
    ids=["url", "variable", "channel id of our own"],
)
def test_asterisk_names_the_call(path: str, variables: str, channel_id: str) -> None:
    start = START_JSON.format(format="slin", channel_id=channel_id, variables=variables)

    assert heard([start, bytes(320)], path, "media")[0].leg.call_id == CALL


def test_asterisk_may_say_whose_leg_it_is() -> None:
    leg = heard([START_PLAIN.format(format="slin"), bytes(320)], f"/asterisk?call={CALL}&role=agent", "media")[0]

    assert (leg.leg.call_id, leg.leg.role) == (CALL, "agent")


@pytest.mark.parametrize("coding", [ULAW, ALAW])
def test_companded_audio_is_decoded(coding: str) -> None:
    leg = heard([START_PLAIN.format(format=coding), encoded(TONE, coding)], protocol="media")[0]

    assert np.abs(np.frombuffer(leg.pcm, "<i2").astype(int) - TONE).max() < 300


# FreeSWITCH, mod_audio_fork and jambonz.


@pytest.mark.parametrize("protocol", ["audio.drachtio.org", "audiostream.drachtio.org", "audio.jambonz.org", "my.own"])
def test_audio_fork_is_accepted_under_any_sub_protocol(protocol: str) -> None:
    async def run() -> str | None:
        async with serving() as (server, _), peer(server, "/anything", protocol) as sender:
            return sender.subprotocol

    assert asyncio.run(run()) == protocol


def test_audio_fork_in_stereo_is_two_parties_never_mixed() -> None:
    metadata = json.dumps({"call_id": str(CALL), "rate": 16000, "mix": "stereo", "caller": "-"})
    stereo = np.stack([np.full(320, 1000), np.full(320, -2000)], axis=1).astype("<i2").tobytes()

    caller, agent = heard([metadata, stereo, '{"event":"dtmf","digit":"5"}', stereo], protocol="audio.drachtio.org", legs=2)

    assert [(one.leg.call_id, one.leg.role, one.leg.sample_rate_hz) for one in (caller, agent)] == [
        (CALL, "caller", 16000),
        (CALL, "agent", 16000),
    ]
    assert caller.pcm == np.full(640, 1000, "<i2").tobytes()
    assert agent.pcm == np.full(640, -2000, "<i2").tobytes()


def test_jambonz_describes_its_stream_in_its_own_words() -> None:
    metadata = {"callSid": str(CALL), "callId": "sip-1@host", "direction": "inbound", "sampleRate": 8000, "mixType": "mono"}

    leg = heard([json.dumps(metadata), bytes(320)], protocol="audio.jambonz.org")[0]

    assert (leg.leg.call_id, leg.leg.sample_rate_hz, leg.leg.gateway) == (CALL, 8000, "audio-fork")


def test_a_module_that_asks_for_words_gets_finals_as_events() -> None:
    async def run() -> dict[str, Any]:
        async with serving(["路灯不亮"]) as (server, _), peer(server, "/fork?words=1", "audio.drachtio.org") as sender:
            await sender.send(json.dumps({"call_id": str(CALL), "rate": 8000, "mix": "mono"}))
            await sender.send(bytes(16000))
            event: dict[str, Any] = json.loads(await sender.recv())
            return event

    said = {"role": "caller", "text": "路灯不亮", "start_s": 0, "end_s": 1}
    assert asyncio.run(run()) == {"type": "transcription", "data": said}


# FreeSWITCH, mod_audio_stream.


def test_audio_stream_without_metadata_is_described_by_its_url() -> None:
    caller, agent = heard([bytes(640)] * 3, f"/fs?call={CALL}&rate=8k&mix=stereo", legs=2)

    assert [(one.leg.gateway, one.leg.role, len(one.pcm)) for one in (caller, agent)] == [
        ("audio-stream", "caller", 960),
        ("audio-stream", "agent", 960),
    ]


def test_audio_stream_with_metadata_and_deflated_messages() -> None:
    leg = heard([json.dumps({"call_id": str(CALL), "rate": 16000}), bytes(640)], "/stream", compression="deflate")[0]

    assert (leg.leg.call_id, leg.leg.sample_rate_hz, len(leg.pcm)) == (CALL, 16000, 640)


# vosk-server's clients.

SCRIPT = ("您好", "路灯不亮", "谢谢")


async def lock_step(sender: ClientConnection, messages: Sequence[Message]) -> list[str]:
    """Send and read in turn, as all sample clients do; a config is not answered."""
    answers = []
    for message in messages:
        await sender.send(message)
        if not (isinstance(message, str) and "config" in message):
            answers.append(str(await asyncio.wait_for(sender.recv(), 8)))
    return answers


@pytest.mark.parametrize(
    ("config", "audio_bytes", "rate", "ends"),
    [
        ("", 3200, 8000, ""),
        ("", 3200, 8000, '{"eof" : 1}'),
        ("", 8000, 8000, '{"eof" : 1}'),
        ('{ "config" : { "sample_rate" : 16000.000000 } }', 4000, 16000, '{"eof" : 1}'),
        ('{"config" : {"sample_rate" : 48000.0}}', 9600, 16000, '{"eof" : 1}'),
        ('{"config":{"sample_rate":"16000.0","words":true,"max_alternatives":0}}', 6400, 16000, '{"eof":1}'),
    ],
    ids=["mod_vosk", "res_speech_vosk", "eagi", "vosk-transcriber", "jigasi", "laxer spelling"],
)
def test_each_message_has_one_answer_in_order(config: str, audio_bytes: int, rate: int, ends: str) -> None:
    sent_rate = 48000 if "48000" in config else rate
    count = 3 * sent_rate * 2 // audio_bytes
    messages = [*([config] if config else []), *[bytes(audio_bytes)] * count, *([ends] if ends else [])]

    answers, legs = talk(SCRIPT, lambda sender: lock_step(sender, messages))

    shown = [json.loads(answer) for answer in answers]
    finals = [answer["text"] for answer in shown if answer.get("text")]
    assert len(shown) == count + (1 if ends else 0)
    assert finals == list(SCRIPT)
    assert all(("partial" in answer) != ("text" in answer) for answer in shown)
    assert legs.legs[0].leg.sample_rate_hz == rate
    assert legs.legs[0].leg.gateway == "vosk"


def test_without_a_config_finals_have_words() -> None:
    answers, _ = talk(("您好",), lambda sender: lock_step(sender, [bytes(16000)]))

    assert json.loads(answers[0]) == {"result": [{"conf": 1.0, "end": 1, "start": 0, "word": "您好"}], "text": "您好"}


def test_words_are_left_out_when_they_are_not_wanted() -> None:
    answers, _ = talk(("您好",), lambda sender: lock_step(sender, ['{"config":{"words":0}}', bytes(16000)]))

    assert json.loads(answers[0]) == {"text": "您好"}


def test_alternatives_replace_the_text_when_they_are_wanted() -> None:
    answers, _ = talk(
        ("您好",), lambda sender: lock_step(sender, ['{"config":{"words":0,"max_alternatives":3}}', bytes(16000)])
    )

    assert json.loads(answers[0]) == {"alternatives": [{"confidence": 1.0, "text": "您好"}]}


def test_an_empty_string_stands_only_for_nothing_heard() -> None:
    answers, _ = talk(SCRIPT, lambda sender: lock_step(sender, [bytes(3200)] * 15 + ['{"eof" : 1}']))

    full = [answer for answer in answers if any(json.loads(answer).get(key) for key in ("text", "partial"))]
    assert len(full) > 10
    assert not any('""' in answer for answer in full)


def test_a_reset_gives_the_words_so_far_and_the_stream_goes_on() -> None:
    messages = [bytes(8000), '{"reset" : 1}', bytes(16000), '{"eof" : 1}']

    answers, legs = talk(("您好",), lambda sender: lock_step(sender, messages), f"/?call={CALL}")

    assert [json.loads(answer).get("text") for answer in answers] == [None, "您好", "您好", ""]
    assert [leg.end for leg in legs.legs] == [End.RENEWED, End.HANG_UP]
    assert len(legs.named(CALL)) == 2


def test_eof_is_answered_and_then_the_server_closes() -> None:
    async def act(sender: ClientConnection) -> list[str]:
        answers = await lock_step(sender, [bytes(3200), '{"eof" : 1}'])
        with pytest.raises(ConnectionClosed) as closed:
            await sender.recv()
        assert closed.value.rcvd is not None
        return [*answers, str(closed.value.rcvd.code)]

    answers, _ = talk(("您好",), act)

    assert [json.loads(answer) for answer in answers][1:] == [
        {"result": [{"conf": 1.0, "end": 1, "start": 0, "word": "您好"}], "text": "您好"},
        1000,
    ]


def test_eof_before_any_audio_is_an_empty_text() -> None:
    answers, legs = talk((), lambda sender: lock_step(sender, ['{"config":{"sample_rate":8000}}', '{"eof" : 1}']))

    assert (answers, legs.legs) == (['{"text": ""}'], [])


def test_a_phrase_list_changes_nothing_and_breaks_nothing() -> None:
    config = json.dumps({"config": {"phrase_list": ["路灯", "[unk]"], "sample_rate": 8000}}, ensure_ascii=False)

    answers, _ = talk(("您好",), lambda sender: lock_step(sender, [config, bytes(16000)]))

    assert json.loads(answers[0])["text"] == "您好"


def test_a_client_may_not_choose_the_model_for_everybody() -> None:
    async def act(sender: ClientConnection) -> list[str]:
        await sender.send('{"config":{"model":"/etc","sample_rate":8000}}')
        with pytest.raises(ConnectionClosed) as closed:
            await sender.recv()
        assert closed.value.rcvd is not None
        return [closed.value.rcvd.reason]

    assert talk((), act)[0] == ["a client may not choose the model"]


def test_answers_come_although_the_engine_is_behind() -> None:
    async def run() -> tuple[str, float]:
        async with serving(limits=replace(PATIENT, answer_s=0.2)) as (server, legs), peer(server) as sender:
            legs.is_behind = True
            began = asyncio.get_running_loop().time()
            answer = (await lock_step(sender, [bytes(3200)]))[0]
            return answer, asyncio.get_running_loop().time() - began

    answer, took_s = asyncio.run(run())

    assert answer == '{"partial": ""}'
    assert 0.2 <= took_s < 8
