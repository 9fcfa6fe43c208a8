"""A real Asterisk on loopback: the dialplan of deploy/asterisk as it stands, with this run's ports filled in.

It carries one trunk, by which the citizen calls, and one telephone, the agent's.
"""

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.exchange.asterisk_root import LIBRARIES, program
from tests.e2e.stage import free_port
from tests.e2e.waiting import until

SNIPPETS = Path(__file__).resolve().parents[3] / "deploy/asterisk"
STOP_S = 20.0
FOLDERS = ("etc", "run", "db", "log", "spool")
WANTED = (
    *("app_audiosocket", "app_chanspy", "app_dial", "app_exec", "app_originate", "app_stack", "app_verbose"),
    *("bridge_*", "chan_audiosocket", "chan_pjsip", "chan_websocket", "codec_alaw", "codec_resample", "codec_ulaw"),
    *(
        "func_callerid",
        "func_curl",
        "func_logic",
        "func_strings",
        "func_uuid",
        "pbx_config",
        "res_audiosocket",
        "res_curl",
        "res_http_websocket",
        "res_pjproject",
        "res_pjsip*",
    ),
    *("res_rtp_asterisk", "res_sorcery*", "res_timing_timerfd", "res_websocket_client"),
)
"""The modules that hotline.conf names, and those of a telephone: all others only bring doors and complaints of their own."""

PJSIP = """
[global]
type = global
endpoint_identifier_order = ip,username
[udp]
type = transport
protocol = udp
bind = 127.0.0.1:{sip_port}
[trunk]
type = endpoint
transport = udp
context = hotline
disallow = all
allow = alaw
direct_media = no
[trunk]
type = identify
endpoint = trunk
match = 127.0.0.1
[1001]
type = endpoint
transport = udp
aors = 1001
disallow = all
allow = alaw
direct_media = no
[1001]
type = aor
contact = sip:1001@127.0.0.1:{agent_port}
"""


@dataclass
class Asterisk:
    """One exchange. `site` are globals of the dialplan that replace those of hotline-site.conf."""

    root: Path
    folder: Path
    site: dict[str, str]
    websocket_uri: str = "ws://127.0.0.1:9093/asterisk"
    sip_port: int = field(default_factory=free_port)
    agent_port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Write the configuration and run until it answers."""
        for name in FOLDERS:
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        for name, content in self._files().items():
            (self.folder / "etc" / name).write_text(content, encoding="utf-8")
        with (self.folder / "log" / "console").open("ab") as log:
            self._process = subprocess.Popen([*self._command(), "-fn"], stdout=log, stderr=log)  # noqa: S603
        until(self._is_ready, what="Asterisk is ready")

    def stop(self) -> None:
        """Stop it; safe to call twice."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def say(self, command: str) -> str:
        """What its console answers."""
        asked = [*self._command(), "-rx", command]
        return subprocess.run(asked, capture_output=True, text=True, timeout=20).stdout  # noqa: S603

    def channels(self) -> list[str]:
        """The names of the telephone channels that are up; not those of the taps."""
        lines = self.say("core show channels concise").splitlines()
        return [line.split("!")[0] for line in lines if line.startswith("PJSIP/") and "!Up!" in line]

    def logs(self) -> str:
        """What it said so far."""
        return (self.folder / "log" / "console").read_text(errors="replace")

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.logs()
        return "fully booted" in self.say("core waitfullybooted")

    def _command(self) -> list[str]:
        return [*program(self.root), "-C", str(self._main)]

    def _modules(self) -> list[str]:
        folder = self.root / LIBRARIES / "asterisk/modules"
        return sorted({found.name for name in WANTED for found in folder.glob(f"{name}.so")})

    @property
    def _main(self) -> Path:
        return self.folder / "etc" / "asterisk.conf"

    def _files(self) -> dict[str, str]:
        """Configuration files by name."""
        own = "".join(f"{name}={value}\n" for name, value in self.site.items())
        included = "".join(f"#include {SNIPPETS / name}\n" for name in ("hotline-site.conf", "hotline.conf"))
        websocket = (SNIPPETS / "websocket_client.conf").read_text(encoding="utf-8")
        directories = {
            "astetcdir": self.folder / "etc",
            "astmoddir": self.root / LIBRARIES / "asterisk/modules",
            "astvarlibdir": self.root / "usr/share/asterisk",
            "astdatadir": self.root / "usr/share/asterisk",
            "astdbdir": self.folder / "db",
            "astspooldir": self.folder / "spool",
            "astrundir": self.folder / "run",
            "astlogdir": self.folder / "log",
        }
        return {
            "asterisk.conf": "[directories]\n" + "".join(f"{name} => {path}\n" for name, path in directories.items()),
            "modules.conf": "[modules]\nautoload = no\n" + "".join(f"load = {name}\n" for name in self._modules()),
            "logger.conf": "[logfiles]\nconsole = notice,warning,error\n",
            "rtp.conf": "[general]\nrtpstart = 20000\nrtpend = 29999\n",
            "pjsip.conf": PJSIP.format(sip_port=self.sip_port, agent_port=self.agent_port),
            "extensions.conf": f"{included}[globals](+)\n{own}",
            "websocket_client.conf": websocket.replace("ws://127.0.0.1:9093/asterisk", self.websocket_uri),
        }
