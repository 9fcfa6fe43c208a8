"""The folder of calls' recordings as the settings name it, and what is done with it by the clock (rows of `schedule`).

Used by the gateway, views and jobs.
"""

from asr import lost_recordings, recording_rows, retention
from asr.recordings import Recordings
from hotline.kernel.db import UnitOfWork
from hotline.kernel.settings import Settings
from hotline.kernel.vault import Vault
from sla import book
from sla.book import is_set_up
from web.bootstrap import Container

FOLDER = "recordings"
ORPHAN_S = 3600.0
"""A file without a row that nobody wrote to for so long is nobody's."""
BATCH = 200


def recordings_of(configured: Settings) -> Recordings:
    """All recordings of this installation."""
    given = configured.recordings_key.get_secret_value().split(",")
    keys = [key.strip() for key in given if key.strip()]
    return Recordings(configured.data_dir / FOLDER, Vault(keys) if keys else None)


def delete_old(parts: Container, uow: UnitOfWork) -> int:
    """Delete a batch of those whose days are over by the city's rule."""
    if not is_set_up(uow.session):
        return 0
    keep_days = retention.read(book.values_of(uow.session))
    return recording_rows.delete_old(uow, recordings_of(parts.settings), keep_days)


def adopt_orphans(parts: Container) -> int:
    """Give files that no row names a row, a batch a transaction."""
    recordings = recordings_of(parts.settings)
    files = recordings.files(ORPHAN_S)
    adopted = 0
    for begin in range(0, len(files), BATCH):
        with parts.database.work() as uow:
            adopted += lost_recordings.adopt_orphans(uow, recordings, files[begin : begin + BATCH])
    return adopted
