"""The hotline with real processes: `hotline up` on free ports with a data folder of its own, and a partner beside it.

Tests kill its processes by name; the supervisor starts them again. The database is a copy of the reference city.
"""

import json
import os
import random
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.conftest import SECRET
from tests.e2e.waiting import until
from web import embedded
from web.queue import TIMED, make_celery
from web.schedule import timed
from web.supervisor import hotline_command, port_is_free

TOKEN = "the-exchange-of-the-stage"
RECEIPT_S = 2
LEASE_S = 3
START_S = 240.0
STOP_S = 40.0
LOG_TAIL = 60
PORTS_FROM, PORTS_EACH = 11_000, 1_000
COMMANDS = {"web": "web.cli serve", "worker": "web.cli worker", "beat": "web.cli beat", "gateway": "web.cli gateway"}
COMMANDS |= {"broker": "valkey-server"}
"""What the command line of each process under the supervisor holds."""


def _own_ports() -> Iterator[int]:
    """Ports of this test process alone, below those that the system gives to whoever connects somewhere."""
    first = PORTS_FROM + PORTS_EACH * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return cycle(random.sample(range(first, first + PORTS_EACH), PORTS_EACH))


_PORTS = _own_ports()


def free_port() -> int:
    """A port nobody listens on, nor will before it is used."""
    return next(port for port in _PORTS if port_is_free("127.0.0.1", port))


@dataclass
class Stage:
    """Everything running. `script` is what the scripted engine hears in every call on the main gateway."""

    folder: Path
    database_url: str
    script: Path
    port: int = field(default_factory=free_port)
    audio_port: int = field(default_factory=free_port)
    websocket_port: int = field(default_factory=free_port)
    partner_port: int = field(default_factory=free_port)
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Where the web process answers."""
        return f"http://127.0.0.1:{self.port}"

    def environment(self, **changed: str) -> dict[str, str]:
        """The environment of a process of this stage; `changed` are settings by their lower-case names."""
        settings = {
            "data_dir": str(self.folder / "data"),
            "port": str(self.port),
            "audiosocket_port": str(self.audio_port),
            "websocket_port": str(self.websocket_port),
            "database_url": self.database_url,
            "asr_url": f"scripted://{self.script}",
            "demo": "true",
            "linkage_urls": json.dumps({"110": f"http://127.0.0.1:{self.partner_port}"}),
            "linkage_receipt_seconds": str(RECEIPT_S),
            "outbox_lease_seconds": str(LEASE_S),
            "integrator_token": TOKEN,
            "secret_key": SECRET,
            "log_level": "WARNING",
        }
        own = {f"HOTLINE_{name.upper()}": value for name, value in (settings | changed).items()}
        return {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")} | own

    def start(self) -> None:
        """Start the partner and everything else, and wait until all parts are up."""
        (self.folder / "data").mkdir(parents=True, exist_ok=True)
        self._start("up", hotline_command("up"), self.environment())
        self.start_partner()
        until(self.is_up, what="all parts are up", seconds=START_S)

    def start_partner(self) -> None:
        """110 answers again; what it took before stays."""
        command = hotline_command("demo", "partner", "--port", str(self.partner_port), "--data", str(self.folder / "110"))
        self._start("partner", command, self.environment())
        until(lambda: self.arrivals() is not None, what="the partner listens", seconds=START_S)

    def is_up(self) -> bool:
        """Whether all parts work, as the installation says itself."""
        try:
            return httpx.get(f"{self.address}/healthz", timeout=10).status_code == 200
        except httpx.TransportError:
            return False

    def arrivals(self) -> list[dict[str, Any]] | None:
        """The matters that 110 took; None when it does not answer."""
        try:
            found: list[dict[str, Any]] = httpx.get(f"http://127.0.0.1:{self.partner_port}/transfers", timeout=5).json()
        except httpx.TransportError:
            return None
        return found

    @contextmanager
    def gateway(self, asr_url: str) -> Iterator[int]:
        """A second speech gateway with another engine while inside; gives its port."""
        port = free_port()
        environment = self.environment(asr_url=asr_url, audiosocket_port=str(port), websocket_port="0")
        self._start("gateway-2", hotline_command("gateway"), environment)
        until(lambda: _listens(port), what="the second gateway listens", seconds=START_S)
        try:
            yield port
        finally:
            self._stop("gateway-2")

    def pid(self, name: str) -> int | None:
        """The process of that name under the supervisor; None while it is down."""
        listed = subprocess.run(["ps", "-ww", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True)  # noqa: S607
        for line in listed.stdout.splitlines():
            pid, parent, command = line.split(None, 2)
            if int(parent) == self._running["up"].pid and COMMANDS[name] in command:
                return int(pid)
        return None

    def kill(self, name: str) -> None:
        """`kill -9` a process: the partner, or one that the supervisor starts again."""
        if name == "partner":
            self._running["partner"].kill()
            self._running.pop("partner").wait()
            return
        pid = until(lambda: self.pid(name), what=f"{name} runs, to be killed")
        os.kill(pid, signal.SIGKILL)

    def ring(self, row: str) -> None:
        """Let the worker do a row of the schedule now, not when the timetable comes to it."""
        broker = embedded.open_embedded_broker(urlsplit("embedded:"), data_dir=self.folder / "data")
        with make_celery(broker.celery_url) as app:
            app.send_task(TIMED, args=[timed(row).name])

    def ticket_show(self, number: str) -> str:
        """What `hotline ticket show` prints."""
        command = hotline_command("ticket", "show", number)
        shown = subprocess.run(command, env=self.environment(), capture_output=True, text=True, check=True, timeout=START_S)  # noqa: S603
        return shown.stdout

    def stop(self) -> None:
        """Stop everything; safe to call twice."""
        for name in reversed(list(self._running)):
            self._stop(name)

    def logs(self) -> str:
        """The last lines of every process."""
        found = sorted((self.folder / "logs").glob("*.log"))
        return "\n".join(f"--- {log.name}\n" + "\n".join(log.read_text().splitlines()[-LOG_TAIL:]) for log in found)

    def _start(self, name: str, command: tuple[str, ...], environment: dict[str, str]) -> None:
        (self.folder / "logs").mkdir(parents=True, exist_ok=True)
        with (self.folder / "logs" / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(command, env=environment, stdout=log, stderr=log)  # noqa: S603

    def _stop(self, name: str) -> None:
        running = self._running.pop(name)
        running.terminate()
        try:
            running.wait(STOP_S)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
