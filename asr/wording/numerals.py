"""Numbers as they are said: 两万三千五 is 23500, 二零二六 are four digits. Pure; what they count is not known here."""

from collections.abc import Mapping

DIGITS: Mapping[str, int] = dict(zip("零一二三四五六七八九〇幺两洞拐勾", (*range(10), 0, 1, 2, 0, 7, 9), strict=True))
UNITS: Mapping[str, int] = {"十": 10, "百": 100, "千": 1000}
MYRIAD, HUNDRED_MILLION = 10_000, 100_000_000
FEWEST = 3
"""Digits that are surely said one by one."""

DIGIT = "零〇一二三四五六七八九幺两"
"""Characters that are a digit in numbers as well as in strings of digits."""
ANY = DIGIT + "十百千万亿"
_ADVERBS = "直|定|些|样|起|般|共|旦|边|会儿|同|并"
ONE = rf"(?:一(?!{_ADVERBS})|[零〇二三四五六七八九幺两])"
"""A digit that does not begin 一直, 一定 and their like."""

# Not behind another numeral, nor with the day of a week in it: 周五十点 is ten o'clock.
_FREE = rf"(?<![{ANY}几数\d])(?<!周)(?<!星期)(?<!礼拜)"
_WEEKDAY = r"(?:(?<=周[一二三四五六])|(?<=星期[一二三四五六])|(?<=礼拜[一二三四五六]))"
START = rf"(?:{_FREE}|{_WEEKDAY})"
NUMBER = rf"(?:{ONE}|十)(?:{ONE}|[十百千万亿])*"
"""What may be a number; `value_of` says whether it is."""
SMALL = rf"(?:{ONE}|十){{1,3}}"
"""What may be a number below a hundred."""


def value_of(words: str) -> int | None:
    """The number that the words say: 十二, 一千零五, 两万三 (23000), 12. None for what is none, or only about one (三四十)."""
    if words.isdecimal():
        return int(words)
    for unit, value in (("亿", HUNDRED_MILLION), ("万", MYRIAD)):
        head, found, tail = words.partition(unit)
        if found:
            before, rest = value_of(head), _rest(tail, value)
            return before * value + rest if before and rest is not None else None
    return _below_myriad(words)


def digits_of(words: str) -> str:
    """The words, digit by digit, in figures: 一三八 is 138. Letters stay."""
    return "".join(str(DIGITS.get(one, one)) for one in words)


def in_figures(value: int) -> str:
    """The number as offices write it: 23500, 3万, 1.5亿."""
    if value >= HUNDRED_MILLION and value % (HUNDRED_MILLION // 100) == 0:
        return f"{value / HUNDRED_MILLION:.12g}亿"
    if value >= MYRIAD and value % MYRIAD == 0:
        return f"{value // MYRIAD}万"
    return str(value)


def figures(words: str) -> str | None:
    """A number, or a string of digits, in figures; None for what is neither. Two digits may be two numbers (一二栋)."""
    if all(one in DIGITS or one.isascii() for one in words) and (len(words) >= FEWEST or set(words[1:]) & set("零幺")):
        return digits_of(words)
    value = value_of(words)
    return None if value is None else in_figures(value)


def _rest(tail: str, unit: int) -> int | None:
    """What stands behind 万 or 亿; a single digit counts the next lower unit (两万三)."""
    if not tail:
        return 0
    if len(tail) == 1:
        return DIGITS[tail] * unit // 10 if DIGITS.get(tail) else None
    return value_of(tail.lstrip("零〇") or tail)


def _below_myriad(words: str) -> int | None:
    total, above, digit = 0, MYRIAD, -1
    has_gap = False
    for one in words:
        if one in UNITS:
            count = digit if digit >= 0 else 1
            if UNITS[one] >= above or count == 0 or (digit < 0 and one != "十"):
                return None
            total, above, digit, has_gap = total + count * UNITS[one], UNITS[one], -1, False
        elif digit >= 0 or one not in DIGITS or (has_gap and DIGITS[one] == 0):
            return None
        elif DIGITS[one] == 0 and total:
            has_gap = True
        else:
            digit = DIGITS[one]
    if digit < 0:
        return total if words and not has_gap else None
    return total + digit * (1 if has_gap or above in (10, MYRIAD) else above // 10)
