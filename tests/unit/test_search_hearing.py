"""Words heard wrongly, typed in pinyin or said in dialect are put right; what is said rightly stays."""

import pytest

from hotline.kernel.search.analysis import Analyzer, packaged_words
from hotline.kernel.search.hearing import Lexicon, spoken_words, translated


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer(packaged_words())


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("身分正遗失", "身份证遗失"),
        ("工积金怎么取", "公积金怎么取"),
        ("shenfenzheng", "身份证"),
        ("she bao ka", "社保卡"),
        ("gongjijin daikuan edu", "公积金 贷款 额度"),
        ("冇电", "没电"),
        ("啷个落户", "怎么落户"),
        ("離婚證", "离婚证"),
    ],
)
def test_words_of_public_service_are_put_right(analyzer: Analyzer, said: str, meant: str) -> None:
    assert analyzer.repaired(said) == meant


@pytest.mark.parametrize(
    "said", ["户口不一致", "我是业主", "etc怎么办", "wifi", "孩子怎么报名", "不收工本费", "公车私用", "", "12345"]
)
def test_what_is_said_rightly_stays(analyzer: Analyzer, said: str) -> None:
    assert analyzer.repaired(said) == said


def test_of_two_words_that_sound_alike_the_first_is_meant() -> None:
    assert Lexicon(["公证处", "公正处"]).repaired("工证处", ["工", "证", "处"]) == "公证处"


def test_a_city_teaches_its_own_words() -> None:
    analyzer = Analyzer()
    analyzer.learn(["霁山公园"])

    assert analyzer.repaired("jishangongyuan") == "霁山公园"


def test_the_packaged_lists_have_no_word_twice_and_no_pair_that_changes_nothing() -> None:
    words = spoken_words()

    assert len(words) == len(set(words))
    assert translated("麻烦你") == "麻烦你"
