"""Text to tokens: what must come out alike, and what must not get lost."""

import pytest

from hotline.kernel.search.analysis import (
    LONGEST_TOKEN,
    Analyzer,
    normalise,
    packaged_words,
    suggest_group,
    suggest_query,
    suggest_terms,
)


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer(packaged_words())


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("ＡＢＣ１２３", "abc123"),
        ("電動車充電樁噪音擾民", "电动车充电桩噪音扰民"),
        ("WiFi", "wifi"),
        ("", ""),
        ("㎡", "m2"),
    ],
)
def test_normalise_gives_one_form(given: str, expected: str) -> None:
    assert normalise(given) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("申请公租房需要什么条件？", ["申请", "租房", "公租房", "需要", "什么", "条件"]),
        ("公租房，公租房", ["租房", "公租房", "租房", "公租房"]),
        ("……！？", []),
        ("", []),
        ("12345", ["12345"]),
    ],
)
def test_tokens_are_words_in_order_with_repeats(analyzer: Analyzer, text: str, expected: list[str]) -> None:
    assert analyzer.tokens(text) == expected


@pytest.mark.parametrize(
    ("one", "other"), [("異地就醫備案", "异地就医备案"), ("ＥＴＣ办理", "etc办理"), ("加裝電梯", "加装电梯")]
)
def test_tokens_are_equal_whatever_the_script_or_width(analyzer: Analyzer, one: str, other: str) -> None:
    assert analyzer.tokens(one) == analyzer.tokens(other)


def test_tokens_keep_a_word_of_the_dictionary_whole() -> None:
    plain, with_word = Analyzer(), Analyzer(["云泽湾壹号"])

    assert "云泽湾壹号" not in plain.tokens("云泽湾壹号停水")
    assert "云泽湾壹号" in with_word.tokens("云泽湾壹号停水")


def test_words_do_not_overlap(analyzer: Analyzer) -> None:
    assert analyzer.words("申请公租房") == ["申请", "公租房"]


@pytest.mark.parametrize("typed", ["养老", "yang", "yl", "ylbx", "yanglaobaoxian", "YL", "养老保险"])
def test_suggest_terms_hold_every_way_to_begin_a_title(typed: str) -> None:
    assert suggest_query(typed) in suggest_terms("养老保险转移")


@pytest.mark.parametrize("typed", ["公积金提", "gongjijin", "gjjtq", "提取"])
def test_suggest_terms_hold_the_words_inside_a_title_after_its_beginning(typed: str) -> None:
    first, inside = suggest_group(typed)

    terms = suggest_terms("住房公积金提取")

    assert first not in terms
    assert inside in terms


def test_nothing_typed_suggests_nothing() -> None:
    assert suggest_group(" ，") == ()


def test_a_run_of_letters_is_no_longer_than_a_search_server_takes(analyzer: Analyzer) -> None:
    assert [len(token) for token in analyzer.tokens("x" * 1000)] == [LONGEST_TOKEN]


def test_highlight_marks_the_words_that_hold_a_token(analyzer: Analyzer) -> None:
    text = "申請公租房的條件"

    marked = [text[start:end] for start, end in analyzer.highlight(text, {"公租房", "条件"})]

    assert marked == ["公租房", "條件"]


def test_analysis_takes_very_long_text(analyzer: Analyzer) -> None:
    assert len(analyzer.tokens("停水" * 50_000)) > 0
