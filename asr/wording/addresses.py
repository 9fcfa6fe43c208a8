"""Rules of numbers in addresses: 十二号楼三单元五零二, 一百一十八号, 一号线. Pure."""

import re
from collections.abc import Iterator
from re import Match

from asr.wording.changes import Edit
from asr.wording.numerals import ANY, NUMBER, ONE, START, digits_of, figures
from asr.wording.passage import Passage, rewritten

_BUILDING = "(?:号楼|号院|号线|号店|号门|号(?!召|称)|栋(?!楼)|幢(?!楼)|单元|弄)"
_FLOOR = "(?:楼(?!上|下|梯|道)|层)"
_IN_CHAIN = re.compile(r"(?:号楼|号院|号|栋|幢|单元|楼|层|座|弄)$")
_NUMBERED = re.compile(rf"{START}(?P<number>{NUMBER}|\d+)(?P<kind>{_BUILDING}|{_FLOOR}|室|房)")
_ROOM = re.compile(rf"(?<=[楼栋幢元层座号])(?P<number>{ONE}{{3,4}})(?![{ANY}点年月万千百])")
_BUS = re.compile(rf"{START}(?P<number>{NUMBER})路(?=公交|车|公共汽车|站)")
ROOM = 3
"""Digits that a room's number has at least, where nothing of an address stands before it."""


def numbers_of_addresses(passage: Passage) -> Iterator[Edit]:
    """Numbers of houses, buildings, entrances, floors and rooms, and of lines of buses and trains."""
    edits = [
        *rewritten(passage, _NUMBERED, _numbered),
        *rewritten(passage, _ROOM, lambda found: digits_of(found["number"])),
        *rewritten(passage, _BUS, lambda found: _with(found, "路")),
    ]
    last = -1
    for edit in sorted(edits, key=lambda edit: edit.start):
        if edit.start >= last:
            yield edit
            last = edit.end


def _numbered(found: Match[str]) -> str | None:
    number, kind = found["number"], found["kind"]
    in_chain = bool(_IN_CHAIN.search(found.string[: found.start()]))
    if kind in ("室", "房") and len(number) < ROOM and not in_chain:
        return None  # 两室一厅, 一房
    if number == "两" or (kind == "层" and number == "一" and not in_chain):
        return None  # 两栋, 一层灰: so many, not which
    if kind == "号" and number == "一" and found.string[: found.start()].endswith(("头", "第")):
        return None
    return _with(found, kind)


def _with(found: Match[str], kind: str) -> str | None:
    written = figures(found["number"])
    return None if written is None else f"{written}{kind}"
