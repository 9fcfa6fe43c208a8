"""Printed lines end where a reader of Chinese expects it; signs are one wide here, western ones half."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.line_breaks import CLOSING, wrap


def width_of(sign: str) -> float:
    return 0.5 if sign.isascii() else 1.0


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        ("望江楼街道的路灯", ["望江楼街", "道的路灯"]),
        ("路灯不亮、无人", ["路灯不", "亮、无人"]),
        ("路灯不亮。”他说", ["路灯不", "亮。”他", "说"]),
        ("他来说《规定", ["他来说", "《规定"]),
        ("电话12345热线", ["电话", "12345热", "线"]),
        ("1234567890123", ["12345678", "90123"]),
        ("路灯不亮 已修", ["路灯不亮", "已修"]),
        ("一\n\n二", ["一", "", "二"]),
        ("", [""]),
    ],
)
def test_lines_end_where_they_may(words: str, lines: list[str]) -> None:
    assert wrap(words, 4, width_of) == lines


@given(st.text("路灯不亮、。（）“”ab1 ", max_size=60))
def test_no_sign_is_lost_and_no_line_is_too_wide(words: str) -> None:
    lines = wrap(words, 6, width_of)

    assert "".join(lines).replace(" ", "") == words.replace(" ", "")
    assert all(sum(width_of(sign) for sign in line) <= 6 for line in lines)


@given(st.text("路灯不亮、。", max_size=60).filter(lambda words: "、、" not in words and "。。" not in words))
def test_no_line_begins_with_closing_punctuation(words: str) -> None:
    paired = words.replace("、。", "。").replace("。、", "、").lstrip(CLOSING)

    assert not any(line[0] in CLOSING for line in wrap(paired, 6, width_of) if line)
