"""Recognised text: joining, folding, error rate, digits, and hiding of personal numbers."""

import pytest

from asr.redaction import hide_numbers
from asr.text import character_error_rate, fold, join_words, numbers_as_digits, simplified


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("我 想 反映 一个 问题", "我想反映一个问题"),
        ("打 1 2 3 4 5 热线", "打 1 2 3 4 5 热线"),
        ("오늘 날씨 가", "오늘 날씨 가"),
        ("有 wifi 吗", "有 wifi 吗"),
        ("  ", ""),
    ],
)
def test_join_words_takes_only_the_spaces_between_chinese_words(given: str, expected: str) -> None:
    assert join_words(given) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("反應，問題。", "反应问题"),
        ("１２３４５热线", "一二三四五热线"),
        ("三〇二室", "三零二室"),
        ("GB 3096-2008", "gb三零九六二零零八"),
    ],
)
def test_fold_gives_the_form_in_which_transcripts_are_compared(given: str, expected: str) -> None:
    assert fold(given) == expected


@pytest.mark.parametrize(
    ("reference", "heard", "expected"),
    [
        ("路灯不亮", "路灯不亮。", 0.0),
        ("路灯不亮", "路灯亮", 0.25),
        ("路灯不亮", "", 1.0),
        ("路灯", "路灯不亮了没人修", 3.0),
        ("", "", 0.0),
        ("，", "喂", 1.0),
    ],
)
def test_character_error_rate_counts_edits_over_the_reference(reference: str, heard: str, expected: float) -> None:
    assert character_error_rate(reference, heard) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("我的电话是幺九九零零零零幺二三四", "我的电话是19900001234"),
        ("号码一九九 零零零零 一二三四", "号码19900001234"),
        ("他们三三两两地走了", "他们三三两两地走了"),
        ("三五年以后", "三五年以后"),
        ("二零二六年", "二零二六年"),
        ("拨打一二三四五", "拨打12345"),
        ("199零零零零1234", "19900001234"),
    ],
)
def test_numbers_as_digits_writes_only_long_strings_of_digits(given: str, expected: str) -> None:
    assert numbers_as_digits(given) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("打我手机19900001234吧", "打我手机199******34吧"),
        ("幺九九零零零零幺二三四", "199******34"),
        ("座机0999-1234567", "座机099*******67"),
        ("身份证11010519491231002X", "身份证110*************2X"),
        ("卡号6222000000000000000", "卡号622**************00"),
        ("拨打12345或者110", "拨打12345或者110"),
        ("工单20261122000123456", "工单20261122000123456"),
        ("工单号6222021234567890128", "工单号622**************28"),
        ("订单编号是6222021234567890129", "订单编号是6222021234567890129"),
        ("投诉编号202611220001", "投诉编号202611220001"),
        ("户号33018856", "户号33018856"),
        ("电话5550123", "电话555**23"),
        ("幸福小区3号楼1202室", "幸福小区3号楼1202室"),
    ],
)
def test_hide_numbers_shortens_personal_numbers_and_leaves_others(given: str, expected: str) -> None:
    assert hide_numbers(given) == expected


def test_simplified_turns_traditional_characters() -> None:
    assert simplified("電動車充電") == "电动车充电"
