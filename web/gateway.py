"""The speech gateway process: takes calls' audio at its doors, recognises it, stores and pushes the words.

Started by `hotline up` and `hotline gateway`. Without a speech model it runs all the same: calls are recorded, not heard.
"""

import asyncio
import logging
import signal
import threading
from pathlib import Path

from asr.engine import AsrEngine, open_engine
from asr.engines.null import NullEngine
from asr.gateways.streams import AudioSink, Leg
from asr.model_fetch import fetch_model
from asr.models_check import NO_ENGINE, choose_url, model_places, model_url
from asr.sessions import Listener, SessionLimits, Sessions
from hotline.kernel import logs, settings
from hotline.kernel.errors import HotlineError
from hotline.kernel.settings import Settings
from web import bootstrap
from web.audio_doors import open_doors
from web.heard import Heard
from web.legs import Legs, Resolve, as_named, resolved
from web.recordings import recordings_of

LOG = logging.getLogger("web.gateway")
LAST_WORDS_S = 8.0


def main() -> None:
    """Run until SIGTERM or SIGINT. Raises PortTaken."""
    configured = settings.load()
    logs.configure(configured.log_level, "gateway")
    container = bootstrap.build(configured)
    heard = Heard(container.database, container.push)
    try:
        run(configured, heard, resolve=Legs(container.database))
    finally:
        heard.close()
        container.close()


def run(configured: Settings, listener: Listener, ready: threading.Event | None = None, *, resolve: Resolve = as_named) -> None:
    """Serve until told to stop. `ready` is set when the ports are open."""
    url = choose_url(configured.asr_url, model_places())
    engine = open_or_deaf(url)
    sessions = Sessions(engine, listener, recordings_of(configured), limits_of(configured))
    if url == NO_ENGINE and not configured.asr_url and configured.asr_fetch:
        threading.Thread(target=fetch_for, args=(sessions, model_places()[-1]), name="model-fetch", daemon=True).start()
    try:
        asyncio.run(serve(configured, sessions, ready or threading.Event(), resolve))
        sessions.wait(LAST_WORDS_S)
    finally:
        engine.close()


def limits_of(configured: Settings) -> SessionLimits:
    """What the operator allows."""
    return SessionLimits(configured.asr_max_streams, streams_per_core=configured.asr_streams_per_core)


async def serve(configured: Settings, sessions: Sessions, ready: threading.Event, resolve: Resolve) -> None:
    """Listen until SIGTERM or SIGINT, then end all streams. Raises PortTaken."""
    stopping = asyncio.Event()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(wanted, stopping.set)

    async def open_leg(named: Leg) -> AudioSink:
        leg = await resolved(resolve, named)
        # Opened in the loop: a thread's session would be lost when the connection ends meanwhile.
        return sessions.open(leg.call_id, leg.role, leg.sample_rate_hz, gateway=leg.gateway, observer=leg.observer)

    async with open_doors(configured, open_leg):
        ready.set()
        await stopping.wait()


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
