"""Limits with real processes: requests late on the rungs of the ladder while processes die, and a calendar put in over HTTP.

Time is not waited for: the limits' moments are moved in the database, as if hours had gone by.
"""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from hotline.kernel import clock
from hotline.kernel.db import Database
from hotline.people.models import Unit
from hotline.people.notifier import FileNotifier
from hotline.tickets.models import SupervisionOrder
from sla.lifecycles import ClockState
from sla.limits import Stage as Limited
from sla.models import Alarm, Clock
from tests.conftest import ZONE
from tests.e2e.people import Json, Officer
from tests.e2e.stage import Stage
from tests.e2e.story import Cast, Story
from tests.e2e.waiting import until
from web.schedule import timed

pytestmark = pytest.mark.e2e

LIMIT = timedelta(hours=24)
PROMPTED, ORDERED = timedelta(minutes=31), timedelta(minutes=121)
"""Past the rungs of urgent matters: the work prompt after 30 minutes, the supervision order after 120."""
NEXT_LOOK_S = 2 * (timed("sla-sweep").every_seconds + timed("sla-alarms").every_seconds) + 30
"""A timetable that was killed begins its round anew."""
DEATHS = 3


@pytest.fixture
def two_make_a_digest(cast: Cast) -> Iterator[None]:
    """Two alarms to one receiver go out as one message while inside."""
    admin, path = cast["cityadmin"], "/admin/rules/digest.at_least"
    (before,) = [rule for rule in admin.get("/admin/rules")["items"] if rule["key"] == "digest.at_least"]
    admin.ask("PUT", path, {"value": 2, "source": "演练", "effective_from": None})
    yield
    admin.ask("PUT", path, {"value": before["value"], "source": before["source"], "effective_from": None})


@pytest.mark.usefixtures("two_make_a_digest")
def test_late_requests_climb_the_ladder_once_however_processes_die(
    stage: Stage, cast: Cast, records: Database, recording: Path
) -> None:
    late = [Story(stage, cast, f"1990000170{place}", recording) for place in (1, 2)]
    for story in late:
        submit_urgent(story)
    unit = unit_of(records, late[0])

    move_limits(records, late, ends=clock.now() + timedelta(hours=1))
    until(lambda: about(stage, unit.phone, late), what="one message for both", seconds=NEXT_LOOK_S)

    move_limits(records, late, ends=clock.now() - PROMPTED)
    for _ in range(DEATHS):
        stage.kill("worker")
        time.sleep(timed("sla-sweep").every_seconds / DEATHS)
    stage.kill("beat")
    until(lambda: papers(records, late) == {"prompt": 2}, what="a work prompt for each", seconds=NEXT_LOOK_S)

    move_limits(records, late, ends=clock.now() - ORDERED)
    until(lambda: papers(records, late) == {"prompt": 2, "order": 2}, what="an order for each", seconds=NEXT_LOOK_S)
    issue_and_answer(cast["supervisor1"], late[0])

    until(lambda: not unsent(records, late), what="every alarm is out", seconds=NEXT_LOOK_S)
    assert told_twice(records, late) == []
    assert max(Counter(about(stage, unit.phone, late)).values()) == 1
    assert papers(records, late) == {"prompt": 2, "order": 2}


def test_calendar_put_in_over_http_moves_open_limits_and_back(stage: Stage, cast: Cast, recording: Path) -> None:
    admin, story = cast["cityadmin"], Story(stage, cast, "19900001711", recording)
    story.submit()
    story.dispatch()
    before = handling_end(story)
    day = next_working_day(admin)
    year = admin.get(f"/admin/calendar/{day.year}")
    kept = [one for one in year["days"] if one["kind"]]

    table = "日期,安排,名称\n" + "".join(f"{one['day']},{one['kind']},{one['name']}\n" for one in kept) + f"{day},休,演练放假\n"
    files = {"file": ("安排.csv", table.encode(), "text/csv")}
    read = admin.ask("POST", "/admin/calendar/read", files=files, data={"year": str(day.year)})
    assert read["findings"] == []
    wanted = {"source": "（虚构）演练用放假通知", "days": read["days"]}
    preview = admin.post(f"/admin/calendar/{day.year}/preview", wanted)
    assert story.number in {one["number"] for one in preview["items"]}
    admin.ask("PUT", f"/admin/calendar/{day.year}", wanted)

    until(lambda: handling_end(story) > before, what="the limit ends later", seconds=NEXT_LOOK_S)
    back = {"source": year["source"], "days": [{name: one[name] for name in ("day", "kind", "name")} for one in kept]}
    admin.ask("PUT", f"/admin/calendar/{day.year}", back)
    until(lambda: handling_end(story) == before, what="the limit ends where it did", seconds=NEXT_LOOK_S)


