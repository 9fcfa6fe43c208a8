"""What a city changes in the words of danger: its own ways to say it, what is harmless there, groups that are off."""

from typing import Any

import pytest

from hotline.intake.risk_rules import read
from hotline.intake.risk_words import risk_words_of
from hotline.kernel.errors import Invalid

NOTHING: dict[str, Any] = {"added": [], "unless": [], "off": []}


def found(said: str, **rule: Any) -> list[str]:
    return [hit.word for hit in risk_words_of(read({"risk.words": NOTHING | rule})).find(said)]


def test_word_of_the_city_is_heard_like_those_of_the_package() -> None:
    assert found("河边的龙舟散架了") == []
    assert found("河边的龙舟散架了", added=[{"group": "溺水", "words": ["龙舟…散架"]}]) == ["溺水"]


def test_word_that_is_harmless_in_the_city_raises_nothing() -> None:
    assert found("水乡夜市冒烟了") == ["冒烟"]
    assert found("水乡夜市冒烟了", unless=[{"group": "冒烟", "words": ["夜市"]}]) == []


def test_group_that_is_off_is_not_looked_for() -> None:
    assert found("井盖不见了") == ["井盖缺失"]
    assert found("井盖不见了", off=["井盖缺失"]) == []


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {"added": []},
        NOTHING | {"off": ["火星人"]},
        NOTHING | {"added": [{"group": "火星人", "words": ["飞碟"]}]},
        NOTHING | {"added": [{"group": "着火", "words": ["火"]}]},
        NOTHING | {"added": [{"group": "着火", "words": ["烧…着…了"]}]},
        NOTHING | {"unless": [{"words": ["飞碟"]}]},
        NOTHING | {"unless": [{"group": "着火", "words": "飞碟"}]},
    ],
)
def test_rule_of_another_shape_is_refused(value: Any) -> None:
    with pytest.raises(Invalid):
        read({"risk.words": value})
