"""A partner to link with in demonstrations and tests: a small HTTP process that plays 110 or another platform.

Independent of the hotline: stdlib but for its words, and its own file. It may be killed and started again at any moment; what
it took in stays, and one key is one matter. Started by `hotline demo partner`.
"""

import html
import json
import logging
import os
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Any

from web import texts

LOG = logging.getLogger("hotline.demo.partner")
BODY_LIMIT_BYTES = 64 * 1024
SHOWN = ("place", "summary", "reason", "callback_number", "ticket_number")


@dataclass(frozen=True)
class Arrival:
    """One matter that arrived."""

    key: str
    receipt_no: str
    at: str
    transfer: dict[str, Any]


@dataclass(frozen=True)
class Manner:
    """How this partner behaves: seconds it takes to answer, and whether the answer holds the receipt."""

    delay_s: float = 0.0
    receipts: str = "at-once"  # or "never"


class Arrivals:
    """What arrived, kept in a file of JSON lines; each is on disk before it is answered."""

    def __init__(self, path: Path, name: str) -> None:
        self._path, self._name, self._lock = path, name, Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._by_key = {arrival.key: arrival for arrival in self._read()}

    def take(self, key: str, transfer: dict[str, Any]) -> Arrival:
        """The arrival of that key; a repeat finds the first one."""
        with self._lock:
            known = self._by_key.get(key)
            if known is None:
                number = f"{self._name}-{len(self._by_key) + 1:06d}"
                known = Arrival(key, number, datetime.now(UTC).isoformat(), transfer)
                self._append(known)
                self._by_key[key] = known
            return known

    def all(self) -> list[Arrival]:
        """Newest first."""
        with self._lock:
            return list(reversed(self._by_key.values()))

    def _read(self) -> list[Arrival]:
        """Whole lines; one that a kill left half-written was never answered and is dropped."""
        if not self._path.exists():
            return []
        raw = self._path.read_bytes()
        whole = raw[: raw.rfind(b"\n") + 1]
        if whole != raw:
            self._path.write_bytes(whole)
        return [Arrival(**json.loads(line)) for line in whole.splitlines()]

    def _append(self, arrival: Arrival) -> None:
        with self._path.open("a", encoding="utf-8") as target:
            target.write(json.dumps(asdict(arrival), ensure_ascii=False) + "\n")
            target.flush()
            os.fsync(target.fileno())


class PartnerServer(ThreadingHTTPServer):
    """Listens on the loopback address only; port 0 takes any free one."""

    daemon_threads = True

    def __init__(self, port: int, arrivals: Arrivals, manner: Manner, name: str) -> None:
        self.arrivals, self.manner, self.name = arrivals, manner, name
        super().__init__(("127.0.0.1", port), _Requests)


class _Requests(BaseHTTPRequestHandler):
    server: PartnerServer

    def do_POST(self) -> None:  # the name http.server calls
        if self.path != "/transfers":
            self._answer(HTTPStatus.NOT_FOUND, {"error": "no such address"})
            return
        length = int(self.headers.get("Content-Length") or 0)
        if length > BODY_LIMIT_BYTES:
            self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"error": "too large"})
            return
        self._take(self.rfile.read(length))

    def do_GET(self) -> None:  # the name http.server calls
        if self.path == "/transfers":
            self._answer(HTTPStatus.OK, [asdict(arrival) for arrival in self.server.arrivals.all()])
        elif self.path == "/":
            self._send(HTTPStatus.OK, _page(self.server).encode(), "text/html; charset=utf-8")
        else:
            self._answer(HTTPStatus.NOT_FOUND, {"error": "no such address"})

    def log_message(self, format: str, *args: Any) -> None:  # as in BaseHTTPRequestHandler
        LOG.info(format, *args)

    def _take(self, raw: bytes) -> None:
        key, transfer = self.headers.get("Idempotency-Key", ""), _object(raw)
        if not key or transfer is None:
            self._answer(HTTPStatus.BAD_REQUEST, {"error": "a JSON object and an Idempotency-Key are needed"})
            return
        arrival = self.server.arrivals.take(key, transfer)
        time.sleep(self.server.manner.delay_s)
        if self.server.manner.receipts == "never":
            self._answer(HTTPStatus.ACCEPTED, {})
        else:
            self._answer(HTTPStatus.OK, {"receipt_no": arrival.receipt_no})

    def _answer(self, status: HTTPStatus, told: Any) -> None:  # anything JSON
        self._send(status, json.dumps(told, ensure_ascii=False).encode(), "application/json")

    def _send(self, status: HTTPStatus, body: bytes, content_type: str) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            LOG.info("the other side hung up before the answer")


def _object(raw: bytes) -> dict[str, Any] | None:
    try:
        told = json.loads(raw)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


def _page(server: PartnerServer) -> str:
    heads = "".join(f"<th>{_words(f'demo-partner.{name}')}</th>" for name in ("receipt_no", "at", *SHOWN))
    rows = "".join(_row(arrival) for arrival in server.arrivals.all())
    title = f"{html.escape(server.name)} · {_words('demo-partner.title')}"
    body = f"<table border=1 cellpadding=6><tr>{heads}</tr>{rows}</table>" if rows else f"<p>{_words('demo-partner.empty')}</p>"
    head = f'<meta charset="utf-8"><meta http-equiv="refresh" content="2"><title>{title}</title>'
    return f'<!doctype html><html lang="zh-CN">{head}<h1>{title}</h1>{body}</html>'


def _row(arrival: Arrival) -> str:
    values = (arrival.receipt_no, arrival.at[:19], *(arrival.transfer.get(name, "") for name in SHOWN))
    return "<tr>" + "".join(f"<td>{html.escape(str(value))}</td>" for value in values) + "</tr>"


def _words(key: str) -> str:
    return html.escape(texts.text(key))
