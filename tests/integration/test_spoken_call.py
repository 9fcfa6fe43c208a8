"""A spoken call from its recording to the draft: what an engine hears, the text chain and drafting together."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from asr import batch
from asr.decoding import open_sound
from asr.engine import AsrEngine, open_engine
from asr.session import CALLER
from asr.shown import show
from asr.telephone import RATE_HZ
from asr.text import character_error_rate
from hotline.intake.drafting import written
from hotline.intake.drafting.telling import fill_all
from hotline.intake.drafting.values import Turn
from hotline.intake.drafting.written import WrittenCall
from tests.unit.speech_sets import demo_lexicon
from web.demo import written_calls

DATA = Path(__file__).parents[1] / "data"
NIGHT_WORK = "k115"
MOST_WRONG = 0.4
"""The voice is no native speaker's and the line a telephone's: a fifth of the characters is heard wrongly."""


@pytest.fixture(scope="module")
def whisper(shared: Path) -> Iterator[AsrEngine]:
    engine = open_engine(f"whisper://{shared}/models/whisper-base-ct2-int8")
    yield engine
    engine.close()


@pytest.mark.shared
def test_a_spoken_call_becomes_a_draft_with_place_and_matter(whisper: AsrEngine) -> None:
    call = written_call(NIGHT_WORK)

    with open_sound(DATA / "speech" / "calls" / f"{call.id}.ogg") as sound:
        told = batch.transcribe(whisper, sound, RATE_HZ)
    turns = [
        Turn(seq, one.role, show(one.heard.text, demo_lexicon(), words=one.heard.words).text)
        for seq, one in enumerate(told.spoken, start=1)
    ]
    (draft,) = fill_all(turns, written_calls.sources(call.number, written_calls.learnt_ranker()))

    assert character_error_rate(words_of(call.turns), words_of(turns)) < MOST_WRONG
    (matter,) = call.matters
    for name, field in (("type", "type"), ("category", "category_code"), ("area_code", "area_code")):
        assert draft.fields[field].value in matter.fields[name].values
    assert "飞虹佳园对面" in draft.fields["address"].value


def written_call(name: str) -> WrittenCall:
    with (DATA / "calls" / "build.jsonl").open(encoding="utf-8") as lines:
        return next(call for call in written.read(lines) if call.id == name)


def words_of(turns: list[Turn] | tuple[Turn, ...]) -> str:
    return "".join(turn.text for turn in turns if turn.role == CALLER)
