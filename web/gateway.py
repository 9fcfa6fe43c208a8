"""The speech gateway process: takes calls' audio on AudioSocket, recognises it, stores and pushes the words.

Started by `hotline up` and `hotline gateway`. Without a speech model it runs all the same: calls are recorded, not heard.
"""

import asyncio
import errno
import logging
import signal
import threading
from pathlib import Path

from asr.engine import AsrEngine, open_engine
from asr.engines.null import NullEngine
from asr.gateways.audiosocket import AudioSocketServer, Limits
from asr.model_fetch import fetch_model
from asr.models_check import NO_ENGINE, choose_url, model_places, model_url
from asr.sessions import CALLER, Listener, SessionLimits, Sessions
from hotline.kernel import logs, settings
from hotline.kernel.errors import HotlineError, Unavailable
from hotline.kernel.settings import Settings
from web import bootstrap
from web.heard import Heard

LOG = logging.getLogger("web.gateway")
LAST_WORDS_S = 8.0


class PortTaken(Unavailable):
    """Somebody else listens there; `details` has `host`, `port` and the `setting` that names another."""

    code = "port-taken"


def main() -> None:
    """Run until SIGTERM or SIGINT. Raises PortTaken."""
    configured = settings.load()
    logs.configure(configured.log_level, "gateway")
    container = bootstrap.build(configured)
    heard = Heard(container.database, container.push)
    try:
        run(configured, heard)
    finally:
        heard.close()
        container.close()


def run(configured: Settings, listener: Listener, ready: threading.Event | None = None) -> None:
    """Serve until told to stop. `ready` is set when the port is open."""
    url = choose_url(configured.asr_url, model_places())
    engine = open_or_deaf(url)
    recordings = configured.data_dir / "recordings"
    sessions = Sessions(engine, listener, recordings, SessionLimits(configured.asr_max_streams))
    if url == NO_ENGINE and not configured.asr_url and configured.asr_fetch:
        threading.Thread(target=fetch_for, args=(sessions, model_places()[-1]), name="model-fetch", daemon=True).start()
    try:
        asyncio.run(serve(configured, sessions, ready or threading.Event()))
        sessions.wait(LAST_WORDS_S)
    finally:
        engine.close()


async def serve(configured: Settings, sessions: Sessions, ready: threading.Event) -> None:
    """Listen until SIGTERM or SIGINT, then end all streams. Raises PortTaken."""
    stopping = asyncio.Event()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(wanted, stopping.set)
    limits = Limits(
        max_seconds=configured.audio_max_seconds,
        stall_s=configured.audio_stall_seconds,
        max_connections=configured.audiosocket_max_connections,
    )
    host, port = configured.audiosocket_host, configured.audiosocket_port
    allow = [network.strip() for network in configured.audiosocket_allow.split(",")]
    server = AudioSocketServer(host, port, limits, lambda call, rate: sessions.open(call, CALLER, rate), allow=allow)
    try:
        async with server:
            LOG.info("listening on %s:%s", host, server.port)
            ready.set()
            await stopping.wait()
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise PortTaken(f"{host}:{port}", host=host, port=port, setting="HOTLINE_AUDIOSOCKET_PORT") from error


def open_or_deaf(url: str) -> AsrEngine:
    """The engine, or the one that hears nothing when its model is missing or damaged: calls must go on."""
    try:
        engine = open_engine(url)
    except HotlineError as error:
        LOG.error("no speech recognition: %s", error)
        return NullEngine()
    LOG.info("speech recognition by %s", engine.name)
    return engine


def fetch_for(sessions: Sessions, models: Path) -> None:
    """Fetch the Chinese model and hear with it from the next call on. Without a network: one line, and no words."""
    try:
        folder = fetch_model(models, lambda here, whole: None)
    except HotlineError as error:
        LOG.warning("no speech model, and none could be fetched (%s): calls go on without words", error)
        return
    sessions.use(open_or_deaf(model_url(folder)))
