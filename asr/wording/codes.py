"""Rules of what is said digit by digit: telephone, ID and case numbers, short numbers, plates. Pure."""

import re
from collections.abc import Iterable, Iterator
from re import Match

from asr.wording.changes import Edit
from asr.wording.numerals import DIGIT, ONE, digits_of
from asr.wording.passage import Passage, rewritten
from asr.wording.words import load_words

PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
SPOKEN = DIGIT + "洞拐勾0-9"
_ONE = rf"(?:{ONE}|[洞拐勾0-9])"
_PLATE = re.compile(
    rf"(?<![A-Za-z])(?P<head>[{PROVINCES}]) ?(?P<letter>[A-Za-z])(?P<dot>[·.\s]?)(?P<tail>(?:[A-Za-z{SPOKEN}]\s?){{5,6}})"
)
_TAIL = re.compile("[A-Za-z0-9]{5,6}")
_NAMES = "尾号|号码|电话|手机|卡号|编号|单号|工号|户号|密码|验证码|车牌|门牌|房号|房间|拨打|拨|打|转|身份证|末四位|后四位"
_ID_END = "(?:[Xx叉]|艾克斯)"
_DIGITS = re.compile(rf"(?<![{SPOKEN}])(?<!周)(?<!星期)(?P<run>{_ONE}{{3,}})(?P<check>{_ID_END})?")
_NAMED_END = re.compile(f"(?:{_NAMES})[是为了：:，,]?$")
_RUN_BEHIND = re.compile("(?:室|房|号|路公交|路车|路(?=[，。]|$))")
_COUNTED = re.compile("[0-9]+一")
"""Figures of an engine and 一, which belongs to what follows: 3200一个月."""
ID_BEFORE_CHECK = 17
LONG_NUMBER_NAMES = ("零", "〇", "幺")


def plates(passage: Passage) -> Iterator[Edit]:
    """Number plates: the province, a letter, five or six digits and letters; upper case."""
    return rewritten(passage, _PLATE, _plate)


def numbers_by_digit(passage: Passage) -> Iterable[Edit]:
    """Runs of digits that are no quantity: long ones, short ones that a zero or a word before or behind makes a number."""
    shortest = passage.lexicon.rules.text.shortest_number
    return rewritten(passage, _DIGITS, lambda found: _run(found, shortest))


def _plate(found: Match[str]) -> str | None:
    tail = digits_of(re.sub(r"\s", "", found["tail"])).upper()
    if not _TAIL.fullmatch(tail) or not any(letter.isdecimal() for letter in tail):
        return None
    space = " " if found[0].endswith(" ") else ""
    return f"{found['head']}{found['letter'].upper()}{found['dot'].strip()}{tail}{space}"


def _run(found: Match[str], shortest: int) -> str | None:
    run, check = found["run"], found["check"] or ""
    if (run.isdecimal() and not check) or _COUNTED.fullmatch(run):
        return None
    if check and len(run) != ID_BEFORE_CHECK:
        check = ""
    if len(run) < shortest and not _is_number(found):
        return None
    tail = found[0][len(run) :]
    return digits_of(run) + ("X" if check else tail)


def _is_number(found: Match[str]) -> bool:
    """Whether three or four digits are a number and no piece of speech (三五八门, 一二三)."""
    run, text = found["run"], found.string
    if run in load_words().services:
        return True
    if any(one in run[1:] for one in LONG_NUMBER_NAMES) or run[0] in LONG_NUMBER_NAMES:
        return True
    return bool(_NAMED_END.search(text[: found.start()]) or _RUN_BEHIND.match(text, found.end("run")))
