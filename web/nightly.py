"""What knowledge does by the clock: files are taken in, guides followed, bundles written. Rows of `schedule` name these.

Nightly work is due once a local day from `nightly_hour` on, at whatever minute somebody looks.
"""

from datetime import date, datetime, timedelta
from pathlib import Path

from hotline.kernel import clock
from knowledge_base import bundles, guides, importing
from knowledge_base.bundles import Edition, Moment
from knowledge_base.guides import GuidesUnavailable
from knowledge_base.models import GuideSync
from sla.book import is_set_up
from web import knowledge_names, knowledge_terms
from web.bootstrap import Container

TRY_AGAIN = timedelta(hours=1)
KEEP_ROWS = timedelta(days=30)
"""For so long the rows of a file that was brought in can still be fetched."""


def take_in_files(parts: Container) -> int:
    """Work off the files of articles that wait."""
    return importing.run_due(parts.database, knowledge_names.importers(parts.database))


def forget_files(parts: Container) -> int:
    """Empty the rows of files that were brought in long ago."""
    with parts.database.work() as uow:
        return importing.forget_rows(uow, KEEP_ROWS)


def follow_guides(parts: Container) -> bool:
    """Take over what changed at the service platform, once a night, when an editor asks, and again after a failure."""
    with parts.database.read() as session:
        state, _ = guides.standing(session, parts.guides.name)
        ready = is_set_up(session)
    if not ready or not parts.guides.name or not _wanted(parts, state):
        return False
    try:
        guides.sync(parts.database, parts.guides, knowledge_names.placing)
    except GuidesUnavailable:
        return False  # the look has noted it, and is due again in TRY_AGAIN
    return True


def write_bundles(parts: Container) -> int:
    """Write both editions of the off-line bundle once a night, and throw the oldest away; returns how many were written."""
    moment = moment_of(parts)
    with parts.database.read() as session:
        if not is_set_up(session):
            return 0
    made = bundles.listed(folder(parts), Edition)
    missing = set(Edition) - {one.edition for one in made if _local_day(one.at, moment) == moment.local.date()}
    if moment.local.hour < parts.settings.nightly_hour or not missing:
        return 0
    for edition in sorted(missing):
        write_bundle(parts, edition, folder(parts))
    return len(missing)


def write_bundle(parts: Container, edition: Edition, into: Path) -> Path:
    """Write one edition now, and throw away the oldest of its kind and what a killed run left."""
    with parts.database.read() as session:
        names, keep = knowledge_names.names_of(session), knowledge_terms.rules_of(session).bundle_keep
    path = bundles.make(parts.database, into, edition, names, moment_of(parts))
    bundles.keep_newest(into, keep)
    bundles.sweep(into, clock.now())
    return path


def folder(parts: Container) -> Path:
    """Where the nightly bundles lie."""
    return parts.settings.data_dir / bundles.FOLDER


def moment_of(parts: Container) -> Moment:
    """Now, and the city's local time of it."""
    now = clock.now()
    return Moment(now, now.astimezone(parts.database.zone))


def _wanted(parts: Container, state: GuideSync | None) -> bool:
    """Whether the guides are to be looked at now: never yet, an editor asks, a look broke off, or another night has come."""
    if state is None or state.started_at is None:
        return True
    moment = moment_of(parts)
    if state.finished_at is None or state.error:
        return state.started_at < moment.now - TRY_AGAIN
    return _local_day(state.started_at, moment) < moment.local.date() and moment.local.hour >= parts.settings.nightly_hour


def _local_day(at: datetime, moment: Moment) -> date:
    return at.astimezone(moment.local.tzinfo).date()
