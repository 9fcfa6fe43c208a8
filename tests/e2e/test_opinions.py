"""What requesters think, with real processes: a link that works once, a bad mark pushed, put right and evaluated once more."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from hotline.people.notifier import FileNotifier
from tests.e2e.people import Client, Json, citizen, exchange
from tests.e2e.stage import Stage
from tests.e2e.story import REPLY, SATISFIED, Cast, Story
from tests.e2e.waiting import until
from web.reactions.evaluations import PAGE

pytestmark = pytest.mark.e2e

CONTENT = {**SATISFIED, "words": "这次说清楚了"}
MARK: dict[str, Any] = {
    "source": "province",
    "external_id": "e2e-mark-1",
    "unit_code": "lanqiao-guiying",
    "item": "居住证申领",
    "stars": 1,
    "labels": ["流程复杂"],
    "words": "跑了三趟",
    "real_name": True,
    "name": "赵女士",
    "phone": "19900001602",
    "given_at": "2026-11-20T10:00:00+08:00",
}


@pytest.fixture
def resident(stage: Stage) -> Iterator[Client]:
    made = citizen(stage)
    yield made
    made.close()


@pytest.fixture
def platform(stage: Stage) -> Iterator[Client]:
    """The evaluation system, which has the token."""
    made = exchange(stage)
    yield made
    made.close()


def test_evaluation_link_from_the_message_works_once_and_only_once_at_the_same_moment(
    stage: Stage, cast: Cast, resident: Client, recording: Path
) -> None:
    story = Story(stage, cast, "19900001601", recording)
    story.submit()
    story.dispatch()
    story.handle()
    row = until(story.callback, what="the call-back is open")
    cast["callback1"].post(f"/callbacks/{row['id']}/link")

    (token,) = until(lambda: tokens(stage, story.phone), what="the message with the link is sent")
    seen = resident.post("/public/evaluations/look", {"token": token})
    assert (seen["kind"], seen["number"], seen["used"]) == ("matter", story.number, False)
    with ThreadPoolExecutor(4) as pool:
        tries = [pool.submit(resident.try_once, "POST", "/public/evaluations", {"token": token, **CONTENT}) for _ in range(4)]
        answers = sorted(one.result().status_code for one in tries)

    assert answers == [200, 409, 409, 409]
    resident.ask("POST", "/public/evaluations", {"token": token, **CONTENT}, status=409)
    resident.ask("POST", "/public/evaluations", {"token": token[::-1], **CONTENT}, status=404)
    assert resident.post("/public/evaluations/look", {"token": token})["used"]
    assert story.state() == "closed"
    assert [fact["state"] for fact in story.detail()["callbacks"]] == ["done"]


def test_bad_mark_is_pushed_put_right_and_evaluated_once_more(
    stage: Stage, cast: Cast, resident: Client, platform: Client
) -> None:
    pushed = [platform.post("/partners/marks", MARK) for _ in range(2)]
    assert [one["duplicate"] for one in pushed] == [False, True]
    assert pushed[0]["mark_id"] == pushed[1]["mark_id"]
    (row,) = marks(cast, "open", pushed[0]["mark_id"])
    assert (row["ticket"]["number"], row["ticket"]["state"]) == (pushed[0]["ticket_number"], "dispatched")
    ticket_id, unit = row["ticket"]["id"], cast["guiying"]

    for action, given in (("sign", {}), ("contact", {"note": "已上门道歉并说明"}), ("reply", REPLY)):
        (part,) = [one for one in unit.get(f"/tickets/{ticket_id}")["assignments"] if one["role"] == "lead"]
        unit.post(f"/assignments/{part['id']}/actions/{action}", {"version": part["version"], "given": given})
    caller = cast["callback1"]
    rows = caller.get("/callbacks?limit=200")["items"]
    (asked,) = [one for one in rows if one["ticket"]["id"] == ticket_id]
    caller.post(f"/callbacks/{asked['id']}/attempts", {"connect_result": "reached", "answers": SATISFIED})

    (token,) = until(lambda: tokens(stage, MARK["phone"]), what="the invitation to evaluate once more is sent")
    assert resident.post("/public/evaluations/look", {"token": token})["kind"] == "mark"
    resident.post("/public/evaluations", {"token": token, "satisfaction": "very_satisfied", "words": "当天办好"})
    resident.ask("POST", "/public/evaluations", {"token": token, "satisfaction": "satisfied"}, status=409)
    (put_right,) = marks(cast, "rectified", row["id"])
    assert (put_right["stars"], put_right["added"]["stars"], put_right["added"]["words"]) == (1, 5, "当天办好")


def marks(cast: Cast, state: str, mark_id: int) -> list[Json]:
    """The mark, if it stands in that list of the supervisors."""
    return [row for row in cast["supervisor1"].get(f"/marks?state={state}")["items"] if row["id"] == mark_id]


def tokens(stage: Stage, phone: str) -> list[str]:
    """Tokens of the links that were sent to that telephone, oldest first."""
    sent = FileNotifier(stage.folder / "data" / "messages").recent(10_000)
    found = [re.search(rf"{re.escape(PAGE)}([\w-]+)", message.text, re.ASCII) for message in sent if message.to == phone]
    return [one.group(1) for one in reversed(found) if one]
