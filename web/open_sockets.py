"""Which sockets of this process belong to which session, so that those of an ended session are cut. Called by `web.sockets`.

The push `session_ended` sends an honest browser away at once; this is for the others. One thread, only while sockets are open.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping

from sqlalchemy import select

from hotline.kernel.db import Database
from hotline.kernel.errors import HotlineError
from hotline.people.models import Officer

LOG = logging.getLogger("hotline.sockets")
SWEEP_SECONDS = 5.0


class OpenSockets:
    """The open sockets by their id, each with officer and session number. `cut` disconnects one."""

    def __init__(self, database: Database, cut: Callable[[str], None], every_seconds: float = SWEEP_SECONDS) -> None:
        self._database, self._cut, self._every = database, cut, every_seconds
        self._lock = threading.Lock()
        self._open: dict[str, tuple[int, int]] = {}
        self._sweeping = False

    def opened(self, socket_id: str, officer_id: int, session_no: int) -> None:
        """A socket connected."""
        with self._lock:
            self._open[socket_id] = officer_id, session_no
            if self._sweeping:
                return
            self._sweeping = True
        threading.Thread(target=self._run, name="open-sockets", daemon=True).start()

    def closed(self, socket_id: str) -> None:
        """A socket went away. Safe to call for one that is not known."""
        with self._lock:
            self._open.pop(socket_id, None)

    def sweep(self) -> list[str]:
        """Cut the sockets whose session was ended; gives their ids."""
        with self._lock:
            known = dict(self._open)
        with self._database.read() as session:
            wanted = {officer_id for officer_id, _ in known.values()}
            query = select(Officer.id, Officer.session_no).where(Officer.active, Officer.id.in_(wanted))
            current = {row.id: row.session_no for row in session.execute(query)}
        ended = _ended(known, current)
        for socket_id in ended:
            self.closed(socket_id)
            self._cut(socket_id)
        return ended

    def _run(self) -> None:
        while self._goes_on():
            time.sleep(self._every)
            try:
                self.sweep()
            except HotlineError as error:
                LOG.warning("open sockets not looked through: %s", error.code)

    def _goes_on(self) -> bool:
        with self._lock:
            self._sweeping = bool(self._open)
            return self._sweeping


def _ended(known: Mapping[str, tuple[int, int]], current: Mapping[int, int]) -> list[str]:
    return [socket_id for socket_id, (officer_id, number) in known.items() if current.get(officer_id) != number]
