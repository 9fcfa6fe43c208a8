"""On which number the caller can be reached: told at once, in pieces over turns, or the one they call from. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hotline.intake.drafting.cues import Cues, load_cues
from hotline.intake.drafting.talk import Exchange, agreement, asked_about, exchanges, load_talk
from hotline.intake.drafting.values import CALLER, Evidence, Proposal, Turn, merge

SPOKEN_NUMBER, CALLING_NUMBER, PIECED_NUMBER = 0.9, 0.95, 0.85
LENGTH = 11
SHORTEST_PIECE = 3
OWNER_REACH = 12
"""How many characters before a number may say whose it is."""

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


def holds_phone(text: str) -> bool:
    """Whether a telephone number stands in the text, in digits or spoken."""
    return _PHONE.search(text.translate(_DIGITS)) is not None


def _spoken(turns: Sequence[Turn], cues: Cues) -> Iterator[_Number]:
    begun, evidence = "", list[Evidence]()
    answers = {turn.seq for exchange in asked_about(turns, "phone") for turn in exchange.answers}
    for turn in turns:
        if turn.role != CALLER:
            continue
        plain = turn.text.translate(_DIGITS)
        whole = list(_PHONE.finditer(plain))
        for found in whole:
            digits = re.sub(r"\D", "", found[0])
            yield _number(turn, found.span(), digits, cues.others_phone if turn.seq not in answers else cues.spare_phone, cues)
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
        word = next((word for word in cues.calling_asked if word in exchange.asked.text), "")
        yes = agreement(exchange) if word else None
        if yes:
            at = exchange.asked.text.find(word)
            return (Evidence(exchange.asked.seq, at, at + len(word)), yes)
        if said := _this_one(exchange, cues):
            return (said,)
    for turn in turns:
        for phrase in cues.this_number if turn.role == CALLER else ():
            at = turn.text.find(phrase)
            if at >= 0:
                return (Evidence(turn.seq, at, at + len(phrase)),)
    return ()


def _this_one(exchange: Exchange, cues: Cues) -> Evidence | None:
    for turn in exchange.answers:
        for phrase in cues.this_one:
            at = turn.text.find(phrase)
            if at >= 0:
                return Evidence(turn.seq, at, at + len(phrase))
    return None
