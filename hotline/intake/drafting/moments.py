"""When it happened, since when or how often, in the caller's words. Pure."""

import re
from collections.abc import Iterator, Sequence

from hotline.intake.drafting.talk import Exchange, asked_about
from hotline.intake.drafting.values import CALLER, Evidence, Proposal, Turn, merge

TIME_CONFIDENCE = 0.7
ANSWERED_CONFIDENCE = 0.8

_N = r"[\d一二三四五六七八九十两]{1,3}"
_GAP = r"[，, ]?"
_PART = (
    r"(?:凌晨|清晨|一早|早上|早晨|早高峰|晚高峰|早|上午|中午|下午|傍晚|晚上|夜里|下半夜|后半夜|半夜|深夜|一晚|晚"
    r"|天亮(?:的时候)?|天黑(?:以后|的时候)?)"
)
_WEEK = r"(?:周|星期|礼拜)"
_SEASON = r"(?:春天|夏天|秋天|冬天|夏季|冬季|春节|国庆|清明|端午|中秋|元旦|年初|年底|月初|月底|暑假|寒假)"
_DATE = (
    rf"(?:(?:二零|20)[零〇\d一二三四五六七八九]{{2}}年(?:的)?)?(?<![百千第]){_N}月(?:份|初|底|中旬|末)?(?:(?:二十|三十)?{_N}几?[号日])?"
    r"|(?:农历)?(?:正|腊|冬)月(?:初?[一二三四五六七八九十]{1,3})?"
    r"|(?:二零|20)[零〇\d一二三四五六七八九]{2}年|[零〇九八0-9]{1}[零〇\d一二三四五六七八九]年(?!级)"
)
_DAY = (
    r"(?:今天|昨天|大前天|前天|明天|后天|昨晚|今早|今晚|前晚|昨夜|前几天|前两天|前些天|这两天|这几天|这几个月|这个把月|最近|近期|这阵子|这段时间|刚刚|刚才|"
    rf"一到周末|一到晚上|一下雨|(?:上上?个?|这个?|下个?|每个?)?{_WEEK}[一二三四五六日天末](?:\s?{_N}[号日])?|上周|这周|上个?(?:星期|礼拜)|这个?(?:星期|礼拜)|"
    rf"上个月|这个月|下个月|本月|今年|去年|前年|明年|每天|天天|每晚|每周|每到|这学期|(?:今年|去年)?{_SEASON}节?(?:这几个月|前一天|前后)?|{_DATE}|"
    rf"(?<![百千路街道\d一二三四五六七八九十]){_N}几?[号日](?!楼|院|线|窗|门|桌|机|人|公|店|桩|表)(?=[^\d]|$))"
)
_MINUTES = r"[\d一二三四五六七八九十]{1,3}分?(?![块万千百个元])"
_CLOCK = rf"{_PART}?{_GAP}(?:零|{_N})点(?:半|多|来?钟|左右|一刻|三刻|以后|之后|{_MINUTES})*(?:左右)?"
_WHEN = rf"(?:{_DAY}的?{_GAP})+(?:{_CLOCK}|{_PART})?(?<![，, 的])|{_CLOCK}|{_PART}(?={_CLOCK})"
_SINCE = r"从[^，。,.\s从]{1,7}?(?:那天起|开始|起)|开学以来|入[夏冬秋]以来"
_UNTIL = rf"{_WHEN}|{_N}点(?:多|半|钟)?|现在|至今|今天"
_COUNT = r"(?!半天)[\d一二三四五六七八九十两半好几]{1,3}"
_LONG = r"(?:来|多)?(?:天|个多?月|个多?星期|个多?礼拜|周|年|个多月|多天|多个月)"
_SHORT = r"(?:来|多)?(?:个多?小时|小时|来?分钟|个多?钟头|个半(?:小时|钟头))"
_NO_AMOUNT = r"(?![的一二三四五六七八九十百千万\d])"
_SPAN = (
    r"(?:已经|连续|持续|都|至少|大概|得有|快)?"
    rf"(?:{_COUNT}{_LONG}(?:了|多|以?前|之前)?{_NO_AMOUNT}|{_COUNT}{_SHORT}(?:了|以?前|之前))"
)
_TIME = re.compile(
    rf"(?:从)?(?:{_WHEN})(?:以后)?(?:{_GAP}(?:(?:到|至|跟|和|、)\s?(?:{_UNTIL})|一直(?:拉)?到\s?(?:{_WHEN})))?(?:左右|开始|起|以后|前|以来)?|{_SINCE}|{_SPAN}"
)
_ASKED_SPAN = re.compile(rf"{_COUNT}(?:{_LONG}|{_SHORT})(?:了|多|以?前|之前)?")
_LASTS = re.compile(_SPAN)
_HAS_DAY = re.compile(_DAY)
_VAGUE = re.compile(
    r"(?:天天|每天|最近|近期|刚才|刚刚|每晚|今天|今年|去年|前年|现在|晚上|每周|[零〇九八0-9][零〇\d一二三四五六七八九]年)"
)
_YEARS = frozenset("零〇九八0")
_NEVER_ALONE = frozenset({"今天", "现在"})
_FOR_HOW_LONG = re.compile(r"多久|多长|几天|多少天|几个月")
_SINCE_WHEN = re.compile(r"从什么时候|什么时候开始|从哪天")
_NO_DAY = ("一到", "一下", "天天", "每", "最近", "近期", "这", "今年", "去年", "前年", "上个", "上周", "刚")
_ONLY_CLOCK = re.compile(rf"(?:{_CLOCK}|{_PART}).*")
_OTHER_QUESTION = re.compile(r"还能|能用|撑|方便|联系您|打给|白天打|多久能|要多久|反映的|投诉的|打过电话")


