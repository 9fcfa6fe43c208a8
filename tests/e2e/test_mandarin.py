"""Real Mandarin from the telephone: whisper hears it, the words appear on the console, the agent makes the ticket."""

from pathlib import Path

import pytest

from asr.audio import true_text
from asr.text import character_error_rate
from tests.e2e.stage import Stage
from tests.e2e.story import Cast, Story
from tests.e2e.waiting import until

pytestmark = [pytest.mark.e2e, pytest.mark.shared]

RECORDING = "audio/aishell1/BAC009S0150W0398.wav"
MODEL = "models/whisper-base-ct2-int8"
WORST_ERROR_RATE = 0.35
TYPED = {
    "type": "help",
    "title": "来电人反映的事项",
    "body": "来电人所述内容见通话记录，请核实后答复。",
    "address": "望江大道8号",
}


def test_spoken_mandarin_becomes_words_a_contact_and_a_ticket(stage: Stage, cast: Cast, shared: Path) -> None:
    story = Story(stage, cast, "19900001401", shared / RECORDING)
    story.ring()
    story.answer()

    with stage.gateway(f"whisper://{shared / MODEL}?beam=1") as port:
        story.speak(port)
        heard = until(lambda: words(story), what="the words are heard")

    truth = true_text(shared / "audio/manifest.tsv", shared / RECORDING)
    assert truth
    assert character_error_rate(truth, heard) <= WORST_ERROR_RATE, heard
    edit = {"version": story.draft()["version"], "fields": TYPED}
    story.agent.ask("PATCH", f"/drafts/{story.draft_id}", edit)
    story.confirm()
    contact = story.agent.get(f"/contacts/{story.contact_id}")
    assert [draft["ticket_number"] for draft in contact["drafts"]] == [story.number]
    assert contact["summary_code"] == "ticket_opened"


def words(story: Story) -> str:
    """What was heard so far."""
    segments = story.agent.get(f"/calls/{story.call_id}/transcript")["segments"]
    return "".join(segment["text"] for segment in segments)
