"""What runs by the clock: the one list, turned into Celery beat entries by `web.worker`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from dispatch.linkage import sending
from hotline.kernel import outbox
from hotline.kernel.db import UnitOfWork
from hotline.tickets import anchors, archiving, replays
from knowledge_base import announcements, article_days, standings, tasks, wordings
from sla import asking, digests, recounts, sweep, years
from sla.book import is_set_up
from web import grouping, hot_topics, incident_watch, indexes, knowledge_terms, nightly, ranking_terms, recordings, repeat_terms
from web.bootstrap import Container
from web.reactions import knowledge


@dataclass(frozen=True)
class Timed:
    """A job that runs every so many seconds; each must bear running twice at once."""

    name: str
    run: Callable[[Container], object]
    every_seconds: float


def expire_articles(parts: Container) -> int:
    """Take articles whose validity ended out of use; search hides them from the first minute by their date."""
    return _until_none_is_left(parts, lambda uow: article_days.expire_due(uow, knowledge_terms.local_day(uow)))


def call_for_reviews(parts: Container) -> int:
    """Let articles fall due whose full review comes near."""
    return _until_none_is_left(parts, knowledge_terms.come_due)


def end_notices(parts: Container) -> int:
    """End announcements and wordings that are over; no list shows them from the moment they are."""
    ends = (announcements.end_over, wordings.end_over)
    return sum(_until_none_is_left(parts, end_over) for end_over in ends)


def count_standings(parts: Container) -> int:
    """Count what use says of each article, for the order of answers."""
    shape = parts.desk.policy.standing
    return _in_one_transaction(parts, lambda uow: standings.count(uow, knowledge_terms.rules_of(uow.session).standing, shape))


def archive(parts: Container) -> int:
    """Archive what ended long enough ago, a batch a transaction, until none is left."""
    return _until_none_is_left(parts, archiving.archive_due)


def resume(parts: Container) -> int:
    """Let suspended tickets go on whose day has come."""
    return _in_one_transaction(parts, archiving.resume_due)


def lapse(parts: Container) -> int:
    """End tickets that were not completed in time."""
    return _in_one_transaction(parts, archiving.lapse_due)


def tell_missing_year(parts: Container) -> object:
    """Ask the administrators for the notice of a coming year while it is missing; they are told once a month."""
    with parts.database.work() as uow:
        return years.tell_missing(uow) if is_set_up(uow.session) else None


def forget_keys(parts: Container) -> int:
    """Drop the keys of moves that nobody sends again any more."""
    with parts.database.work() as uow:
        return replays.forget(uow, timedelta(days=parts.settings.move_key_days))


def ask_callbacks(parts: Container) -> int:
    """Send links and place robot calls whose hour has come, and go on with whom neither reached, a batch a transaction."""
    return _until_none_is_left(parts, asking.ask_due)


def delete_recordings(parts: Container) -> int:
    """Delete the audio of calls whose days are over."""
    return _until_none_is_left(parts, lambda uow: recordings.delete_old(parts, uow))


def _until_none_is_left(parts: Container, job: Callable[[UnitOfWork], int]) -> int:
    done = 0
    while (found := _in_one_transaction(parts, job)) > 0:
        done += found
    return done


def _in_one_transaction(parts: Container, job: Callable[[UnitOfWork], int]) -> int:
    with parts.database.work() as uow:
        return job(uow)


SCHEDULE = (
    Timed("outbox-sweep", lambda parts: outbox.sweep(parts.database, parts.queue.put), 10),
    Timed("search-catch-up", indexes.catch_up, 10),
    Timed("articles-expire", expire_articles, 600),
    Timed("articles-come-due", call_for_reviews, 3600),
    Timed("articles-late-reviews", lambda parts: knowledge.tell_late_reviews(parts.database), 600),
    Timed("noticeboard-end", end_notices, 15),
    Timed("knowledge-tasks-overdue", lambda parts: _until_none_is_left(parts, tasks.tell_overdue), 60),
    Timed("questions-group", lambda parts: _until_none_is_left(parts, lambda uow: grouping.group_new(uow, parts.desk)), 60),
    Timed("questions-forget", lambda parts: _until_none_is_left(parts, grouping.forget), 86_400),
    Timed("knowledge-import", nightly.take_in_files, 5),
    Timed("knowledge-import-forget", nightly.forget_files, 86_400),
    Timed("guides-follow", nightly.follow_guides, 30),
    Timed("bundles-write", nightly.write_bundles, 600),
    Timed("articles-standing", count_standings, 86_400),
    Timed("hot-topics-report", hot_topics.make_reports, 600),
    Timed("repeats-thresholds", lambda parts: _in_one_transaction(parts, repeat_terms.calibrate), 86_400),
    Timed("timeline-anchor", lambda parts: anchors.write_due(parts.database), 900),
    Timed("tickets-resume", resume, 60),
    Timed("tickets-lapse", lapse, 600),
    Timed("tickets-archive", archive, 3600),
    Timed("move-keys-forget", forget_keys, 3600),
    Timed("sla-recount", lambda parts: recounts.run_due(parts.database), 15),
    Timed("calendar-missing", tell_missing_year, 3600),
    Timed("sla-sweep", lambda parts: sweep.run(parts.database), 15),
    Timed("sla-alarms", lambda parts: digests.send_due(parts.database), 30),
    Timed("callbacks-ask", ask_callbacks, 30),
    Timed("incidents-look", lambda parts: parts.incidents.look(parts.database), 3),
    Timed("incidents-keep-up", lambda parts: _until_none_is_left(parts, incident_watch.keep_up), 15),
    Timed("ranker-due", lambda parts: ranking_terms.ask_when_due(parts.database), 3600),
    Timed("ranker-train", lambda parts: ranking_terms.train_wanted(parts.database), 5),
    Timed("dispatch-automatic", lambda parts: ranking_terms.dispatch_automatically(parts.database), 15),
    Timed("recordings-delete", delete_recordings, 3600),
    Timed("recordings-adopt", recordings.adopt_orphans, 86_400),
    Timed(
        "transfers-overdue",
        lambda parts: sending.overdue(parts.database, parts.settings.linkage_receipt_seconds),
        5,
    ),
)
"""Seconds here are how often we look, not limits of the trade; those are data."""


def timed(name: str) -> Timed:
    """The row of that name."""
    return next(row for row in SCHEDULE if row.name == name)
