"""Likeness of two texts: general sentences too, whatever the script and spacing, and empty ones."""

import pytest

from hotline.intake import likeness, likeness_fit, particulars
from hotline.intake.likeness import Reader
from hotline.intake.word_vectors import packaged_vectors
from hotline.kernel.search.analysis import Analyzer, normalise, packaged_words

READER = Reader(Analyzer(packaged_words()), packaged_vectors())


def probability(one: str, other: str) -> float:
    found = likeness.figures(READER.read(one), READER.read(other))
    return likeness.probability(likeness.packaged().weights, found)


@pytest.mark.parametrize(
    ("text", "nearer", "farther"),
    [
        ("手机号换了怎么更新绑定", "换了新号码，绑定的手机怎么改", "信用卡逾期会影响征信吗"),
        ("股市今日大幅下跌", "今天股市跌得厉害", "股市今日大幅上涨"),
        ("佳和苑4栋电梯困人", "嘉禾院四栋的电梯又关人了", "佳和苑7栋电梯困人"),
        ("支持取缔电动三轮车", "赞成取缔电动三轮车", "反对取缔电动三轮车"),
        ("工资拖欠三个月了", "老板三个月没发工钱", "公司三个月没交社保"),
    ],
)
def test_the_same_in_other_words_is_nearer_than_another_matter_in_the_same_words(text: str, nearer: str, farther: str) -> None:
    assert probability(text, nearer) > probability(text, farther)


@pytest.mark.parametrize(
    "written", ["滨河花园停水两天了", "濱河花園停水兩天了", "滨河 花园 停水 两天 了", "滨河花园停水两天了！"]
)
def test_script_and_spacing_make_no_difference(written: str) -> None:
    assert probability(written, "滨河花园没水两天") == pytest.approx(
        probability("滨河花园停水两天了", "滨河花园没水两天"), abs=0.01
    )


@pytest.mark.parametrize(("one", "other"), [("", "停水"), ("停水", ""), ("", ""), ("？！", "停水")])
def test_nothing_is_like_nothing(one: str, other: str) -> None:
    assert probability(one, other) == 0


def test_likeness_is_symmetric() -> None:
    one, other = "河西路12号门口井盖坏了", "请问河西路路灯什么时候修"

    assert probability(one, other) == pytest.approx(probability(other, one))


@pytest.mark.parametrize(
    ("text", "numbers", "names"),
    [
        ("佳和苑三号楼2单元501室", {"building": {3}, "entrance": {2}, "room": {501}}, ["佳和苑"]),
        ("河西路十二号停水", {"number": {12}}, ["河西路"]),
        ("家门口的马路不平，小区里也黑", {}, []),
        ("市民反映酒吧吵，老码头。", {}, ["老码"]),
        ("39路公交不来", {"line": {39}}, []),
    ],
)
def test_numbers_and_names_are_read(text: str, numbers: dict[str, set[int]], names: list[str]) -> None:
    found = particulars.read(normalise(text))

    assert {kind: set(values) for kind, values in found.numbers.items()} == numbers
    assert list(found.names.values()) == names


def test_a_name_is_heard_though_written_otherwise() -> None:
    one, other = (particulars.read(normalise(text)) for text in ("翠湖花园停水", "催湖花园那边没水"))

    assert particulars.shared_names(one, other) == ["翠湖花园"]


@pytest.mark.parametrize(
    ("text", "nearer", "farther"),
    [
        ("明珠大厦A座电梯坏了", "明珠大厦A座电梯坏了两天", "明珠大厦C座电梯坏了两天"),
        ("丰和街路灯坏了三个月", "丰和街路灯不亮，三个月没人修", "丰和街路灯不亮，五天没人修"),
        ("丰和街路灯坏了", "上次打过电话，丰和街路灯还没修", "丰和街路灯修好了，另外反映一件事"),
    ],
)
def test_parts_amounts_and_what_was_told_before_tell_matters_apart(text: str, nearer: str, farther: str) -> None:
    assert probability(text, nearer) > probability(text, farther)


def test_fitting_finds_what_tells_and_keeps_signs() -> None:
    rows = [{"same_name": 1.0, "other_number": 0.0}, {"same_name": 1.0, "other_number": 1.0}, {"same_name": 0.0}] * 10
    found = likeness_fit.fitted(rows, [1.0, 0.0, 0.0] * 10, [1.0] * 30)

    assert found["same_name"] > 1
    assert found["other_number"] < -1


def test_what_a_figure_has_above_a_knot_is_weighed_by_itself() -> None:
    weights = {"bias": 0.0, "characters": 1.0, "characters>0.75": 8.0}
    little, much = (likeness.log_odds(weights, {"characters": share}) for share in (0.75, 1.0))

    assert (little, much) == (0.75, 3.0)


@pytest.mark.parametrize("text", ["丰和街路灯坏了", "翠屏小区9栋停水两天，老人没法做饭", "怎么补办身份证"])
def test_a_text_told_again_word_for_word_is_the_same(text: str) -> None:
    assert probability(text, text) > 0.9
    assert probability(f"您好，{text}", f"{text}，请尽快处理") > 0.73


@pytest.mark.parametrize(
    ("text", "heard"), [("公交站牌倒了", "公交站派到了"), ("小区充电桩坏了", "小区充电装坏了"), ("驾驶证换证", "驾使证换证")]
)
def test_a_transcript_is_compared_as_it_sounds(text: str, heard: str) -> None:
    assert likeness.figures(READER.read(text), READER.read(heard))["plain_spoken_most"] == 1


def test_an_opinion_of_a_sentence_model_counts_within_its_scale() -> None:
    settings = likeness.packaged()
    found = likeness.figures(READER.read("怎么改密码"), READER.read("密码如何修改"))
    low, high = (
        likeness.probability(settings.with_opinion, likeness.with_opinion(found, opinion, settings.opinion))
        for opinion in (0.5, 1.5)
    )

    assert 0 < low < high < 1
