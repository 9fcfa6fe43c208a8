"""What every link to a partner must do, over HTTP against a real partner process and without any link.

A third party hands in its own: a URL of its scheme, added to `URLS`.
"""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest

from dispatch.linkage.protocol import (
    Linkage,
    NotConnected,
    OutgoingTransfer,
    PartnerUnavailable,
    Receipt,
    TransferRefused,
)
from hotline.kernel import plugins
from hotline.kernel.errors import HotlineError, Invalid

GROUP = "hotline.linkages"
TRANSFER = OutgoingTransfer(
    key="k-1",
    partner="110",
    reason="有人持刀",
    place="桂影路3号",
    summary="<b>打架</b>",
    callback_number="19900000001",
    ticket_number="",
    created_at=datetime(2026, 11, 20, 4, tzinfo=UTC),
)
RUN = "from web.cli.demo_partner import partner; partner()"


class PartnerProcess:
    """`hotline demo partner` as a process of its own; keeps its port and folder over a kill."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.address, self._port = folder, "", "0"
        self._process: subprocess.Popen[str] | None = None

    def start(self, *options: str) -> None:
        command = [sys.executable, "-c", RUN, "--port", self._port, "--data", str(self.folder), *options]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603  # our own command
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        self.address = line[line.index("http://") :].strip().rstrip("/")
        self._port = self.address.rsplit(":", 1)[1]

    def stop(self, how: signal.Signals = signal.SIGKILL) -> int:
        assert self._process is not None
        self._process.send_signal(how)
        code = self._process.wait(10)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process = None
        return code

    @property
    def running(self) -> bool:
        return self._process is not None

    def arrived(self) -> list[dict[str, object]]:
        told: list[dict[str, object]] = httpx.get(f"{self.address}/transfers", trust_env=False).json()
        return told


@pytest.fixture
def partner(tmp_path: Path) -> Iterator[PartnerProcess]:
    process = PartnerProcess(tmp_path)
    yield process
    if process.running:
        process.stop()


@pytest.fixture
def answering() -> Iterator[Callable[[int, bytes], Linkage]]:
    """A link to a server that answers everything with this status and body."""
    servers: list[HTTPServer] = []

    def start(status: int, body: bytes) -> Linkage:
        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                return

        servers.append(HTTPServer(("127.0.0.1", 0), Answer))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return opened(f"http://127.0.0.1:{servers[-1].server_port}")

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def opened(url: str) -> Linkage:
    linkage: Linkage = plugins.open_url(GROUP, url)
    return linkage


def outcome(linkage: Linkage) -> Receipt | str | None:
    try:
        return linkage.forward(TRANSFER)
    except HotlineError as error:
        return error.code


@pytest.mark.parametrize("kind", ["http", "http-silent", "http-dead", "null"])
def test_a_link_answers_alike_at_every_repeat_and_raises_only_what_the_port_names(kind: str, partner: PartnerProcess) -> None:
    expected = {"http": Receipt("110-000001"), "http-silent": None}
    codes = {"http-dead": PartnerUnavailable.code, "null": NotConnected.code}
    if kind != "null":
        partner.start(*(["--silent"] if kind == "http-silent" else []))
    linkage = opened("null:" if kind == "null" else partner.address)
    if kind == "http-dead":
        partner.stop()

    answers = [outcome(linkage) for _ in range(3)]

    assert answers == [codes[kind] if kind in codes else expected[kind]] * 3


def test_one_key_is_one_matter_at_the_partner(partner: PartnerProcess) -> None:
    partner.start()
    linkage = opened(partner.address)

    for _ in range(3):
        linkage.forward(TRANSFER)

    assert [arrival["key"] for arrival in partner.arrived()] == ["k-1"]


def test_a_partner_killed_in_the_middle_keeps_what_it_took_and_doubles_nothing(partner: PartnerProcess) -> None:
    partner.start("--delay", "5")
    linkage = opened(f"{partner.address}?timeout_s=1")
    with pytest.raises(PartnerUnavailable):
        linkage.forward(TRANSFER)
    partner.stop()
    with pytest.raises(PartnerUnavailable):
        linkage.forward(TRANSFER)

    partner.start()

    assert linkage.forward(TRANSFER) == Receipt("110-000001")
    assert len(partner.arrived()) == 1


def test_a_half_written_line_is_dropped_and_the_next_matter_is_whole(partner: PartnerProcess) -> None:
    partner.start()
    opened(partner.address).forward(TRANSFER)
    partner.stop()
    with (partner.folder / "110.jsonl").open("ab") as target:
        target.write(b'{"key": "k-2", "rece')

    partner.start()
    linkage = opened(partner.address)
    linkage.forward(OutgoingTransfer(**{**TRANSFER.__dict__, "key": "k-2"}))

    assert [arrival["receipt_no"] for arrival in partner.arrived()] == ["110-000002", "110-000001"]


def test_the_partner_stops_cleanly_when_told(partner: PartnerProcess) -> None:
    partner.start()

    assert partner.stop(signal.SIGTERM) == 0


def test_the_partners_page_shows_what_arrived_and_escapes_it(partner: PartnerProcess) -> None:
    partner.start()
    opened(partner.address).forward(TRANSFER)

    page = httpx.get(f"{partner.address}/", trust_env=False).text

    assert "桂影路3号" in page
    assert "&lt;b&gt;打架&lt;/b&gt;" in page


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"Idempotency-Key": "k"}, b"not json", 400),
        ({"Idempotency-Key": "k"}, b"[]", 400),
        ({}, b"{}", 400),
        ({"Idempotency-Key": "k"}, b"x" * 70_000, 413),
    ],
)
def test_the_partner_refuses_what_it_cannot_read(
    partner: PartnerProcess, headers: dict[str, str], body: bytes, status: int
) -> None:
    partner.start()

    answer = httpx.post(f"{partner.address}/transfers", content=body, headers=headers, trust_env=False)

    assert answer.status_code == status
    assert partner.arrived() == []


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, b'{"receipt_no": "JJ-1"}', Receipt("JJ-1")),
        (202, b"{}", None),
        (200, b'{"receipt_no": null}', None),
        (200, b"[]", None),
        (200, b"<html>", PartnerUnavailable.code),
        (200, b"", PartnerUnavailable.code),
        (200, b'{"receipt_no": 7}', PartnerUnavailable.code),
        (200, b'{"receipt_no": ""}', PartnerUnavailable.code),
        (200, json.dumps({"receipt_no": "J" * 65}).encode(), PartnerUnavailable.code),
        (302, b"", PartnerUnavailable.code),
        (400, b"{}", TransferRefused.code),
        (404, b"", TransferRefused.code),
        (408, b"", PartnerUnavailable.code),
        (429, b"", PartnerUnavailable.code),
        (500, b"oops", PartnerUnavailable.code),
        (503, b"", PartnerUnavailable.code),
    ],
)
def test_each_answer_of_a_partner_has_one_meaning(
    answering: Callable[[int, bytes], Linkage], status: int, body: bytes, expected: Receipt | str | None
) -> None:
    assert outcome(answering(status, body)) == expected


@pytest.mark.parametrize("url", ["http:", "http://?timeout_s=2", "http://localhost?timeout_s=soon"])
def test_an_address_that_cannot_be_used_is_refused_when_it_is_opened(url: str) -> None:
    with pytest.raises(Invalid):
        opened(url)


def test_every_registered_link_is_in_this_suite() -> None:
    assert plugins.names(GROUP) == ["http", "https", "null"]
