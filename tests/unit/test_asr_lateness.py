"""How late live text is, told when the sentence ends."""

import pytest

from asr.engine import HeardWord, Hypothesis
from asr.lateness import LiveText


def partial(text: str) -> Hypothesis:
    return Hypothesis(text, False, 0.0, 9.0)


def final(*words: tuple[str, float], replaces: int | None = None) -> Hypothesis:
    heard = tuple(HeardWord(word, end_s - 0.2, end_s) for word, end_s in words)
    return Hypothesis("".join(word for word, _ in words), True, 0.0, words[-1][1], heard, replaces=replaces)


def test_a_word_is_late_by_when_as_much_text_stood_there() -> None:
    live = LiveText()
    live.shown(1.2, partial("路灯"))
    live.shown(1.9, partial("路灯怀了"))

    assert live.shown(3.0, final(("路灯", 1.0), ("坏了", 1.5), ("两天", 2.0))) == [
        pytest.approx(0.2),
        pytest.approx(0.4),
        pytest.approx(1.0),
    ]


def test_text_that_shrinks_again_was_shown_all_the_same() -> None:
    live = LiveText()
    live.shown(1.2, partial("路灯坏了"))
    live.shown(1.4, partial("路灯"))

    assert live.shown(2.0, final(("路灯", 1.0), ("坏了", 1.1))) == [pytest.approx(0.2), pytest.approx(0.1)]


def test_each_sentence_begins_anew() -> None:
    live = LiveText()
    live.shown(1.2, partial("路灯坏了"))
    live.shown(2.0, final(("路灯", 1.0)))

    assert live.shown(4.0, final(("好的", 3.0))) == [pytest.approx(1.0)]


def test_a_better_final_of_words_that_were_there_says_nothing() -> None:
    live = LiveText()

    assert live.shown(1.2, final(("路灯很亮很亮", 1.0), replaces=0)) == []
    assert live.shown(2.5, final(("坏了", 2.0))) == [pytest.approx(0.5)]
