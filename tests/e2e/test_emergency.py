"""A word of danger falls: the banner, the voice handover, the data beside it; with 110's data link up, and killed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.people import Json
from tests.e2e.stage import RECEIPT_S, Stage
from tests.e2e.story import Cast, Story
from tests.e2e.waiting import until

pytestmark = pytest.mark.e2e

DANGER = "0.2\t2.2\t快来人，桂影路十二号有人拿刀砍人\n"
HANDOVER = {"partner": "110", "reason": "有人持刀", "place": "桂影路12号", "summary": "有人拿刀砍人"}


@pytest.fixture(scope="module")
def danger_port(stage: Stage) -> Iterator[int]:
    """The port of a gateway on which every caller is in danger."""
    script = stage.folder / "danger.tsv"
    script.write_text(DANGER, encoding="utf-8")
    with stage.gateway(f"scripted://{script}") as port:
        yield port


def test_danger_is_handed_over_by_voice_with_the_data_beside_it(
    stage: Stage, cast: Cast, recording: Path, danger_port: int
) -> None:
    story = ringing(stage, cast, "19900001201", recording)
    with story.on_the_line(danger_port):
        alert = story.agent.hears("alert", lambda event: event["contact_id"] == story.contact_id)
        assert (alert["level"], alert["partner"]) == ("critical", "110")
        cast["leader1"].hears("alert", lambda event: event["alert_id"] == alert["alert_id"])
        story.agent.post(f"/alerts/{alert['alert_id']}/choice", {"choice": "transfer"})

        opened = [hand_over(story, "danger-1") for _ in range(2)]
        assert len({transfer["id"] for transfer in opened}) == 1
        answered = story.agent.post(f"/transfers/{opened[0]['id']}/voice", {"state": "answered", "answered_by": "接警员 0713"})

    assert (answered["voice_state"], answered["voice_answered_by"]) == ("answered", "接警员 0713")
    assert answered["voice_answered_at"]
    done = until(lambda: receipted(story), what="the receipt of 110")
    (arrival,) = arrivals(stage, story)
    assert done["receipt_no"] == arrival["receipt_no"]


def test_alarm_rises_while_110_is_away_and_the_matter_arrives_once_when_it_is_back(
    stage: Stage, cast: Cast, recording: Path, danger_port: int
) -> None:
    story = ringing(stage, cast, "19900001202", recording)
    stage.kill("partner")
    try:
        opened = hand_over(story, "danger-2")
        assert opened["state"] == "to_send"
        for login in ("agent1", "leader1"):
            cast[login].hears("transfer", lambda event: event["transfer_id"] == opened["id"] and event["overdue"])
        notices = until(lambda: alarms(cast, opened), what=f"the alarm, {RECEIPT_S} s without receipt")
        assert len(notices) == 1
        assert (transfer_of(story)["state"], transfer_of(story)["overdue"]) == ("to_send", True)
        stage.kill("worker")
    finally:
        stage.start_partner()

    done = until(lambda: receipted(story), what="the receipt of 110")
    assert not done["overdue"]
    assert len(arrivals(stage, story)) == 1


def ringing(stage: Stage, cast: Cast, phone: str, recording: Path) -> Story:
    """A call that the agent took."""
    story = Story(stage, cast, phone, recording)
    story.ring()
    story.answer()
    return story


def hand_over(story: Story, key: str) -> Json:
    """Hand the caller's matter to 110; the same key is the same hand-over."""
    body = {**HANDOVER, "contact_id": story.contact_id}
    return story.agent.post("/transfers", body, headers={"Idempotency-Key": key})


def transfer_of(story: Story) -> Json:
    """The contact's hand-over as the console shows it."""
    (found,) = story.agent.get(f"/contacts/{story.contact_id}")["transfers"]
    return found


def receipted(story: Story) -> Json:
    """The hand-over once 110 has it, else None."""
    found = transfer_of(story)
    return found if found["state"] == "receipted" else None


def arrivals(stage: Stage, story: Story) -> list[Json]:
    """What 110 took of this caller."""
    return [arrival for arrival in stage.arrivals() or [] if arrival["transfer"]["callback_number"] == story.phone]


def alarms(cast: Cast, transfer: Json) -> list[Json]:
    """The shift leader's notices of hand-overs without receipt that are newer than this one."""
    found = cast["leader1"].get("/notices")["items"]
    return [row for row in found if row["code"] == "transfer-overdue" and row["at"] >= transfer["created_at"]]
