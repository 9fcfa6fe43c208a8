"""The bends of a request's life with a process killed in each: a rest that ends by itself, repeats that share one answer."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from hotline.kernel import clock
from hotline.kernel.db import Database
from hotline.people.notifier import FileNotifier
from hotline.tickets.models import TimelineEntry
from tests.e2e.aftermath import Aftermath
from tests.e2e.stage import Stage
from tests.e2e.story import PUBLIC_REPLY, Cast, Story, dying
from tests.e2e.waiting import PATIENCE_S, until
from web import texts
from web.schedule import timed

pytestmark = pytest.mark.e2e

REST_S = 30
NEXT_LOOK_S = 2 * timed("tickets-resume").every_seconds + PATIENCE_S
"""A timetable that was killed begins its round anew."""


def test_suspended_ticket_goes_on_by_itself_when_timetable_and_worker_are_killed(
    stage: Stage, cast: Cast, records: Database, recording: Path
) -> None:
    story = Story(stage, cast, "19900001501", recording)
    story.submit()
    story.dispatch()
    story.sign()
    story.contact()
    story.ask_to_suspend((clock.now() + timedelta(seconds=REST_S)).isoformat())

    with dying(stage, "worker", 0.05):
        story.suspend()
    assert story.state() == "suspended"
    stage.kill("beat")
    stage.kill("worker")
    until(lambda: story.state() == "handling", what="the ticket goes on", seconds=NEXT_LOOK_S)
    story.reply()
    story.satisfy()

    until(lambda: not Aftermath(stage, records, story).owed(), what="nothing is owed any more")
    assert written(records, story, "suspend", "resume", "answer", "close") == [1, 1, 1, 1]
    assert told(stage, story, "grant_suspension", "answer", "close") == [1, 1, 1]


def test_merged_callers_are_each_answered_and_called_back_once_when_processes_are_killed(
    stage: Stage, cast: Cast, records: Database, recording: Path
) -> None:
    main, other = (Story(stage, cast, f"1990000151{place}", recording) for place in (1, 2))
    for story in (main, other):
        story.submit()

    with dying(stage, "web", 0.05):
        other.merge_into(main)
    main.dispatch()
    with dying(stage, "worker", 0.2):
        main.handle()
    for story in (main, other):
        story.satisfy()

    for story, answer in ((main, "answer"), (other, "answer_merged")):
        until(lambda story=story: not Aftermath(stage, records, story).owed(), what="nothing is owed any more")
        assert story.detail()["public_reply"] == PUBLIC_REPLY
        assert written(records, story, answer, "close") == [1, 1]
        assert told(stage, story, "acknowledge", "answer", "close") == [1, 1, 1]
    assert written(records, main, "merged_in") == [1]
    assert [part["role"] for part in main.detail()["assignments"] + other.detail()["assignments"]] == ["lead"]


def written(records: Database, story: Story, *actions: str) -> list[int]:
    """How often each of these stands in the ticket's history."""
    query = select(TimelineEntry.action).where(TimelineEntry.ticket_id == story.ticket_id)
    with records.read() as session:
        found = Counter(session.scalars(query))
    return [found[action] for action in actions]


def told(stage: Stage, story: Story, *codes: str) -> list[int]:
    """How often the requester was sent each of these messages."""
    sent = FileNotifier(stage.folder / "data" / "messages").recent(10_000)
    words = Counter(message.text for message in sent if message.to == story.phone)
    code = {"number": story.number, "query_code": story.query_code}
    return [words[texts.text(f"message.{name}", **code)] for name in codes]
