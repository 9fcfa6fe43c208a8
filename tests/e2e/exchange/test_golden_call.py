"""The golden story through a real Asterisk: a citizen's telephone, an agent's telephone, the shipped dialplan between them."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from sqlalchemy import func, select

from asr.audio import read_caller, true_text
from asr.models import CallRecording
from asr.text import character_error_rate
from hotline.intake.models import Call, Contact
from hotline.kernel.db import Database
from tests.e2e.conftest import LOUDNESS, TONE_HZ
from tests.e2e.exchange.telephony import Telephony, said
from tests.e2e.stage import Stage
from tests.e2e.story import CALL_OVER, CALL_RATE_HZ, Cast, Story
from tests.e2e.waiting import until

pytestmark = pytest.mark.e2e

STAY_S = 6.0
LONG_STAY_S = 40.0
MANDARIN_STAY_S = 12.0
RECORDINGS = ("audio/aishell1/BAC009S0150W0204.wav", "audio/aishell1/BAC009S0150W0187.wav")
"""Long ones: of a short sentence, few wrong characters are a large share."""
MODEL = "models/whisper-base-ct2-int8"
WORST_ERROR_RATE = 0.4
"""Of one sentence over a telephone; Whisper base has 17 to 18 % over many."""


@pytest.mark.parametrize(("media", "phone"), [("hotline-audiosocket", "19900001501"), ("hotline-websocket", "19900001503")])
def test_both_parties_are_heard_apart_and_the_ticket_is_dispatched(
    telephony: Telephony, stage: Stage, cast: Cast, recording: Path, media: str, phone: str
) -> None:
    telephony.asterisk.site["DESK_MEDIA"] = media
    story = Story(stage, cast, phone, recording)

    with telephony.call(story, recording, stay_s=STAY_S):
        for role in ("caller", "agent"):
            heard(story, role, sentences=2)
    until(lambda: state_of_call(story) == "ended", what="the call ends with the caller's hanging up")

    story.fill()
    story.confirm()
    story.dispatch()
    assert story.state() == "dispatched"
    assert story.unit["name"] == "澜桥区城市管理局"


def test_the_call_goes_on_and_is_heard_again_when_the_gateway_is_killed(
    telephony: Telephony, stage: Stage, cast: Cast, records: Database, tmp_path: Path
) -> None:
    speech = a_tone(tmp_path / "long.wav", LONG_STAY_S)
    story = Story(stage, cast, "19900001502", speech)

    with telephony.call(story, speech, stay_s=LONG_STAY_S):
        for role in ("caller", "agent"):
            heard(story, role, sentences=2)
        stage.kill("gateway")
        until(lambda: streams(records, story) == {"caller": 2, "agent": 2}, what="both parties are heard anew")
        assert len(telephony.asterisk.channels()) == 2, "both telephones are still connected"
        assert state_of_call(story) == "talking"
        for role in ("caller", "agent"):
            heard(story, role, sentences=4)
    until(lambda: state_of_call(story) in CALL_OVER, what="the call is over")

    with records.read() as session:
        assert session.scalar(select(func.count()).where(Call.number == story.phone)) == 1
        assert session.scalar(select(func.count()).where(Contact.call_id == story.call_id)) == 1


@pytest.mark.shared
def test_spoken_mandarin_of_both_parties_comes_under_their_own_names(
    telephony: Telephony, stage: Stage, cast: Cast, shared: Path, tmp_path: Path
) -> None:
    citizen_says, agent_says = (telephone_copy(shared / name, tmp_path) for name in RECORDINGS)
    story = Story(stage, cast, "19900001504", citizen_says)

    with stage.gateway(f"whisper://{shared / MODEL}?beam=1") as port:
        telephony.asterisk.site["DESK_AUDIOSOCKET"] = f"127.0.0.1:{port}"
        with telephony.call(story, agent_says, stay_s=MANDARIN_STAY_S):
            pass
        until(lambda: said(story, "caller") and said(story, "agent"), what="both are heard")
        until(lambda: state_of_call(story) == "ended", what="the call ends")

    for role, name in zip(("caller", "agent"), RECORDINGS, strict=True):
        truth = true_text(shared / "audio/manifest.tsv", shared / name)
        assert truth
        words = "".join(said(story, role))
        assert character_error_rate(truth, words) <= WORST_ERROR_RATE, (role, words)


def telephone_copy(recording: Path, folder: Path) -> Path:
    """The recording as a telephone takes it: one channel at 8 kHz."""
    path = folder / recording.name
    pcm = np.frombuffer(read_caller(recording, CALL_RATE_HZ), "<i2")
    soundfile.write(path, pcm, CALL_RATE_HZ)
    return path


def a_tone(path: Path, length_s: float) -> Path:
    """Something to hear for so long."""
    at = np.arange(int(length_s * CALL_RATE_HZ)) / CALL_RATE_HZ
    soundfile.write(path, (LOUDNESS * np.sin(2 * np.pi * TONE_HZ * at)).astype(np.int16), CALL_RATE_HZ)
    return path


def streams(records: Database, story: Story) -> dict[str, int]:
    """How many streams of each party were taken so far."""
    query = select(CallRecording.role, func.count()).where(CallRecording.call_id == story.call_id).group_by(CallRecording.role)
    with records.read() as session:
        return {str(role): int(count) for role, count in session.execute(query)}


def heard(story: Story, role: str, *, sentences: int) -> None:
    """Wait until so many sentences of that party are heard."""
    until(lambda: len(said(story, role)) == sentences, what=f"{sentences} sentences of the {role} are heard")


def state_of_call(story: Story) -> str:
    """Whether people talk, or the call is over."""
    return str(story.agent.get(f"/calls/{story.call_id}")["state"])
