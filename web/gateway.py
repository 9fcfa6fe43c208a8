"""The speech gateway process: takes calls' audio at its doors, recognises it, stores and pushes the words.

Started by `hotline up` and `hotline gateway`. Without a speech model it runs all the same: calls are recorded, and heard
when there is one.
"""

import asyncio
import logging
import signal
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from urllib.parse import urlsplit

import psutil

from asr.engine import AsrEngine, open_engine
from asr.gateways.streams import AudioSink, Leg
from asr.model_fetch import fetch_model
from asr.models_check import NO_ENGINE, choose_url, model_places, model_url
from asr.sessions import SessionLimits, Sessions
from asr.wording.punctuation import open_punctuator
from asr.workers import WorkerPool
from hotline.kernel import logs, settings
from hotline.kernel.errors import HotlineError
from hotline.kernel.settings import Settings
from web import bootstrap
from web.audio_doors import open_doors
from web.growing_alarms import GrowingAlarms
from web.heard import Heard
from web.heard_text import HeardText
from web.legs import Legs, Resolve, as_named, resolved
from web.recordings import recordings_of
from web.speech_duties import Duties

LOG = logging.getLogger("web.gateway")
LAST_WORDS_S = 8.0
WITHOUT_MODEL = ("null", "scripted")


def main() -> None:
    """Run until SIGTERM or SIGINT. Raises PortTaken."""
    configured = settings.load()
    logs.configure(configured.log_level, "gateway")
    container = bootstrap.build(configured)
    show = HeardText(container.database.zone, open_punctuator(configured.punctuation_url))
    heard = Heard(container.database, container.push, show=show, alarms=GrowingAlarms(container.database, container.push))
    threading.Thread(target=show.prepare, args=(container.database,), name="names", daemon=True).start()
    try:
        run(configured, heard, resolve=Legs(container.database), duties=Duties(container, heard, show))
    finally:
        heard.close()
        container.close()


def run(
    configured: Settings,
    heard: Heard,
    ready: threading.Event | None = None,
    *,
    resolve: Resolve = as_named,
    duties: Callable[[Sessions], AbstractContextManager[None]] = lambda sessions: nullcontext(),
) -> None:
    """Serve until told to stop. `ready` is set when the ports are open; `duties` are gone about beside the calls."""
    url = choose_url(configured.asr_url, model_places())
    engine = open_engine_of(url, configured)
    sessions = Sessions(engine, heard, recordings_of(configured), limits_of(configured), register=heard)
    if url == NO_ENGINE and not configured.asr_url and configured.asr_fetch:
        threading.Thread(target=fetch_for, args=(sessions, configured), name="model-fetch", daemon=True).start()
    try:
        with duties(sessions):
            asyncio.run(serve(configured, sessions, ready or threading.Event(), resolve))
            sessions.wait(LAST_WORDS_S)
    finally:
        if sessions.engine is not None:
            sessions.engine.close()


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


def open_engine_of(url: str, configured: Settings) -> AsrEngine | None:
    """The engine; none where no model was found and none is meant, which is not the same as wanting none (`null:`)."""
    if url == NO_ENGINE and not configured.asr_url:
        LOG.warning("no speech model: calls are recorded, and heard when there is one")
        return None
    return open_or_none(url, configured.asr_workers)


def open_or_none(url: str, workers: int) -> AsrEngine | None:
    """The engine; none when its model is missing or damaged: calls must go on, and are heard when there is one."""
    try:
        engine = open_in_place(url, workers)
    except HotlineError as error:
        LOG.error("no speech recognition: %s", error)
        return None
    LOG.info("speech recognition by %s", engine.name)
    return engine


def open_in_place(url: str, workers: int) -> AsrEngine:
    """The engine in so many processes (-1: one a core), or in this one; engines without a model need none."""
    if workers == 0 or (workers < 0 and urlsplit(url).scheme in WITHOUT_MODEL):
        return open_engine(url)
    return WorkerPool(url, workers if workers > 0 else psutil.cpu_count() or 1)


def fetch_for(sessions: Sessions, configured: Settings) -> None:
    """Fetch the Chinese model and hear with it from now on. Without a network: one line, and no words."""
    try:
        folder = fetch_model(model_places()[-1], lambda here, whole: None)
    except HotlineError as error:
        LOG.warning("no speech model, and none could be fetched (%s): calls go on without words", error)
        return
    engine = open_or_none(model_url(folder), configured.asr_workers)
    if engine is not None:
        sessions.use(engine)
