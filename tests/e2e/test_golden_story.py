"""One request travels the whole way through real processes, from audio to the board; and once more per killed process."""

from pathlib import Path

import pytest

from hotline.kernel.db import Database
from tests.e2e.aftermath import Aftermath
from tests.e2e.people import Json, Officer
from tests.e2e.stage import Stage
from tests.e2e.story import INTERNAL_REPLY, PUBLIC_REPLY, Cast, Story, dying
from tests.e2e.waiting import until

pytestmark = pytest.mark.e2e

WORST_MOMENTS = [
    # a process is killed so many seconds after this step began
    ("gateway", "speak", 1.7),
    ("worker", "speak", 2.2),
    ("web", "confirm", 0.05),
    ("broker", "confirm", 0.05),
    ("worker", "dispatch", 0.1),
    ("beat", "dispatch", 0.02),
    ("web", "handle", 0.3),
    ("broker", "handle", 0.2),
    ("worker", "satisfy", 0.1),
]
MOVED = ("received", "dispatched", "on_time", "satisfaction", "resolution")
"""Numbers of the board that a request moves which was redone and then solved in time."""


def test_request_travels_from_the_call_to_the_board(stage: Stage, cast: Cast, records: Database, recording: Path) -> None:
    story, before = Story(stage, cast, "19900001001", recording), numbers(cast)

    it_rings_and_is_answered(story)
    words_appear_and_fill_the_draft(story)
    dispatcher_confirms_the_first_unit_proposed(story)
    unit_is_told_and_replies(story)
    dissatisfied_requester_gets_it_redone(story)
    requester_is_satisfied_and_reads_the_public_reply(story)

    board_moved_and_opens_the_list(story, before)
    Aftermath(stage, records, story).check()


@pytest.mark.parametrize(("process", "step", "after_s"), WORST_MOMENTS)
def test_request_goes_on_and_nothing_is_doubled_when_killed(
    stage: Stage, cast: Cast, records: Database, recording: Path, process: str, step: str, after_s: float
) -> None:
    place = WORST_MOMENTS.index((process, step, after_s))
    story = Story(stage, cast, f"1990000{1100 + place}", recording)

    killed = False
    for act in story.steps():
        if act.__name__ == step and not killed:
            with dying(stage, process, after_s):
                act()
            killed = True
        else:
            act()

    Aftermath(stage, records, story).check()
    assert story.state() == "closed"


def it_rings_and_is_answered(story: Story) -> None:
    agent = story.agent
    story.ring()
    agent.hears("call", lambda event: event["call_id"] == story.call_id and event["state"] == "offered")
    assert story.call_id in [call["id"] for call in agent.get("/calls")["items"]]
    story.answer()
    agent.hears("call", lambda event: event["call_id"] == story.call_id and event["state"] == "talking")


def words_appear_and_fill_the_draft(story: Story) -> None:
    agent = story.agent
    story.speak()
    agent.hears("draft", lambda event: event["draft_id"] == story.draft_id)
    until(lambda: [event["seq"] for event in words_shown(story) if event["final"]] == [1, 2], what="both sentences are shown")
    assert not words_shown(story)[0]["final"], "words appear while they are spoken"
    story.fill()
    fields = story.draft()["fields"]
    assert {name: fields[name]["value"] for name in ("category_code", "address")} == {
        "category_code": "060101",
        "address": "望江大道工地",
    }
    spoken = agent.get(f"/calls/{story.call_id}/transcript")["segments"]
    assert "望江大道" in evidence(fields["address"], spoken)
    cards = agent.get(f"/contacts/{story.contact_id}/cards")["items"]
    assert "夜间噪声时段和各类噪声谁管" in [card["title"] for card in cards]
    story.confirm()


def words_shown(story: Story) -> list[Json]:
    """What the agent's page was sent of the call so far."""
    return [event for event in story.agent.events("transcript") if event["call_id"] == story.call_id]


def dispatcher_confirms_the_first_unit_proposed(story: Story) -> None:
    dispatcher = story.cast["dispatcher1"]
    dispatcher.hears("ticket", lambda event: event["ticket_id"] == story.ticket_id and event["action"] == "open")
    waiting = dispatcher.get("/tickets?view=to_dispatch")["items"]
    assert story.number in [row["number"] for row in waiting]
    proposal = dispatcher.get(f"/tickets/{story.ticket_id}/proposal")["candidates"]
    assert proposal[0]["unit"]["name"] == "澜桥区城市管理局"
    assert proposal[0]["reasons"]
    assert proposal[0]["legal_basis"]
    story.dispatch()
    assert story.detail()["due"]


def unit_is_told_and_replies(story: Story) -> None:
    liaison = story.liaison
    until(lambda: story.ticket_id in told_of_work(liaison), what="the notice of new work")
    assert story.number in [row["number"] for row in liaison.get("/tickets?view=to_sign")["items"]]
    story.handle()
    detail = story.detail()
    assert (detail["state"], detail["public_reply"]) == ("callback", PUBLIC_REPLY)


def told_of_work(officer: Officer) -> list[int]:
    """The tickets that new work was told of in somebody's inbox."""
    return [notice["ticket_id"] for notice in officer.get("/notices")["items"] if notice["code"] == "assigned"]


def dissatisfied_requester_gets_it_redone(story: Story) -> None:
    callback = story.callback()
    assert (callback["contact_phone"], callback["public_reply"]) == (story.phone, PUBLIC_REPLY)
    story.doubt()
    cases = story.cast["auditor1"].get("/reviews")["items"]
    assert story.number in [case["ticket"]["number"] for case in cases if case["solved"] == "no"]
    story.redo()
    story.liaison.hears("assignment", lambda event: event["ticket_id"] == story.ticket_id and event["action"] == "open")
    story.handle()


def requester_is_satisfied_and_reads_the_public_reply(story: Story) -> None:
    story.satisfy()
    detail = story.detail()
    assert detail["closed_at"]
    assert [fact["satisfaction"] for fact in detail["callbacks"]] == ["dissatisfied", "satisfied"]
    assert not [line for line in detail["timeline"] if line["public"] and INTERNAL_REPLY in line["text"]]


def board_moved_and_opens_the_list(story: Story, before: Json) -> None:
    manager, after = story.cast["manager1"], numbers(story.cast)
    until(lambda: manager.events("board"), what="the board hears that numbers moved")
    assert {key: after[key]["numerator"] - before[key]["numerator"] for key in MOVED} == dict.fromkeys(MOVED, 1)
    for key in MOVED:
        opened = manager.get(f"/tickets?{after[key]['numerator_query']}")
        assert story.number in [row["number"] for row in opened["items"]], key


def numbers(cast: Cast) -> Json:
    """The board's numbers by key."""
    return {metric["key"]: metric for metric in cast["manager1"].get("/board")["metrics"]}


def evidence(field: Json, spoken: Json) -> list[str]:
    """The words a field of a draft came from."""
    said = {segment["seq"]: segment["text"] for segment in spoken}
    return [said[place["seq"]][place["start"] : place["end"]] for place in field["evidence"]]
