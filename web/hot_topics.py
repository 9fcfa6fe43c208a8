"""Reports of hot topics by the clock and for a reader: periods are whole local days that ended last midnight.

Run by `web.schedule` each night; `web.api.hot_topics` shows what is here.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from hotline.insight import hot_topic_rules, ticket_topics
from hotline.insight.hot_topic_rules import HotTopicRules
from hotline.insight.ticket_topics import Span
from hotline.kernel import clock
from hotline.people.models import Area
from sla import book
from web.bootstrap import Container

DISTRICT = "district"


def rules_of(session: Session) -> HotTopicRules:
    """The city's rules of hot topics in force."""
    return hot_topic_rules.read(book.values_of(session))


def span(days: int, now: datetime, zone: ZoneInfo) -> Span:
    """So many whole days up to last midnight in the city."""
    today = now.astimezone(zone).date()
    return Span(datetime.combine(today - timedelta(days=days), time(), zone), datetime.combine(today, time(), zone))


def make_reports(parts: Container) -> int:
    """Make tonight's reports that are missing, of the city and of each district; returns how many. Safe to call twice.

    Due from `nightly_hour` on; the very first are made at once.
    """
    now, zone = clock.now(), parts.database.zone
    with parts.database.read() as session:
        if not book.is_set_up(session):
            return 0
        rules = rules_of(session)
        missing = list(_missing(session, rules, now, zone))
        first = all(ticket_topics.latest(session, days) is None for days in rules.report.days)
    if not missing or (now.astimezone(zone).hour < parts.settings.nightly_hour and not first):
        return 0
    for days, area in missing:
        _make(parts, span(days, now, zone), area, rules)
    with parts.database.work() as uow:
        ticket_topics.forget(uow, rules.report.keep_days)
    return len(missing)


def _missing(session: Session, rules: HotTopicRules, now: datetime, zone: ZoneInfo) -> Iterator[tuple[int, str | None]]:
    districts = session.scalars(select(Area.code).where(Area.level == DISTRICT).order_by(Area.code)).all()
    for days in rules.report.days:
        for area in (None, *districts):
            made = ticket_topics.latest(session, days, area)
            if made is None or made.ends_at < span(days, now, zone).ends_at:
                yield days, area


def _make(parts: Container, wanted: Span, area: str | None, rules: HotTopicRules) -> None:
    with parts.database.read() as session:
        among = true() if area is None else ticket_topics.in_area(session, area)
        found = ticket_topics.found(session, wanted, among, rules, parts.search.analyzer)
    with parts.database.work() as uow:
        ticket_topics.keep(uow, found, area)
