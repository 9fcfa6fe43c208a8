"""Incidents by the clock: every few seconds one process looks at new tickets, every few minutes quiet incidents end."""

from dataclasses import dataclass
from datetime import timedelta
from threading import Lock

from hotline.insight import gathering, incidents, watching
from hotline.insight.watching import Watch
from hotline.kernel.db import Database, UnitOfWork
from sla.book import is_set_up
from web import incident_rules


@dataclass(frozen=True)
class IncidentWatch:
    """The watch of this process; threads take turns, processes by a lock of the database."""

    watch: Watch
    turn: Lock

    def look(self, database: Database) -> int:
        """Look at what came in until nothing is new; returns how many tickets. Safe to kill and to run twice at once."""
        if not self.turn.acquire(blocking=False):
            return 0
        try:
            return self._look(database)
        finally:
            self.turn.release()

    def _look(self, database: Database) -> int:
        looked = 0
        while True:
            with database.work() as uow:
                found = self._once(uow)
            looked += found
            if not found:
                return looked

    def _once(self, uow: UnitOfWork) -> int:
        if not is_set_up(uow.session):
            return 0
        try:
            return watching.look(uow, self.watch, incident_rules.rules_of(uow.session))
        except Exception:
            # What is remembered may be ahead of what was kept; the next look reads it all again.
            self.watch.reset()
            raise


def keep_up(uow: UnitOfWork) -> int:
    """Note which incidents their unit has answered; end those that nothing was heard of for as long as the city says.

    Returns how many of a batch there were.
    """
    if not is_set_up(uow.session):
        return 0
    quiet = timedelta(hours=incident_rules.rules_of(uow.session).quiet_hours)
    return gathering.note_answered(uow) + incidents.end_quiet(uow, quiet)
