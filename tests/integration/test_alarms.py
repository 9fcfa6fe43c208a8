"""Alarms on a real database: what waits for the morning, what goes out together, what a cap holds back, what is overtaken."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from hotline.kernel.db import Database
from hotline.kernel.events import StoredEvent
from hotline.people.models import Notice, Unit
from sla import digests, sweep
from sla.events import DigestMade
from sla.lifecycles import ClockState
from sla.limits import Stage
from sla.models import Alarm, Clock, Digest, SlaRule
from tests.conftest import ZONE
from tests.fakes import FakeNotifier
from tests.integration.limits import city, subscribers
from tests.integration.people import SignIn
from tests.lives import City
from web.bootstrap import Container
from web.digests import worded
from web.reactions.alarms import Alarming

__all__ = ["city", "subscribers"]

MORNING = datetime(2026, 11, 20, 10, 0, tzinfo=ZONE)
NIGHT = datetime(2026, 11, 20, 22, 0, tzinfo=ZONE)
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE)
HOUR = timedelta(hours=1)


def late(city: City, count: int, *, at: datetime, urgency: str = "normal") -> list[int]:
    """So many tickets of unit C whose handling is past at that moment, and swept."""
    made = []
    for _ in range(count):
        ticket_id = city.opened(urgency=urgency)
        city.move(ticket_id, "dispatch", {"unit_id": city.id("C")})
        made.append(ticket_id)
    with city.database.work() as uow:
        for clock in uow.session.scalars(select(Clock).where(Clock.ticket_id.in_(made))):
            clock.next_at = at if clock.stage is Stage.HANDLE else None
            clock.due_at = at if clock.stage is Stage.HANDLE else clock.due_at
            clock.warn_at = None
    sweep.run(city.database, now=at)
    return made


def sent(city: City, at: datetime) -> list[str]:
    """Codes of the notices that unit C gets at that moment."""
    with city.database.read() as session:
        before = session.scalar(select(func.max(Notice.id))) or 0
    digests.send_due(city.database, now=at)
    with city.database.read() as session:
        query = select(Notice.code).where(Notice.id > before, Notice.unit_id == city.id("C")).order_by(Notice.id)
        return list(session.scalars(query))


def rule(city: City, key: str, value: object) -> None:
    with city.database.work() as uow:
        uow.session.add(SlaRule(key=key, value=value, source="test", effective_from=MORNING - timedelta(days=2)))


def test_an_alarm_goes_out_once(city: City) -> None:
    late(city, 1, at=MORNING + HOUR)

    assert sent(city, MORNING + HOUR) == ["over-handle"]
    assert sent(city, MORNING + 2 * HOUR) == []


def test_an_alarm_of_the_night_waits_for_the_next_working_morning(city: City) -> None:
    late(city, 1, at=NIGHT)

    assert sent(city, NIGHT + HOUR) == []
    assert sent(city, MONDAY) == ["over-handle"]


def test_an_urgent_alarm_goes_out_at_night_by_telephone_too(city: City) -> None:
    with city.database.work() as uow:
        uow.session.scalars(select(Unit).where(Unit.code == "C")).one().phone = "19900000009"
    late(city, 1, at=NIGHT, urgency="urgent")

    assert sent(city, NIGHT) == ["over-handle"]
    with city.database.read() as session:
        made = session.scalars(select(StoredEvent.payload["digest_id"]).where(StoredEvent.name == "digest-made")).all()
    notifier = FakeNotifier()
    for _ in range(2):
        for delivery_id, digest_id in enumerate(made, start=1):
            Alarming(notifier).digest_made(city.database, delivery_id, DigestMade(int(digest_id)))
    assert [message.to for message in notifier.recent()] == ["19900000009"]
    assert "超过办理时限" in notifier.recent()[0].text


def test_many_alarms_go_out_as_one_digest_that_counts_them(city: City) -> None:
    late(city, 6, at=MORNING + HOUR)

    assert sent(city, MORNING + HOUR) == ["digest"]
    with city.database.read() as session:
        notice = session.scalars(select(Notice).where(Notice.code == "digest", Notice.unit_id == city.id("C"))).one()
    words = worded(notice.code, "text", notice.args)
    assert "办理超期 6 项" in words
    assert notice.args["numbers"].count("、") == 4


def test_what_a_cap_holds_back_is_reported_and_goes_out_with_the_next_digest(city: City) -> None:
    rule(city, "alarm.cap_per_hour", 2)
    for minute in range(4):
        late(city, 1, at=MORNING + HOUR + timedelta(minutes=minute))
        sent(city, MORNING + HOUR + timedelta(minutes=minute))

    with city.database.read() as session:
        held = [row for row in digests.held_back(session) if row.to.unit_id == city.id("C")]
    assert [(row.point, row.count, row.since) for row in held] == [("expired", 2, MORNING + HOUR + timedelta(minutes=2))]
    assert sent(city, MORNING + 2 * HOUR) == []
    assert sent(city, MORNING + 4 * HOUR) == ["digest-held"]
    with city.database.read() as session:
        assert session.scalars(select(Digest.held).where(Digest.held > 0)).all()[0] == 2
        assert not [row for row in digests.held_back(session) if row.to.unit_id == city.id("C")]


def test_an_urgent_alarm_is_held_back_by_no_cap(city: City) -> None:
    rule(city, "alarm.cap_per_hour", 1)
    late(city, 1, at=MORNING + HOUR)
    sent(city, MORNING + HOUR)

    late(city, 1, at=MORNING + HOUR, urgency="critical")

    assert sent(city, MORNING + HOUR) == ["over-handle"]


@pytest.mark.parametrize("change", [{"state": ClockState.STOPPED}, {"told": ["again"]}], ids=["done", "given more time"])
def test_an_alarm_that_was_overtaken_is_not_sent(city: City, change: dict[str, object]) -> None:
    ticket_id = late(city, 1, at=NIGHT)[0]
    with city.database.work() as uow:
        clock = uow.session.scalars(select(Clock).where(Clock.ticket_id == ticket_id, Clock.stage == Stage.HANDLE)).one()
        for name, value in change.items():
            setattr(clock, name, value)

    assert sent(city, MONDAY) == []
    with city.database.read() as session:
        assert session.scalar(select(func.count()).where(Alarm.sent_at.is_(None))) == 0


def test_a_city_that_is_not_set_up_sends_nothing(database: Database) -> None:
    assert digests.send_due(database) == 0


def test_held_alarms_are_shown_to_supervisors_alone(sign_in: SignIn, parts: Container) -> None:
    assert sign_in("supervisor").done("GET", "/alarms/held") == {"items": []}
    assert sign_in("handler", "U1").ask("GET", "/alarms/held").status_code == 403
