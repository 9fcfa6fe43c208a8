"""On which number the caller can be reached: told at once, in pieces over turns, or the one they call from. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from hotline.intake.drafting.cues import Cues, load_cues
from hotline.intake.drafting.talk import Exchange, agreement, asked_about, exchanges, load_talk
from hotline.intake.drafting.values import CALLER, Evidence, Proposal, Turn, merge

SPOKEN_NUMBER, CALLING_NUMBER, PIECED_NUMBER = 0.9, 0.95, 0.85
LENGTH = 11
SHORTEST_PIECE = 3
OWNER_REACH = 12
"""How many characters before a number may say whose it is."""
DENIED_REACH = 7
"""Characters around words that point to the phone in hand, which may take them back: 不要打我这个, 这个电话我不常接."""

# One character each, so that positions in the digits are positions in the words.
_DIGITS = str.maketrans("零〇一幺二两三四五六七八九０１２３４５６７８９", "00112234567890123456789")
_GAP = r"[\s\-，,、]{0,2}"
_PHONE = re.compile(rf"(?<!\d)(?:1[3-9]\d(?:{_GAP}\d){{8}}|0\d{{2,3}}{_GAP}[2-9]\d{{6,7}})(?!{_GAP}\d)")
_RUN = re.compile(rf"\d(?:{_GAP}\d)*")
_MOBILE = re.compile(r"1[3-9]\d*")


@dataclass(frozen=True)
class _Number:
    digits: str
    evidence: tuple[Evidence, ...]
    others: bool
    corrected: bool
    confidence: float = SPOKEN_NUMBER


def find_phone(turns: Sequence[Turn], cues: Cues, caller_number: str) -> Proposal | None:
    """The number to reach the caller: their own as they told it, or the one they call from if they said so.

    The first own number stands unless a later one takes it back; a second one is for when nobody answers the first.
    """
    kept: _Number | None = None
    for number in _spoken(turns, cues):
        if not number.others and (kept is None or number.corrected):
            kept = number
    kept = _agreed(turns, kept) or kept
    if kept:
        return Proposal(kept.digits, kept.confidence, merge(kept.evidence, _read_back(turns, kept.digits)))
    said = _calling(turns, cues) if caller_number else ()
    return Proposal(caller_number, CALLING_NUMBER, said) if said else None


@cache
def _of_relative() -> re.Pattern[str]:
    """The agent asks for the number of somebody else: 老人的电话您有吗."""
    return re.compile(rf"(?:{'|'.join(load_talk().relatives)}|对方|店家|商家|他|她)的?(?:电话|号码|手机)")


def holds_phone(text: str) -> bool:
    """Whether a telephone number stands in the text, in digits or spoken."""
    return _PHONE.search(text.translate(_DIGITS)) is not None


def _spoken(turns: Sequence[Turn], cues: Cues) -> Iterator[_Number]:
    begun, evidence = "", list[Evidence]()
    asked = list(asked_about(turns, "phone"))
    answers = {turn.seq for one in asked for turn in one.answers}
    of_relatives = {turn.seq for one in asked if _of_relative().search(one.asked.text) for turn in one.answers}
    for turn in turns:
        if turn.role != CALLER:
            continue
        plain = turn.text.translate(_DIGITS)
        whole = list(_PHONE.finditer(plain))
        for found in whole:
            digits = re.sub(r"\D", "", found[0])
            number = _number(
                turn, found.span(), digits, cues.others_phone if turn.seq not in answers else cues.spare_phone, cues
            )
            yield replace(number, others=number.others or turn.seq in of_relatives)
        if whole:
            begun, evidence = "", []
            continue
        for run in _RUN.finditer(plain):
            digits = re.sub(r"\D", "", run[0])
            fits = len(digits) >= SHORTEST_PIECE and len(begun + digits) <= LENGTH
            if not fits or not (begun or _MOBILE.fullmatch(digits)):
                continue
            begun, evidence = begun + digits, [*evidence, Evidence(turn.seq, run.start(), run.end())]
            if len(begun) == LENGTH:
                yield _Number(begun, tuple(evidence), others=False, corrected=False, confidence=PIECED_NUMBER)
                begun, evidence = "", []


def _number(turn: Turn, span: tuple[int, int], digits: str, others_said: Sequence[str], cues: Cues) -> _Number:
    start, end = span
    before = turn.text[max(0, start - OWNER_REACH) : start]
    others = any(phrase in before for phrase in others_said) and not before.rstrip(" ，,").endswith(cues.take_down)
    corrected = any(word in before for word in load_talk().corrections)
    return _Number(digits, (Evidence(turn.seq, start, end),), others, corrected)


def _agreed(turns: Sequence[Turn], told: _Number | None) -> _Number | None:
    """The number that the agent read back last and the caller agreed to, when it is not what was heard at first."""
    for exchange in exchanges(turns):
        for found in _PHONE.finditer(exchange.asked.text.translate(_DIGITS)):
            digits, yes = re.sub(r"\D", "", found[0]), agreement(exchange)
            before = exchange.asked.text[max(0, found.start() - OWNER_REACH) : found.start()]
            spare = any(phrase in before for phrase in load_cues().spare_phone)
            if yes and not spare and (told is None or told.digits != digits):
                said = Evidence(exchange.asked.seq, found.start(), found.end())
                told = _Number(digits, (said, yes, *_pieces_of(turns, digits)), others=False, corrected=True)
    return told


def _pieces_of(turns: Sequence[Turn], digits: str) -> Iterator[Evidence]:
    """Where the caller told parts of a number."""
    for turn in turns:
        for run in _RUN.finditer(turn.text.translate(_DIGITS)) if turn.role == CALLER else ():
            part = re.sub(r"\D", "", run[0])
            if len(part) >= SHORTEST_PIECE and part in digits:
                yield Evidence(turn.seq, run.start(), run.end())


def _read_back(turns: Sequence[Turn], digits: str) -> list[Evidence]:
    """Where the agent says the number again."""
    return [
        Evidence(turn.seq, found.start(), found.end())
        for turn in turns
        if turn.role != CALLER
        for found in _PHONE.finditer(turn.text.translate(_DIGITS))
        if re.sub(r"\D", "", found[0]) == digits
    ]


def _calling(turns: Sequence[Turn], cues: Cues) -> tuple[Evidence, ...]:
    """Where caller or agent say that the number of this call is right."""
    for exchange in asked_about(turns, "phone"):
        if said := _this_one(exchange.answers, "answered"):
            return (said,)
        here = _of_this_call(exchange.asked)
        yes = agreement(exchange) if here and not _refuses(exchange, cues) else None
        if here and yes:
            return (here, yes)
    said = _this_one([turn for turn in turns if turn.role == CALLER], "unasked")
    return (said,) if said else ()


def _of_this_call(asked: Turn) -> Evidence | None:
    """Where the agent speaks of the number of this call: 就打这个吗, or 短信发到您手机上."""
    found = next((found for one in load_talk().this_call["asked"] if (found := re.search(one, asked.text))), None)
    return Evidence(asked.seq, found.start(), found.end()) if found else None


def _refuses(exchange: Exchange, cues: Cues) -> bool:
    return any(word in exchange.answer for word in cues.no_calls)


def _this_one(turns: Sequence[Turn], how: str) -> Evidence | None:
    """Where the caller points to the phone in their hand, and does not say that it is not to be called."""
    talk = load_talk()
    for turn in turns:
        for one in talk.this_call[how]:
            for found in re.finditer(one, turn.text):
                before = turn.text[max(0, found.start() - DENIED_REACH) : found.start()]
                behind = turn.text[found.end() : found.end() + DENIED_REACH]
                if not re.search(talk.this_call["denied_before"][0], before) and not re.search(
                    talk.this_call["denied_behind"][0], behind
                ):
                    return Evidence(turn.seq, found.start(), found.end())
    return None
