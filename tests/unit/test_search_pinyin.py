"""How words sound: homophones, what is heard wrongly, pinyin typed whole or by initials."""

import pytest

from hotline.kernel.search import pinyin
from hotline.kernel.search.analysis import Analyzer, packaged_words


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer(packaged_words())


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("居民身份正补办", "居民身份证补办"),
        ("shenfenzheng buban", "身份证补办"),
        ("ShenFenZheng", "身份证"),
        ("蓝牌照", "南牌照"),
        ("身份證補辦", "身份证补办"),
        ("生份正", "身份证"),
    ],
)
def test_what_sounds_alike_has_the_same_sounds(analyzer: Analyzer, heard: str, meant: str) -> None:
    assert analyzer.sounds(heard) == analyzer.sounds(meant)


@pytest.mark.parametrize("typed", ["sfz", "sfzbl", "bl", "shenfenzheng", "shenfenz"])
def test_what_is_typed_in_letters_stands_in_the_sounds_of_the_title(analyzer: Analyzer, typed: str) -> None:
    assert set(analyzer.sounds(typed)) <= set(analyzer.sounding("居民身份证遗失身份证补领").split())


@pytest.mark.parametrize(
    ("letters", "read"),
    [
        ("shenfenzheng", ("shen", "fen", "zheng")),
        ("xian", ("xian",)),
        ("shenfenzh", ("shen", "fen")),
        ("sfz", ()),
        ("wifi", ()),
        ("", ()),
    ],
)
def test_letters_are_read_as_the_fewest_syllables(letters: str, read: tuple[str, ...]) -> None:
    assert pinyin.segmented(letters) == read


def test_filler_has_no_sound(analyzer: Analyzer) -> None:
    assert analyzer.sounds("怎么", {"怎么"}) == []


@pytest.mark.parametrize(("text", "pairs"), [("水", ["~水"]), ("停水了", ["~停水", "~水了"]), ("ETC", []), ("", [])])
def test_pairs_are_marked_apart_from_words(analyzer: Analyzer, text: str, pairs: list[str]) -> None:
    assert [token for token in analyzer.indexed(text).split() if token.startswith("~")] == pairs


def test_an_analyzer_learns_and_forgets_words_of_the_city() -> None:
    analyzer = Analyzer()

    analyzer.learn(["云泽湾壹号"])
    learnt = analyzer.tokens("云泽湾壹号停水")
    analyzer.learn([])

    assert "云泽湾壹号" in learnt
    assert "云泽湾壹号" not in analyzer.tokens("云泽湾壹号停水")
