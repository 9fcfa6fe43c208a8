"""The configuration that is shipped for FreeSWITCH and vosk-server's clients, played as those modules would read it.

Asterisk's files are used by a real Asterisk in tests/e2e/exchange.
"""

import json
import re
import shlex
import uuid
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import numpy as np
import pytest

from hotline.kernel.settings import Settings
from tests.integration.test_gateway_dialects import heard

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
CALL = uuid.UUID("095bd59c-ab45-4965-b73c-0222830a367e")
CUSTOMARY_PORT = 9093
"""Of the WebSocket door, which is closed by default."""
CALLER_SAYS, AGENT_SAYS = 1000, -2000


def dialplan(application: str, element: str = "action") -> list[str]:
    """What hotline.xml hands to that application, with the site's values and a call's filled in. `element` is anti-action for
    what is done where a condition is not met."""
    variables = ElementTree.parse(DEPLOY / "freeswitch/hotline-vars.xml").iter("X-PRE-PROCESS")  # noqa: S314 our own file
    site = dict(variable.attrib["data"].split("=", 1) for variable in variables)
    actions = ElementTree.parse(DEPLOY / "freeswitch/hotline.xml").iter(element)  # noqa: S314 our own file
    given = [action.attrib["data"] for action in actions if action.attrib["application"] == application]
    known = [re.sub(r"\$\$\{(\w+)\}", lambda found: site[found[1]], data) for data in given]
    return [data.replace("${uuid}", str(CALL)).replace("$1", "19900001401") for data in known]


@pytest.mark.parametrize("module", ["uuid_audio_fork", "uuid_audio_stream"])
def test_freeswitch_sends_both_parties_of_the_call_apart(module: str) -> None:
    (command,) = [data for data in dialplan("set") if data.startswith(f"api_on_answer={module} ")]
    _, named, start, url, mix, rate, *metadata = command.split(" ")
    stereo = np.array([[CALLER_SAYS, AGENT_SAYS]] * 160, "<i2").tobytes()

    legs = heard([*metadata, *[stereo] * 10], path_of(url), legs=2)

    assert (named, start, mix, int(rate.replace("k", "000"))) == (str(CALL), "start", "stereo", 8000)
    said = {leg.leg.role: set(np.frombuffer(leg.pcm, "<i2")) for leg in legs}
    assert said == {"caller": {CALLER_SAYS}, "agent": {AGENT_SAYS}}
    assert {(leg.leg.call_id, leg.leg.sample_rate_hz) for leg in legs} == {(CALL, 8000)}


@pytest.mark.parametrize(
    ("element", "told"),
    [("action", {"number": "19900001401"}), ("anti-action", {})],
    ids=["a caller with a number", "an anonymous caller"],
)
def test_freeswitch_offers_the_call_with_the_number_there_is(element: str, told: dict[str, str]) -> None:
    (command,) = dialplan("curl", element)
    url, *words = shlex.split(command)

    assert url == "http://127.0.0.1:12345/api/v1/calls/offer"
    assert words[words.index("append_headers") + 1] == "Authorization:Bearer fill-in"
    assert json.loads(words[words.index("post") + 1]) == {"call_id": str(CALL), **told, "origin": "freeswitch"}


@pytest.mark.parametrize(
    "url",
    [
        re.search(r'server-url" value="([^"]+)"', (DEPLOY / "freeswitch/vosk.conf.xml").read_text())[1],  # type: ignore[index]
        re.search(r"^url = (\S+)", (DEPLOY / "asterisk/res-speech-vosk.conf").read_text(), re.MULTILINE)[1],  # type: ignore[index]
    ],
    ids=["mod_vosk", "res_speech_vosk"],
)
def test_clients_of_vosk_server_are_heard_at_the_new_address(url: str) -> None:
    (leg,) = heard([bytes(3200)], path_of(url))

    assert (leg.leg.gateway, leg.leg.sample_rate_hz) == ("vosk", 8000)


def test_shipped_addresses_are_those_of_the_settings() -> None:
    shipped = "".join(path.read_text(encoding="utf-8") for path in (*DEPLOY.glob("asterisk/*"), *DEPLOY.glob("freeswitch/*")))

    configured = Settings()
    ports = {int(port) for port in re.findall(r"127\.0\.0\.1:(\d+)", shipped)}
    assert ports == {configured.port, configured.audiosocket_port, CUSTOMARY_PORT}


def path_of(url: str) -> str:
    """The address as it is asked for at the door."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
