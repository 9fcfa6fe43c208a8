"""House numbers as people write and say them: 118, １１８, 一百一十八, 幺幺八. Pure."""

import re

DIGITS = "〇一二三四五六七八九"
_VALUE = {digit: value for value, digit in enumerate(DIGITS)} | {"零": 0, "幺": 1, "两": 2, "洞": 0}
_UNIT = {"十": 10, "百": 100, "千": 1000}
SPOKEN = "".join(_VALUE) + "".join(_UNIT)
NUMBER = rf"(?:\d+|[{SPOKEN}]+)"
"""A number in a regular expression."""
_HOUSE = re.compile(rf"\s?({NUMBER})(?:号(?!楼(?!下))|弄)")


def value_of(words: str) -> int | None:
    """The number that the words say; None for what is none."""
    if words.isascii():
        return int(words) if words.isdigit() else None
    if not any(one in _UNIT for one in words):
        return int("".join(str(_VALUE[one]) for one in words)) if all(one in _VALUE for one in words) else None
    total, digit = 0, 1
    for one in words:
        if one in _UNIT:
            total, digit = total + digit * _UNIT[one], 0
        elif one in _VALUE:
            digit = _VALUE[one]
        else:
            return None
    return total + digit


def house_number(detail: str) -> int | None:
    """The house number with which what follows a road's name begins."""
    found = _HOUSE.match(detail)
    return value_of(found[1]) if found else None


def in_digits(detail: str) -> str:
    """The detail with its house number in digits: 幺幺八号 becomes 118号. Without one it stays."""
    found, number = _HOUSE.match(detail), house_number(detail)
    if found is None or number is None:
        return detail
    return f"{number}{detail[found.end(1) :]}"
