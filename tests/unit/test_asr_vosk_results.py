"""What Vosk says in JSON, as hypotheses."""

import json

import pytest

from asr.engines import vosk_results


def word(text: str, start: float, end: float, **more: float) -> dict[str, object]:
    return {"word": text, "start": start, "end": end, **more}


def test_words_of_a_final_have_times_of_the_stream_and_confidence() -> None:
    answer = {"text": "路灯 坏了", "result": [word("路灯", 0.5, 1.0, conf=0.9), word("坏了", 1.0, 1.5, conf=0.4)]}

    found = vosk_results.final(json.dumps(answer), 60.0, 65.0)

    assert found is not None
    assert (found.text, found.start_s, found.end_s) == ("路灯坏了", 60.5, 61.5)
    assert [one.confidence for one in found.words] == [0.9, 0.4]


def test_alternatives_give_other_readings_and_how_sure_a_word_is() -> None:
    readings = [
        {"text": "路灯 坏了", "confidence": 100.0, "result": [word("路灯", 0.0, 0.5), word("坏了", 0.5, 1.0)]},
        {"text": "绿灯 坏了", "confidence": 100.0, "result": [word("绿灯", 0.0, 0.5), word("坏了", 0.5, 1.0)]},
    ]

    found = vosk_results.final(json.dumps({"alternatives": readings}), 0.0, 1.2)

    assert found is not None
    assert (found.text, found.alternatives) == ("路灯坏了", ("绿灯坏了",))
    assert [one.confidence for one in found.words] == [pytest.approx(0.5), pytest.approx(1.0)]


@pytest.mark.parametrize("answer", [{"text": ""}, {"alternatives": []}, {"alternatives": [{"text": "", "confidence": 1.0}]}])
def test_nothing_heard_is_no_hypothesis(answer: dict[str, object]) -> None:
    assert vosk_results.final(json.dumps(answer), 0.0, 1.0) is None


def test_a_partial_without_words_lasts_until_now() -> None:
    found = vosk_results.partial('{"partial": "路 灯"}', 10.0, 12.0)

    assert found is not None
    assert (found.text, found.is_final, found.start_s, found.end_s) == ("路灯", False, 10.0, 12.0)
