"""Whom a matter concerns: the shop, firm, unit or person that was named. Pure; nothing is proposed that was not said."""

import re
from collections.abc import Iterator, Sequence

from hotline.intake.drafting.gazetteer import Gazetteer
from hotline.intake.drafting.numerals import NUMBER
from hotline.intake.drafting.talk import Exchange, Piece, asked_about, load_talk, pieces
from hotline.intake.drafting.values import CALLER, Evidence, Proposal, Turn

ASKED, NAMED = 0.75, 0.6
SHORTEST, LONGEST = 2, 14

_LEAD = re.compile(r"^(?:是|叫|就是|好像|好像是|应该是|那个|名字|它|他|她|他们|姓名|店名|大老板|老板|对|嗯)+")
_TAIL = re.compile(r"(?:的|吧|啊|呢|嘛|那边|那里|里面)+$")
_HAN = r"[\u4e00-\u9fffA-Za-z0-9]"
_BUS = re.compile(rf"{NUMBER}路(?:公交车?|车)(?:的?司机)?")


def find_subject(turns: Sequence[Turn], gazetteer: Gazetteer) -> Proposal | None:
    """What the caller answered when asked for the name; else a named shop, firm or unit that the caller spoke of."""
    for exchange in asked_about(turns, "subject"):
        if found := _answered(exchange):
            return Proposal(found.text, ASKED, (found.evidence,))
    return next(_named(turns, gazetteer), None)


def _answered(exchange: Exchange) -> Piece | None:
    """The named body of an answer; without one, a short first piece that is a name."""
    talk = load_talk()
    if any(word in exchange.answer for word in talk.unknown):
        return None
    found = [piece for turn in exchange.answers for raw in pieces(turn) if (piece := _bare(raw))]
    return next((piece for piece in found if piece.text.endswith(talk.bodies)), None)


def _bare(piece: Piece) -> Piece | None:
    lead = _LEAD.match(piece.text)
    start = lead.end() if lead else 0
    tail = _TAIL.search(piece.text[start:])
    end = start + tail.start() if tail else len(piece.text)
    if not SHORTEST <= end - start <= LONGEST:
        return None
    seq, at = piece.evidence.seq, piece.evidence.start
    return Piece(piece.text[start:end], Evidence(seq, at + start, at + end))


def _named(turns: Sequence[Turn], gazetteer: Gazetteer) -> Iterator[Proposal]:
    bodies = "|".join(sorted(load_talk().bodies, key=len, reverse=True))
    body = re.compile(rf"({_HAN}{{2,8}}?)({bodies})")
    for turn in turns:
        if turn.role != CALLER:
            continue
        for piece in pieces(turn):
            for found in body.finditer(piece.text):
                name = _without_lead(found[1], gazetteer)
                if len(name) >= SHORTEST:
                    start = piece.evidence.start + found.end(1) - len(name)
                    end = piece.evidence.start + found.end()
                    yield Proposal(turn.text[start:end], NAMED, (Evidence(turn.seq, start, end),))
        if bus := _BUS.search(turn.text):
            yield Proposal(bus[0], NAMED, (Evidence(turn.seq, bus.start(), bus.end()),))


def _without_lead(words: str, gazetteer: Gazetteer) -> str:
    """What is a name of the words before a kind of shop: without little words, and without the place it lies at."""
    for hit in reversed(gazetteer.find(words)):
        words = words[hit.end :]
        break
    for word in sorted(load_talk().unnamed, key=len, reverse=True):
        if word in words:
            words = words[words.rfind(word) + len(word) :]
    return words
