"""When it happened, since when or how often, in the caller's words. Pure."""

import re
from collections.abc import Iterator, Sequence

from hotline.intake.drafting.talk import Exchange, asked_about, load_talk
from hotline.intake.drafting.time_words import ASKED_SPAN, GAP, HAS_DAY, LASTS, NO_CERTAIN_DAY, ONLY_HOUR, TIME, VAGUE
from hotline.intake.drafting.values import CALLER, Evidence, Proposal, Turn, merge

TIME_CONFIDENCE = 0.7
ANSWERED_CONFIDENCE = 0.8

ONE_BREATH, JOINED_MOST = 6, 2
"""Characters between two expressions of time that belong together."""

_YEARS = frozenset("零〇九八0")
_NEVER_ALONE = frozenset({"今天", "现在"})
_FOR_HOW_LONG = re.compile(r"多久|多长|几天|多少天|几个月")
_SINCE_WHEN = re.compile(r"从什么时候|什么时候开始|从哪天")
_OTHER_QUESTION = re.compile(
    r"还能|能用|撑|方便|联系您|打给|白天打|多久能|要多久|反映的|投诉的|打过电话|出生|参保|缴|退休|毕业|岁"
)


def find_time(turns: Sequence[Turn], kind: str = "") -> Proposal | None:
    """When it happened: what the caller answered to the agent's asking, else the most telling of the first turn that says it.

    A mere hour in the answer is joined to the day named before. Who suggests something (`kind`) tells no time unless the agent
    asks for it.
    """
    for exchange in asked_about(turns, "time"):
        if not _OTHER_QUESTION.search(exchange.asked.text) and (answered := _answered(turns, exchange)):
            return answered
    said = [(turn, when) for turn in turns if turn.role == CALLER and (when := _longest(turn))]
    if kind == "suggestion":
        return None
    telling = [(turn, when) for turn, when in said if not VAGUE.fullmatch(when[0])]
    known = [(turn, when) for turn, when in said if when[0] not in _NEVER_ALONE]
    for turn, when in telling or sorted(known, key=lambda row: row[1][0].endswith("年") and row[1][0][0] in _YEARS):
        return Proposal(*_joined(turn, when, TIME_CONFIDENCE))
    return None


def _joined(turn: Turn, when: re.Match[str], confidence: float) -> tuple[str, float, tuple[Evidence, ...]]:
    """The words with those that go on from them in one breath: 前天晚上 十一点到两点, 九月底，十月三号又来."""
    chain = [when]
    for other in _found(turn.text):
        between = turn.text[chain[-1].end() : other.start()]
        broken = any(word in between for word in load_talk().corrections)
        if (
            len(chain) < JOINED_MOST
            and other.start() >= chain[-1].end()
            and len(between) <= ONE_BREATH
            and not broken
            and not VAGUE.fullmatch(other[0])
        ):
            chain.append(other)
    said = tuple(Evidence(turn.seq, one.start(), one.end()) for one in chain)
    return "，".join(_plain(one[0]) for one in chain), confidence, said


def _answered(turns: Sequence[Turn], exchange: Exchange) -> Proposal | None:
    for turn in exchange.answers:
        when = _as_asked(turn, exchange.asked.text) or _answer(turn) or ASKED_SPAN.search(turn.text)
        if when is None:
            continue
        said = Evidence(turn.seq, when.start(), when.end())
        before = _day_before(turns, exchange.asked) if ONLY_HOUR.fullmatch(when[0]) else None
        if before is None:
            return Proposal(*_joined(turn, when, ANSWERED_CONFIDENCE))
        return Proposal(before[0] + _plain(when[0]), ANSWERED_CONFIDENCE, merge([before[1], said]))
    return None


def _as_asked(turn: Turn, question: str) -> re.Match[str] | None:
    """The words that fit the question: how long, or since when."""
    found = list(_found(turn.text))
    if _SINCE_WHEN.search(question):
        return next((when for when in found if when[0].startswith("从")), None)
    if _FOR_HOW_LONG.search(question):
        return next((when for when in found if when[0].startswith("从") or LASTS.fullmatch(when[0])), None)
    return None


def _day_before(turns: Sequence[Turn], asked: Turn) -> tuple[str, Evidence] | None:
    """The day (and part of it) that the caller named before that question."""
    for turn in turns:
        if turn.role != CALLER or turn.seq > asked.seq:
            continue
        for found in TIME.finditer(turn.text):
            if HAS_DAY.match(found[0]) and "点" not in found[0] and not found[0].startswith(NO_CERTAIN_DAY):
                return _plain(found[0]), Evidence(turn.seq, found.start(), found.end())
    return None


def _longest(turn: Turn) -> re.Match[str] | None:
    return max(_found(turn.text), key=lambda found: len(_plain(found[0])), default=None)


def _answer(turn: Turn) -> re.Match[str] | None:
    """What an answer says first, or what takes it back; a mere hint (今天) gives way to what tells more."""
    found, taken = list(_found(turn.text)), None
    for one, other in zip(found, found[1:], strict=False):
        between = turn.text[one.end() : other.start()]
        taken = other if any(word in between for word in load_talk().corrections) else taken
    telling = [one for one in found if not VAGUE.fullmatch(one[0])]
    return taken or next(iter(telling), next(iter(found), None))


def _found(text: str) -> Iterator[re.Match[str]]:
    return (found for found in TIME.finditer(text) if _plain(found[0]))


def _plain(words: str) -> str:
    return re.sub(GAP, "", words).removesuffix("的")
