"""Telephones that nobody here wrote: sipp is the citizen who calls the exchange, baresip the agent whose telephone it rings.

Each speaks a recording in A-law, as China's lines carry it.
"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from asr.gateways.codings import ALAW, Samples, encoded
from tests.e2e.stage import free_port

NEEDED = ("sipp", "baresip")
RATE_HZ = 8000
HANG_UP_S = 30.0
SILENT_S = 120.0
"""After its recording the agent's telephone stays on the line: baresip hangs up when its file ends."""

CITIZEN = """<?xml version="1.0" encoding="utf-8"?>
<scenario name="citizen">
  <send retrans="500"><![CDATA[
    INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    From: <sip:{number}@[local_ip]:[local_port]>;tag=[call_number]
    To: <sip:[service]@[remote_ip]:[remote_port]>
    Call-ID: [call_id]
    CSeq: 1 INVITE
    Contact: <sip:{number}@[local_ip]:[local_port]>
    Max-Forwards: 70
    Content-Type: application/sdp
    Content-Length: [len]

    v=0
    o=citizen 1 1 IN IP[local_ip_type] [local_ip]
    s=-
    c=IN IP[media_ip_type] [media_ip]
    t=0 0
    m=audio [rtpstream_audio_port] RTP/AVP 8
    a=rtpmap:8 PCMA/8000
  ]]></send>
  <recv response="100" optional="true"/>
  <recv response="180" optional="true"/>
  <recv response="183" optional="true"/>
  <recv response="200" rrs="true"/>
  <send><![CDATA[
    ACK [next_url] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    From: <sip:{number}@[local_ip]:[local_port]>;tag=[call_number]
    To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
    Call-ID: [call_id]
    CSeq: 1 ACK
    Max-Forwards: 70
    Content-Length: 0
  ]]></send>
  <pause milliseconds="{before_ms}"/>
  <nop><action><exec rtp_stream="{audio},1,8,PCMA/8000"/></action></nop>
  <pause milliseconds="{after_ms}"/>
  <send retrans="500"><![CDATA[
    BYE [next_url] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    From: <sip:{number}@[local_ip]:[local_port]>;tag=[call_number]
    To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
    Call-ID: [call_id]
    CSeq: 2 BYE
    Max-Forwards: 70
    Content-Length: 0
  ]]></send>
  <recv response="200"/>
</scenario>
"""

AGENT = """
module_path /usr/lib/baresip/modules
module g711.so
module aufile.so
module aubridge.so
module_app account.so
module_app menu.so
sip_listen 127.0.0.1:{port}
net_interface 127.0.0.1
audio_source aufile,{audio}
audio_player aubridge,nowhere
audio_alert aubridge,nowhere
audio_srate 8000
audio_channels 1
rtp_ports {rtp_from}-{rtp_to}
"""


def missing_phone() -> str | None:
    """The name of a telephone that is not installed."""
    return next((name for name in NEEDED if shutil.which(name) is None), None)


@dataclass
class Citizen:
    """Somebody who calls from `number`, waits, speaks `recording` (mono, 8 kHz) and hangs up `stay_s` after having begun."""

    folder: Path
    exchange_port: int
    number: str
    recording: Path
    stay_s: float
    wait_s: float = 1.0

    @contextmanager
    def calling(self, dialled: str = "12345") -> Iterator[None]:
        """The call is made while inside; leaving waits until the citizen hung up. Raises AssertionError when it failed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        scenario = self.folder / "citizen.xml"
        times = {"before_ms": int(self.wait_s * 1000), "after_ms": int(self.stay_s * 1000)}
        scenario.write_text(CITIZEN.format(number=self.number, audio=self._alaw(), **times), encoding="utf-8")
        addresses = ["-i", "127.0.0.1", "-mi", "127.0.0.1", "-p", str(free_port())]
        command = ["sipp", f"127.0.0.1:{self.exchange_port}", "-sf", str(scenario), "-s", dialled, "-m", "1", *addresses]
        with (self.folder / "sipp.log").open("wb") as log:
            running = subprocess.Popen([*command, "-nostdin"], stdout=log, stderr=log, cwd=self.folder)  # noqa: S603
        try:
            yield
            assert running.wait(HANG_UP_S) == 0, (self.folder / "sipp.log").read_text(errors="replace")[-2000:]
        finally:
            running.kill()
            running.wait()

    def _alaw(self) -> Path:
        path = self.folder / "citizen.al"
        path.write_bytes(encoded(spoken(self.recording), ALAW))
        return path


@dataclass
class AgentPhone:
    """A telephone at 127.0.0.1:`port` that answers by itself and speaks `recording` (WAV, mono, 8 kHz)."""

    folder: Path
    port: int
    recording: Path

    @contextmanager
    def switched_on(self) -> Iterator[None]:
        """It can be rung while inside."""
        self.folder.mkdir(parents=True, exist_ok=True)
        rtp_from = free_port() // 2 * 2
        config = AGENT.format(port=self.port, audio=self._patient(), rtp_from=rtp_from, rtp_to=min(rtp_from + 20, 65534))
        (self.folder / "config").write_text(config, encoding="utf-8")
        account = "<sip:1001@127.0.0.1>;regint=0;answermode=auto;audio_codecs=PCMA/8000/1\n"
        (self.folder / "accounts").write_text(account, encoding="utf-8")
        with (self.folder / "baresip.log").open("wb") as log:
            running = subprocess.Popen(["baresip", "-f", str(self.folder)], stdin=subprocess.DEVNULL, stdout=log, stderr=log)  # noqa: S603,S607
        try:
            yield
        finally:
            running.terminate()
            running.wait()

    def _patient(self) -> Path:
        path = self.folder / "agent.wav"
        silence = np.zeros(int(SILENT_S * RATE_HZ), np.int16)
        soundfile.write(path, np.concatenate([spoken(self.recording), silence]), RATE_HZ)
        return path


def spoken(recording: Path) -> Samples:
    """What is said in a recording of one channel. Fails unless it is at a telephone's rate."""
    pcm, rate = soundfile.read(recording, dtype="int16")
    assert rate == RATE_HZ, f"{recording}: {rate} Hz"
    return np.asarray(pcm)
