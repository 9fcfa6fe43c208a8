"""What is told of a place behind its name: building, unit, floor and room over several turns, and the spot. Pure.

In the form in which addresses are written: 五号楼一单元二零二 is 5号楼1单元202. Called by `address`.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from hotline.intake.drafting.numerals import NUMBER, SPOKEN, value_of
from hotline.intake.drafting.talk import asked_about, is_denied, load_talk
from hotline.intake.drafting.values import CALLER, Evidence, Turn, merge

LATER_TURNS = 8
"""So many turns behind the place its building and room may be told."""
OWNER_REACH = 5
"""Characters before a room that may say whose it is."""

_BETWEEN = r"[、，,\s]?(?:和|跟|与|、|\s)"
_BARE = r"[\d零〇一二三四五六七八九幺]{3,4}"
_SOME_BUILDING = rf"{NUMBER}\s?(?:号楼(?!下)|栋|幢|座(?![位桥山楼塔]))"
_BUILDING = re.compile(rf"{_SOME_BUILDING}(?:{_BETWEEN}{_SOME_BUILDING})?(?:中间|之间)?")
_UNIT = re.compile(rf"{NUMBER}\s?单元")
_ROOM = re.compile(
    rf"(?<![\d零〇一二三四五六七八九十百千幺])(?:{_BARE}{_BETWEEN}?)?{_BARE}"
    r"(?:室|号房)?(?!是对门|是隔壁|[\d零〇一二三四五六七八九十百千幺块元个天年点号路度平米斤多分秒月期年])"
)
_HOUSE = re.compile(rf"{NUMBER}多?号(?!楼|院|线|窗口|门|桌|车|公交车|公交线|铺面)")
_GROUP = re.compile(rf"{NUMBER}(?:组|队)")
_PHASE = re.compile(rf"{NUMBER}期")
_LEVELS = (_BUILDING, _UNIT)
_COUNTED = re.compile(rf"({NUMBER})(?=\s?(?:号|多号|栋|幢|座|单元|楼|层|室|米|百米|组|期|弄|院|站台|路口|、|和|$))")
_LIVES = re.compile(rf"(?:住|[他她]们?|楼[上下])(?:家|的|是|住)?{_BARE}(?![{SPOKEN}\d块元])")
_TOP = re.compile(r"顶楼")
_OWN = re.compile(r"我(?:们)?(?:是|家|住|家是|住的)?[，, ]?$")
_LIVES_THERE = re.compile(r"我(?:们)?(?:家)?住$")
_NEIGHBOUR = re.compile(r"[他她]|楼上|楼下|对门|隔壁")


@dataclass(frozen=True)
class Words:
    """Some words of an address and where they were said."""

    text: str
    evidence: tuple[Evidence, ...]


Row = tuple[Turn, int]
"""A turn, and the character from which it is read."""


def written(words: str) -> str:
    """The words with their numbers in digits and without spaces: 四 号楼 is 4号楼."""
    return re.sub(r"\s", "", _COUNTED.sub(_digits, words))


def _digits(found: re.Match[str]) -> str:
    value = value_of(found[1])
    return found[1] if value is None else str(value)


def rows_behind(turns: Sequence[Turn], seq: int, end: int, named: Collection[int] = ()) -> list[Row]:
    """The turns from the place on, each with the character from which it is read; what the caller denied is left out.

    Turns that name the place again (`named`) count however late they come.
    """
    behind = [turn for turn in turns if turn.seq >= seq]
    later = [turn for at, turn in enumerate(behind) if at <= LATER_TURNS or turn.seq in named]
    return [(turn, end if turn.seq == seq else 0) for turn in later if turn.role == CALLER or _reads_back(turns, turn)]


def _reads_back(turns: Sequence[Turn], turn: Turn) -> bool:
    return "还是" not in turn.text and not is_denied(turns, turn)


def house(rows: Sequence[Row]) -> Iterator[Words]:
    """The house number of a road."""
    yield from _told(_HOUSE, [row for row in rows if row[0].role == CALLER][:1] or rows[:1])


def levels(rows: Sequence[Row], kind: str) -> Iterator[Words]:
    """Building, unit and room; a bare number is a room only where a building or unit is told. A village has groups."""
    yield from _told(_GROUP if kind == "community" else _PHASE, rows)
    for level in _LEVELS:
        yield from _told(level, rows)
    yield from _room([row for row in rows if any(level.search(row[0].text, row[1]) for level in (*_LEVELS, _LIVES, _TOP))])


def _told(pattern: re.Pattern[str], rows: Sequence[Row]) -> Iterator[Words]:
    """What was told first; what takes it back, or is read back by the agent, stands instead."""
    kept: Words | None = None
    for turn, start in rows:
        reached = start
        for found in pattern.finditer(turn.text, start):
            if _LIVES_THERE.search(turn.text[: found.start()]) and "不在" in turn.text[found.end() :]:
                continue
            taken_back = any(word in turn.text[reached : found.start()] for word in load_talk().corrections)
            if kept is None or taken_back or (turn.role != CALLER and found.start() == _first(pattern, turn, start)):
                said = Evidence(turn.seq, found.start(), found.end())
                same = kept is not None and written(found[0]) == kept.text
                kept = Words(written(found[0]), merge(kept.evidence, [said]) if kept and same else (said,))
            reached = found.end()
    if kept:
        yield kept


def _first(pattern: re.Pattern[str], turn: Turn, start: int) -> int:
    found = pattern.search(turn.text, start)
    return found.start() if found else -1


def _room(rows: Sequence[Row]) -> Iterator[Words]:
    """The room: as the agent read it back, another's before the speaker's own, the corrected before the first."""
    told, read_back = list[tuple[bool, Words]](), list[Words]()
    for turn, start in rows:
        reached = start
        for found in _ROOM.finditer(turn.text, start):
            own = _is_own(turn.text, found.start())
            if told and any(word in turn.text[reached : found.start()] for word in load_talk().corrections):
                told.pop()
            words = Words(_room_written(found[0]), (Evidence(turn.seq, found.start(), found.end()),))
            told.append((own, words))
            read_back += [words] if turn.role != CALLER else []
            reached = found.end()
    others = [words for own, words in told if not own]
    kept = read_back[-1:] or others or [words for _, words in told]
    if kept:
        yield kept[0]


def _is_own(text: str, at: int) -> bool:
    before = text[max(0, at - OWNER_REACH) : at]
    return _OWN.search(before) is not None and _NEIGHBOUR.search(before) is None


def _room_written(words: str) -> str:
    numbers = re.findall(_BARE, words)
    return "、".join(str(value_of(one) or one) for one in numbers)


def answers_about_place(turns: Sequence[Turn], seq: int) -> Iterator[Turn]:
    """The caller's answers behind that turn to where it is."""
    for exchange in asked_about(turns, "place"):
        yield from (turn for turn in exchange.answers if turn.seq > seq)
