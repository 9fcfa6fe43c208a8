"""Who calls and on which number they can be reached, from their own words. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from hotline.intake.drafting.cues import Cues
from hotline.intake.drafting.patterns import load_patterns
from hotline.intake.drafting.values import CALLER, Evidence, Proposal, Turn, merge

FULL_NAME, SURNAME_AND_TITLE, SURNAME = 0.85, 0.8, 0.6
SPOKEN_NUMBER, CALLING_NUMBER = 0.9, 0.95
LONGEST_GIVEN_NAME = 2
OWNER_REACH = 12
"""How many characters before a number may say whose it is."""

# One character each, so that positions in the digits are positions in the words.
_DIGITS = str.maketrans("零〇一幺二两三四五六七八九０１２３４５６７８９", "00112234567890123456789")
_GAP = r"[\s\-，,、]{0,2}"
_PHONE = re.compile(rf"(?<!\d)(?:1[3-9]\d(?:{_GAP}\d){{8}}|0\d{{2,3}}{_GAP}[2-9]\d{{6,7}})(?!\d)")
_SURNAME_SAID = re.compile(r"(?:免贵姓|我姓|我是姓|姓)")
_NAME_SAID = re.compile(r"(?:我叫|名字叫|名字是|姓名是|姓名叫|我的名字是)")
_ENDS_NAME = set("我你他她是住在的了有家今昨这那想要电手打号呢啊吧就和跟什么贵，。、！？,.!? \t\n")


@dataclass(frozen=True)
class Person:
    """The caller: `name` may be the surname only, `sex` is male, female or unknown (empty)."""

    surname: str
    name: str
    sex: str
    evidence: tuple[Evidence, ...]

    @property
    def form_of_address(self) -> str:
        """张女士, or nothing when the sex was not heard."""
        return self.surname + load_patterns().titles[self.sex] if self.sex else ""


def find_person(turns: Sequence[Turn], cues: Cues) -> Person | None:
    """The caller as they named themselves (last mention wins), with the sex heard from any form of address."""
    said = list(_names_said(turns, cues))
    if not said:
        return None
    surname, name, evidence = max(said, key=lambda found: (len(found[1]) > len(found[0]), found[2]))
    sex, heard = _sex(turns, surname)
    return Person(surname, name, sex, merge([evidence], heard))


def name_proposal(person: Person) -> Proposal:
    """The field contact_name."""
    if person.name != person.surname:
        return Proposal(person.name, FULL_NAME, person.evidence)
    if person.sex:
        return Proposal(person.form_of_address, SURNAME_AND_TITLE, person.evidence)
    return Proposal(person.surname, SURNAME, person.evidence)


def find_phone(turns: Sequence[Turn], cues: Cues, caller_number: str) -> Proposal | None:
    """The number to reach the caller: the last one they said for themselves, or the one they call from if they said so."""
    for turn in reversed([turn for turn in turns if turn.role == CALLER]):
        for found in reversed(list(_PHONE.finditer(turn.text.translate(_DIGITS)))):
            if not _belongs_to_others(turn.text, found.start(), cues):
                number = re.sub(r"\D", "", found[0])
                return Proposal(number, SPOKEN_NUMBER, (Evidence(turn.seq, found.start(), found.end()),))
        for phrase in cues.this_number if caller_number else ():
            at = turn.text.find(phrase)
            if at >= 0:
                return Proposal(caller_number, CALLING_NUMBER, (Evidence(turn.seq, at, at + len(phrase)),))
    return None


def holds_phone(text: str) -> bool:
    """Whether a telephone number stands in the text, in digits or spoken."""
    return _PHONE.search(text.translate(_DIGITS)) is not None


def _belongs_to_others(text: str, start: int, cues: Cues) -> bool:
    before = text[max(0, start - OWNER_REACH) : start]
    return any(phrase in before for phrase in cues.others_phone)


def _names_said(turns: Iterable[Turn], cues: Cues) -> Iterator[tuple[str, str, Evidence]]:
    for turn in turns:
        if turn.role != CALLER:
            continue
        for found in _SURNAME_SAID.finditer(turn.text):
            if surname := _surname_at(turn.text, found.end(), cues):
                yield surname, surname, Evidence(turn.seq, found.start(), found.end() + len(surname))
        for found in _NAME_SAID.finditer(turn.text):
            if name := _full_name_at(turn.text, found.end(), cues):
                yield name[0], "".join(name), Evidence(turn.seq, found.start(), found.end() + len("".join(name)))


def _surname_at(text: str, start: int, cues: Cues) -> str:
    if text[start : start + 2] in cues.double_surnames:
        return text[start : start + 2]
    return text[start : start + 1] if text[start : start + 1] in cues.single_surnames else ""


def _full_name_at(text: str, start: int, cues: Cues) -> tuple[str, str] | None:
    surname = _surname_at(text, start, cues)
    given = ""
    for letter in text[start + len(surname) : start + len(surname) + LONGEST_GIVEN_NAME] if surname else "":
        if letter in _ENDS_NAME:
            break
        given += letter
    return (surname, given) if given else None


def _sex(turns: Iterable[Turn], surname: str) -> tuple[str, list[Evidence]]:
    for sex, title in load_patterns().titles.items():
        for turn in turns:
            at = turn.text.find(surname + title)
            if at >= 0:
                return sex, [Evidence(turn.seq, at, at + len(surname + title))]
    return "", []
