"""An Elasticsearch for the tests: the server that HOTLINE_TEST_ELASTICSEARCH_URL names, else the stand-in noida-db.

The stand-in is 0.2.3 of a young project and emulates 8.15; it ranks as the real one does, but only a run with the variable
proves anything about a real server. The report's header says which it was.
"""

import os
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path

import httpx

VARIABLE = "HOTLINE_TEST_ELASTICSEARCH_URL"


def which() -> str:
    """The server that these tests run against, in one line; empty when there is none."""
    if os.environ.get(VARIABLE):
        return f"the server of {VARIABLE}"
    try:
        return f"the stand-in noida-db {version('noida-db')}, no real server ({VARIABLE} names one)"
    except PackageNotFoundError:
        return ""


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Its address as http://host:port, without a path."""
    named = os.environ.get(VARIABLE)
    if named:
        yield named.rstrip("/")
        return
    with child(folder, free_port()) as address:
        yield address


@contextmanager
def child(folder: Path, port: int) -> Iterator[str]:
    """The stand-in on that port with its data in the folder, until the end."""
    command = [str(files("noida_db") / "noida-db"), "start", "--only", "elasticsearch", "--elasticsearch-port", str(port)]
    with subprocess.Popen(  # noqa: S603 - the stand-in, pinned by hash
        [*command, "--data-dir", str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as running:
        address = f"http://127.0.0.1:{port}"
        try:
            _wait(address)
            yield address
        finally:
            running.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def url_of(address: str) -> str:
    """The address as a search URL with a prefix of its own, so that tests share nothing on one server."""
    scheme, _, nodes = address.partition("://")
    return f"{'elasticsearch+https' if scheme == 'https' else 'elasticsearch'}://{nodes}/t{uuid.uuid4().hex[:10]}"


def _wait(address: str) -> None:
    until = time.monotonic() + 20
    while True:
        try:
            httpx.get(address, timeout=1).raise_for_status()
        except httpx.HTTPError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return
