"""Rules of amounts: percent, money, measures, counts from ten on. Smaller counts stay words (三个人), as in offices. Pure."""

import re
from collections.abc import Iterable, Iterator
from re import Match

from asr.wording.changes import Edit
from asr.wording.numerals import DIGIT, NUMBER, START, digits_of, in_figures, value_of
from asr.wording.passage import Passage, rewritten

TEN = 10
MEASURE = (
    "(?:平方公里|平方千米|平方米|平米|平方|立方米|公里|千米|厘米|毫米|米|公斤|千克|毫升|毫克|微克|克|斤|吨|升|千瓦时|千瓦|瓦|伏|分贝|摄氏度|"
    "小时|分钟|秒钟|秒|岁|周岁|公顷|亩|赫兹|兆)"
)
_DECIMAL_MEASURE = f"(?:{MEASURE}|倍|个百分点|个点|度|级|折|万|亿|元|块|寸|个小时|次方)"
_PERCENT = re.compile(rf"(?P<of>[百千])分之(?P<number>{NUMBER}|百)(?:点(?P<part>[{DIGIT}]+))?")
_DECIMAL = re.compile(
    rf"{START}(?P<whole>{NUMBER})点(?P<part>[{DIGIT}]+)(?P<unit>{_DECIMAL_MEASURE})|{START}(?P<zero>零)点(?P<small>[{DIGIT}]+)"
)
_NUMERALS = "零〇二三四五六七八九幺两十百千万亿"
_PIECE = "[斤个张次平度吨米小天月年]"
_MONEY = re.compile(
    rf"{START}(?P<number>{NUMBER})(?P<unit>多?元|[多来]?[块毛角]钱?)"
    rf"(?P<rest>(?!一{_PIECE})[{DIGIT}](?![个位毛角张])(?!一(?!{_PIECE}))(?![{_NUMERALS.replace('一', '')}]))?"
)
_PAID = re.compile("(?:[收交付罚涨降价费要从花给退扣到]|只要|应该)了?$")
_PAID_BEHIND = re.compile(rf"[{DIGIT}][毛角]|$|[，。？！涨降]|到[{DIGIT}十]")
_SMALL_MONEY = re.compile(rf"(?<=[\d块元毛角])(?P<number>[{DIGIT}])(?=[毛角分])")
_HEIGHT = re.compile(rf"{START}(?P<whole>[{DIGIT}])米(?P<part>[{DIGIT}]{{1,2}})(?![{_NUMERALS}个])")
_MEASURED = re.compile(rf"{START}(?P<number>{NUMBER})(?P<unit>多?{MEASURE})")
_COUNT = re.compile(rf"{START}(?P<number>{NUMBER})")
_ONE_EACH = re.compile("[个位平张次天月年斤只台人家户晚吨米小块套条辆份口间处届车桶节]")
_SPOKEN_UNITS = "十百千万亿"


def percents(passage: Passage) -> Iterator[Edit]:
    """百分之三十 and 千分之五, with decimals."""
    return rewritten(passage, _PERCENT, _percent)


def decimals(passage: Passage) -> Iterator[Edit]:
    """三点五公里, 零点八; what has no unit and does not begin with zero may be a time."""
    return rewritten(passage, _DECIMAL, _decimal)


def sums_of_money(passage: Passage) -> Iterator[Edit]:
    """Yuan, jiao and fen as they are said; 一块 without more is a piece, or together."""
    return rewritten(passage, _MONEY, _money)


def small_money(passage: Passage) -> Iterator[Edit]:
    """The jiao and fen behind yuan that are figures already: 10块五毛."""
    return rewritten(passage, _SMALL_MONEY, lambda found: digits_of(found[0]))


def measures(passage: Passage) -> Iterator[Edit]:
    """Amounts of a unit of measure, also small ones."""
    heights = list(rewritten(passage, _HEIGHT, lambda found: f"{digits_of(found['whole'])}米{digits_of(found['part'])}"))
    yield from heights
    for edit in rewritten(passage, _MEASURED, lambda found: _with_unit(found, str(found["unit"]))):
        if not any(edit.start < other.end and other.start < edit.end for other in heights):
            yield edit


def counts(passage: Passage) -> Iterable[Edit]:
    """Whatever else is a number from ten on."""
    return rewritten(passage, _COUNT, _count)


def _percent(found: Match[str]) -> str | None:
    sign = "%" if found["of"] == "百" else "‰"
    value = 100 if found["number"] == "百" else value_of(found["number"])
    part = f".{digits_of(found['part'])}" if found["part"] else ""
    return None if value is None else f"{value}{part}{sign}"


def _decimal(found: Match[str]) -> str | None:
    if found["zero"]:
        return f"0.{digits_of(found['small'])}"
    value = value_of(found["whole"])
    return None if value is None else f"{value}.{digits_of(found['part'])}{found['unit']}"


def _money(found: Match[str]) -> str | None:
    number, unit, rest = found["number"], found["unit"], found["rest"]
    if unit == "块" and len(number) == 1 and not rest and not _is_price(found):
        return None
    after = found.string[found.end() :]
    if rest and after.startswith(("块", "元", "点", "号", "楼")):
        return None
    return _with_unit(found, unit + digits_of(rest or ""))


def _is_price(found: Match[str]) -> bool:
    """Whether a single digit and 块 is money: 两块五毛 is, 两块地 and 一块去 are not."""
    text, end = found.string, found.end()
    if re.compile(rf"[{DIGIT}][毛角]").match(text, end):
        return True
    is_price = re.compile(f"一{_PIECE}").match(text, end) or (
        _PAID.search(text[: found.start()]) and _PAID_BEHIND.match(text, end)
    )
    return bool(is_price) and found["number"] != "一"


def _with_unit(found: Match[str], unit: str) -> str | None:
    value = value_of(found["number"])
    return None if value is None else f"{in_figures(value)}{unit}"


def _count(found: Match[str]) -> str | None:
    number, tail = found["number"], ""
    if not any(one in _SPOKEN_UNITS for one in number):
        return None  # digits without a unit are codes, or no number
    if number[-1] == "一" and len(number) > 1 and number[-2] in "百千万五二三四六七八九" and _each(found):
        number, tail = number[:-1], "一"  # 三百一个 is 300 each
    value = value_of(number)
    if value is None or value < TEN:
        return None
    return f"{in_figures(value)}{tail}"


def _each(found: Match[str]) -> bool:
    return bool(_ONE_EACH.match(found.string, found.end())) and found["number"][-2] not in "十"
