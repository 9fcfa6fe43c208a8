"""When it happened, since when or how often, in the caller's words. Pure."""

import re
from collections.abc import Sequence

from hotline.intake.drafting.talk import Exchange, asked_about
from hotline.intake.drafting.values import CALLER, Evidence, Proposal, Turn, merge

TIME_CONFIDENCE = 0.7
ANSWERED_CONFIDENCE = 0.8

_N = r"[\d一二三四五六七八九十两]{1,3}"
_PART = r"(?:凌晨|清晨|一早|早上|早晨|早|上午|中午|下午|傍晚|晚上|夜里|半夜|深夜|一晚)"
_WEEKDAY = r"(?:[一二三四五六日天末])"
_DAY = (
    r"(?:今天|昨天|前天|大前天|昨晚|今早|今晚|前晚|这两天|这几天|这几个月|最近|近期|刚刚|刚才|一到周末|一到晚上|一下雨|"
    rf"(?:上个?|这个?|每个?)?(?:周|星期|礼拜){_WEEKDAY}(?:\s?{_N}[号日])?|上周|上个?星期|上个?礼拜|上个月|这个月|本月|今年|去年|前年|"
    rf"每天|天天|每晚|每周|这学期|"
    rf"(?<![百千]){_N}月(?:份|初|底|中旬)?(?:{_N}[号日])?|(?<![百千路街道\d一二三四五六七八九十]){_N}[号日](?!楼|院|线|窗|门|桌))"
)
_CLOCK = rf"{_PART}?{_N}点(?:半|多|钟|左右|[\d一二三四五六七八九十]{{1,3}}分?)*(?:左右)?"
_WHEN = rf"(?:{_DAY}的?)+(?:{_N}月(?:份)?)?(?:{_CLOCK}|{_PART})?|{_CLOCK}|{_PART}(?={_CLOCK})"
_SPAN = (
    r"(?:已经|连续|持续|都|至少|大概|得有|快)?[\d一二三四五六七八九十两半好几]{1,3}"
    r"(?:来|多)?(?:天|个多?月|个多?星期|个多?礼拜|周|年|个多?小时|小时|来?分钟|个钟头|个多月|多天|多个月)(?:了|多|前)?"
)
_TIME = re.compile(
    rf"(?:从)?(?:{_WHEN})(?:以后)?(?:\s?(?:到|至|跟|和|、|一直到|一直拉到)\s?(?:{_WHEN}|[两三四五六七八九十]+点))?(?:左右|开始|起|以后|前)?|{_SPAN}"
)
_HAS_DAY = re.compile(_DAY)
_VAGUE = frozenset({"天天", "每天", "最近", "近期", "刚才", "每晚"})
_NO_DAY = ("一到", "一下", "天天", "每", "最近", "近期", "这", "今年", "去年", "前年", "上个", "上周", "刚")
_ONLY_CLOCK = re.compile(rf"(?:{_CLOCK}|{_PART}).*")


def find_time(turns: Sequence[Turn], kind: str = "") -> Proposal | None:
    """When it happened: what the caller answered to the agent's asking, else the most telling of the first turn that says it.

    A mere hour in the answer is joined to the day named before. Somebody who only asks (`kind` enquiry) tells no time unless
    the agent asks for it.
    """
    for exchange in asked_about(turns, "time"):
        if answered := _answered(turns, exchange):
            return answered
    if kind == "enquiry":
        return None
    said = [(turn, when) for turn in turns if turn.role == CALLER and (when := _longest(turn))]
    telling = [(turn, when) for turn, when in said if when[0] not in _VAGUE]
    for turn, when in telling or said:
        return Proposal(when[0], TIME_CONFIDENCE, (Evidence(turn.seq, when.start(), when.end()),))
    return None


def _answered(turns: Sequence[Turn], exchange: Exchange) -> Proposal | None:
    for turn in exchange.answers:
        when = _longest(turn)
        if when is None:
            continue
        said = Evidence(turn.seq, when.start(), when.end())
        before = _day_before(turns, exchange.asked) if _ONLY_CLOCK.fullmatch(when[0]) else None
        if before is None:
            return Proposal(when[0], ANSWERED_CONFIDENCE, (said,))
        return Proposal(before[0] + when[0], ANSWERED_CONFIDENCE, merge([before[1], said]))
    return None


def _day_before(turns: Sequence[Turn], asked: Turn) -> tuple[str, Evidence] | None:
    """The day (and part of it) that the caller named before that question."""
    for turn in turns:
        if turn.role != CALLER or turn.seq > asked.seq:
            continue
        for found in _TIME.finditer(turn.text):
            if _HAS_DAY.match(found[0]) and "点" not in found[0] and not found[0].startswith(_NO_DAY):
                return found[0], Evidence(turn.seq, found.start(), found.end())
    return None


def _longest(turn: Turn) -> re.Match[str] | None:
    return max(_TIME.finditer(turn.text), key=lambda found: len(found[0]), default=None)