def submit_urgent(story: Story) -> None:
    """A request that counts hours day and night, at work with its unit."""
    story.submit()
    given = {"changes": {"urgency": "urgent"}, "note": "涉及安全"}
    move = {"version": story.detail()["version"], "given": given}
    story.cast["dispatcher1"].post(f"/tickets/{story.ticket_id}/actions/correct", move)
    story.dispatch()
    story.sign()
    story.contact()


def unit_of(records: Database, story: Story) -> Unit:
    """The unit that works on it."""
    with records.read() as session:
        return session.get_one(Unit, story.unit["id"])


def move_limits(records: Database, stories: Sequence[Story], *, ends: datetime) -> None:
    """Let the handling limits have begun and end so that they end then, and be looked at next."""
    of_them = Clock.ticket_id.in_([story.ticket_id for story in stories]), Clock.stage == Limited.HANDLE
    values = {"started_at": ends - LIMIT, "due_at": ends, "next_at": clock.now()}
    with records.work() as uow:
        uow.session.execute(update(Clock).where(*of_them, Clock.state == ClockState.RUNNING).values(values))


def papers(records: Database, stories: Sequence[Story]) -> dict[str, int]:
    """How many papers of each kind the limits have led to."""
    wanted = SupervisionOrder.ticket_id.in_([story.ticket_id for story in stories]), SupervisionOrder.clock_id.is_not(None)
    with records.read() as session:
        return dict(Counter(session.scalars(select(SupervisionOrder.kind).where(*wanted))))


def issue_and_answer(supervisor: Officer, story: Story) -> None:
    """The supervisor issues the order that was drawn up, the unit answers."""
    (row,) = [row for row in supervisor.get("/orders?state=proposed")["items"] if row["ticket"]["id"] == story.ticket_id]
    due_at = (clock.now() + timedelta(hours=8)).isoformat()
    issued = act(supervisor, row["order"], "issue_order", note="请限期办结", due_at=due_at)
    assert (issued["kind"], issued["state"], issued["proposed"]) == ("order", "issued", False)
    assert act(story.liaison, issued, "answer_order", answer="今日办结")["state"] == "answered"


def act(officer: Officer, order: Json, action: str, **given: Any) -> Json:
    """A move of an order."""
    return officer.post(f"/orders/{order['id']}/actions/{action}", {"version": order["version"], "given": given})


def about(stage: Stage, phone: str, stories: Sequence[Story]) -> list[str]:
    """Messages to that telephone which name all the tickets."""
    sent = FileNotifier(stage.folder / "data" / "messages").recent(10_000)
    return [one.text for one in sent if one.to == phone and all(story.number in one.text for story in stories)]


def unsent(records: Database, stories: Sequence[Story]) -> list[int]:
    """Alarms of the tickets that are not out."""
    of_them = Alarm.ticket_id.in_([story.ticket_id for story in stories]), Alarm.sent_at.is_(None), Alarm.urgent
    with records.read() as session:
        return list(session.scalars(select(Alarm.id).where(*of_them)))


def told_twice(records: Database, stories: Sequence[Story]) -> list[Any]:
    """Receivers who were told the same of the same limit more than once."""
    columns = (Alarm.clock_id, Alarm.point, Alarm.unit_id, Alarm.officer_id, Alarm.role, Alarm.channel)
    with records.read() as session:
        query = select(*columns).where(Alarm.ticket_id.in_([story.ticket_id for story in stories]))
        found = Counter(tuple(row) for row in session.execute(query))
    return [row for row, count in found.items() if count > 1]


def handling_end(story: Story) -> datetime:
    """When the unit's limit ends, as its part shows it."""
    (limit,) = [one for one in story.part()["limits"] if one["stage"] == "handle"]
    return datetime.fromisoformat(limit["due_at"])


def next_working_day(admin: Officer) -> date:
    """The first day after today on which offices work."""
    today = clock.now().astimezone(ZONE).date()
    days = admin.get(f"/admin/calendar/{today.year}")["days"]
    return next(date.fromisoformat(one["day"]) for one in days if one["works"] and one["day"] > today.isoformat())