def find_time(turns: Sequence[Turn], kind: str = "") -> Proposal | None:
    """When it happened: what the caller answered to the agent's asking, else the most telling of the first turn that says it.

    A mere hour in the answer is joined to the day named before. Somebody who only asks (`kind` enquiry) tells no time unless
    the agent asks for it.
    """
    for exchange in asked_about(turns, "time"):
        if not _OTHER_QUESTION.search(exchange.asked.text) and (answered := _answered(turns, exchange)):
            return answered
    said = [(turn, when) for turn in turns if turn.role == CALLER and (when := _longest(turn))]
    if kind == "enquiry":
        return None
    telling = [(turn, when) for turn, when in said if not _VAGUE.fullmatch(when[0])]
    known = [(turn, when) for turn, when in said if when[0] not in _NEVER_ALONE]
    for turn, when in telling or sorted(known, key=lambda row: row[1][0].endswith("年") and row[1][0][0] in _YEARS):
        return Proposal(_plain(when[0]), TIME_CONFIDENCE, (Evidence(turn.seq, when.start(), when.end()),))
    return None


def _answered(turns: Sequence[Turn], exchange: Exchange) -> Proposal | None:
    for turn in exchange.answers:
        when = _as_asked(turn, exchange.asked.text) or _longest(turn) or _ASKED_SPAN.search(turn.text)
        if when is None:
            continue
        said = Evidence(turn.seq, when.start(), when.end())
        before = _day_before(turns, exchange.asked) if _ONLY_CLOCK.fullmatch(when[0]) else None
        if before is None:
            return Proposal(_plain(when[0]), ANSWERED_CONFIDENCE, (said,))
        return Proposal(before[0] + _plain(when[0]), ANSWERED_CONFIDENCE, merge([before[1], said]))
    return None


def _as_asked(turn: Turn, question: str) -> re.Match[str] | None:
    """The words that fit the question: how long, or since when."""
    found = list(_found(turn.text))
    if _SINCE_WHEN.search(question):
        return next((when for when in found if when[0].startswith("从")), None)
    if _FOR_HOW_LONG.search(question):
        return next((when for when in found if when[0].startswith("从") or _LASTS.fullmatch(when[0])), None)
    return None


def _day_before(turns: Sequence[Turn], asked: Turn) -> tuple[str, Evidence] | None:
    """The day (and part of it) that the caller named before that question."""
    for turn in turns:
        if turn.role != CALLER or turn.seq > asked.seq:
            continue
        for found in _TIME.finditer(turn.text):
            if _HAS_DAY.match(found[0]) and "点" not in found[0] and not found[0].startswith(_NO_DAY):
                return _plain(found[0]), Evidence(turn.seq, found.start(), found.end())
    return None


def _longest(turn: Turn) -> re.Match[str] | None:
    return max(_found(turn.text), key=lambda found: len(_plain(found[0])), default=None)


def _found(text: str) -> Iterator[re.Match[str]]:
    return (found for found in _TIME.finditer(text) if _plain(found[0]))


def _plain(words: str) -> str:
    return re.sub(_GAP, "", words).removesuffix("的")
