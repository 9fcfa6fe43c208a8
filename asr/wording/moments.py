"""Rules of dates and times of day: 二零二六年十一月二十二日, 下午三点二十. Pure."""

import re
from collections.abc import Iterable, Iterator
from re import Match

from asr.wording.changes import Edit
from asr.wording.numerals import DIGIT, ONE, SMALL, START, digits_of, value_of
from asr.wording.passage import Passage, rewritten

MONTHS, DAYS, HOURS, MINUTES = 12, 31, 24, 59
TEN = 10

PART = "(?:凌晨|清晨|[早晚]上|早晨|[上中下]午|傍晚|夜里|夜间|[半深]夜|[今明][早晚]|[昨当]晚|[今昨明前后当每]天|早|晚)"
_BEHIND = "(?:左右|多|整|以后|之后|以前|之前|前|后|到|至|开始|开门|关门|上班|下班|才|就)"
_DATE = re.compile(
    rf"{START}(?:(?P<year>[{DIGIT}]{{4}}|[九零〇一二][{DIGIT}])年)?(?P<month>{SMALL})月份?(?:(?P<day>{SMALL})(?P<end>[日号]))?"
)
_YEAR = re.compile(rf"{START}(?P<year>[一二][{DIGIT}]{{3}}|[九八七六零〇][{DIGIT}])年(?!级|代前)")
_DAY = re.compile(
    rf"(?<![路街巷道弄村楼栋]){START}(?P<day>二?十[一二三四五六七八九]?|三十一?)(?P<end>日|号)(?!楼|院|线|门|栋|幢|单元|店|铺|库|桌|文|令)"
)
_TIME = re.compile(
    rf"(?P<part>{PART}的?)?{START}(?P<hour>{SMALL})点"
    rf"(?:(?P<half>半)|(?P<quarter>[一三]刻)|(?P<minute>零{ONE}|[二三四五]?十{ONE}?)(?P<unit>分)?(?![万千百元块米倍个]))?"
    rf"(?P<clock>钟)?(?P<behind>{_BEHIND})?"
)
_FROM_TO = re.compile("[从到至]$")


def dates(passage: Passage) -> Iterable[Edit]:
    """Years of four digits, or two before a month; months with days; days from the tenth on. A month alone too."""
    for rule, written in ((_DATE, _date), (_YEAR, _year), (_DAY, _day)):
        edits = list(rewritten(passage, rule, written))
        yield from (edit for edit in edits if rule is _DATE or not _overlaps(passage, edit))


def times(passage: Passage) -> Iterator[Edit]:
    """Hours with what makes them a time: a part of the day, minutes, a word like 钟 or 左右, a stretch from and to."""
    return rewritten(passage, _TIME, _time)


def _overlaps(passage: Passage, edit: Edit) -> bool:
    spans = (found.span() for found in _DATE.finditer(passage.text) if _date(found) is not None)
    return any(edit.start < end and start < edit.end for start, end in spans)


def _date(found: Match[str]) -> str | None:
    month, day = value_of(found["month"]), value_of(found["day"] or "一")
    if month is None or day is None or found["month"] == "两" or not 1 <= month <= MONTHS or not 1 <= day <= DAYS:
        return None
    if found["day"] is None and found["year"] is None and _is_lunar(found["month"], found):
        return None
    year = f"{digits_of(found['year'])}年" if found["year"] else ""
    share = "月份" if "月份" in found[0] else "月"
    return f"{year}{month}{share}" + (f"{day}{found['end']}" if found["day"] else "")


def _is_lunar(month: str, found: Match[str]) -> bool:
    """十月初一, 八月十五: days of the moon's calendar stay in words."""
    after = found.string[found.end() :]
    return after.startswith(("初", "十", "廿")) or (after[:1] in "二三" and after[1:2] == "十")


def _year(found: Match[str]) -> str:
    return f"{digits_of(found['year'])}年"


def _day(found: Match[str]) -> str:
    return f"{value_of(found['day'])}{found['end']}"


def _time(found: Match[str]) -> str | None:
    hour = value_of(found["hour"])
    if hour is None or hour > HOURS or not (hour >= TEN or _is_meant(found)):
        return None
    minute = _minute(found)
    if minute is None:
        return None
    return f"{found['part'] or ''}{hour}点{minute}{found['clock'] or ''}{found['behind'] or ''}"


def _minute(found: Match[str]) -> str | None:
    if found["half"] or found["quarter"]:
        return str(found["half"] or found["quarter"])
    if not found["minute"]:
        return ""
    said = str(found["minute"])
    value = value_of(said.lstrip("零")) if said.startswith("零") else value_of(said)
    if value is None or value > MINUTES:
        return None
    return f"{value:02d}分" if said.startswith("零") else f"{value}分"


def _is_meant(found: Match[str]) -> bool:
    """Whether an hour of one digit is a time: 一点 and 两点 are more often a little, and points."""
    if any(found[name] for name in ("part", "half", "quarter", "minute", "clock")):
        return True
    before = found.string[: found.start()]
    if found["hour"] in ("一", "两"):
        return bool(_FROM_TO.search(before)) or found["behind"] in ("左右", "多", "整")
    return bool(found["behind"] or _FROM_TO.search(before))
