"""A gate before the Elasticsearch of the tests: HTTPS with a certificate made here, an API key, and refusals on demand."""

import datetime
import ipaddress
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Gate:
    """What the gate asks for and does. `answers` are statuses to give instead, one a request whose path ends with `on`."""

    behind: str
    authorization: str = ""
    on: str = "_bulk"
    answers: list[int] = field(default_factory=list)
    port: int = 0
    asked: list[str] = field(default_factory=list)


class Handler(BaseHTTPRequestHandler):
    """Answers for the gate that a subclass names."""

    protocol_version = "HTTP/1.1"
    gate: Gate

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        path = self.path.partition("?")[0]
        self.gate.asked.append(path)
        if self.gate.authorization and self.headers.get("authorization") != self.gate.authorization:
            self.answer(401, b'{"error": {"type": "security_exception"}, "status": 401}')
        elif self.gate.answers and path.endswith(self.gate.on):
            self.answer(self.gate.answers.pop(0), b'{"error": {"type": "es_rejected_execution_exception"}}')
        else:
            self.forward(body)

    def forward(self, body: bytes) -> None:
        sent = {name: self.headers[name] for name in ("content-type", "accept") if name in self.headers}
        got = httpx.request(self.command, f"{self.gate.behind}{self.path}", content=body, headers=sent, timeout=30)
        self.answer(got.status_code, got.content, got.headers.get("content-type", "application/json"))

    def answer(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("X-Elastic-Product", "Elasticsearch")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body if self.command != "HEAD" else b"")

    def log_message(self, *_: object) -> None:
        return

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_any  # noqa: N815 - names of http.server


@contextmanager
def opened(gate: Gate, certificate: Path | None = None) -> Iterator[Gate]:
    """The gate on a free port of the loopback, with TLS when there is a certificate with its key in one file."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("OfThisGate", (Handler,), {"gate": gate}))
    server.daemon_threads = True
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    gate.port = server.server_address[1]
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield gate
    finally:
        server.shutdown()
        server.server_close()


def make_certificate(folder: Path, name: str) -> Path:
    """A certificate for 127.0.0.1 signed by itself, with its key, as one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(who, who, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / f"{name}.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path
