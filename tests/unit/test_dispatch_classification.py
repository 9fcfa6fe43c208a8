"""Guessing the category of a text by words."""

import pytest

from dispatch.classification import CategoryWords, classify
from dispatch.rules import load_rules

RULES = load_rules().classification


def words(code: str, name: str, *typical: str, above: tuple[str, ...] = (), leaf: bool = True) -> CategoryWords:
    return CategoryWords(code, name, typical, above, leaf)


TREE = [
    words("01", "城市管理", leaf=False),
    words("0101", "市容环境", "占道经营", "小广告", above=("01",), leaf=False),
    words("010101", "流动摊贩", "摆摊", "夜市", above=("01", "0101")),
    words("010102", "占道堆物", "堆放", above=("01", "0101")),
    words("0402", "噪声污染", "噪音", "夜间施工", "广场舞"),
    words("0601", "供水", "停水", "水压", "管道"),
    words("0602", "供气", "停气", "管道", "燃气泄漏"),
    words("0701", "医疗保障", "异地就医备案", "报销"),
]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("楼下工地夜间施工，噪音很大睡不着", "0402"),
        ("家里从早上停水，水压一直没有", "0601"),
        ("厨房燃气泄漏的味道，管道老化", "0602"),
        ("巷口天天有人摆摊", "010101"),
        ("店家把货堆放在人行道，属于占道经营", "010102"),
        ("我想问异地就医备案怎么办", "0701"),
        ("流动摊贩太多", "010101"),
    ],
)
def test_the_category_whose_words_fall_comes_first(text: str, code: str) -> None:
    guess = classify(text, TREE, RULES)[0]

    assert guess.code == code
    assert 0 < guess.confidence < 1


def test_only_leaves_are_guessed_and_share_the_words_above_them() -> None:
    codes = [guess.code for guess in classify("门口占道经营", TREE, RULES)]

    assert codes == ["010101", "010102"]


def test_a_word_of_two_categories_tells_less_than_a_word_of_one() -> None:
    shared = classify("管道坏了", TREE, RULES)[0]
    own = classify("停水了", TREE, RULES)[0]

    assert shared.confidence < own.confidence


def test_a_long_word_that_is_almost_there_is_found_when_no_word_falls() -> None:
    guess = classify("想办一地就医备案", TREE, RULES)[0]

    assert (guess.code, guess.words) == ("0701", ("异地就医备案",))


@pytest.mark.parametrize("text", ["", "你好", "。。。", "a" * 100_000])
def test_a_text_without_any_known_word_is_not_guessed(text: str) -> None:
    assert classify(text, TREE, RULES) == []


def test_an_empty_tree_guesses_nothing() -> None:
    assert classify("停水", [], RULES) == []


def test_words_beyond_the_length_read_do_not_count() -> None:
    assert classify("好" * RULES.text_length + "停水", TREE, RULES) == []


def test_confidences_add_up_to_less_than_one() -> None:
    guesses = classify("夜间施工噪音，又停水又停气，管道漏", TREE, RULES)

    assert len(guesses) == 3
    assert sum(guess.confidence for guess in guesses) < 1


def test_the_words_that_speak_are_named_weightiest_first() -> None:
    guess = classify("噪音，夜间施工", TREE, RULES)[0]

    assert guess.words == ("夜间施工", "噪音")
