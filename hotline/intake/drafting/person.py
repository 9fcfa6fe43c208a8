"""Who calls, from their own words and from how the agent then addresses them. The number is `phone`'s. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hotline.intake.drafting.cues import Cues
from hotline.intake.drafting.patterns import load_patterns
from hotline.intake.drafting.talk import Exchange, asked_about, load_talk, pieces
from hotline.intake.drafting.values import CALLER, Evidence, Proposal, Turn, merge

FULL_NAME, SURNAME_AND_TITLE, SURNAME = 0.85, 0.8, 0.6
LONGEST_GIVEN_NAME = 2
MALE, FEMALE = "male", "female"

_SURNAME_SAID = re.compile(r"(?:免贵姓|我是姓|我也姓|我姓)[，, ]{0,2}(?:姓[，, ]?)?")
_ONLY_SURNAME = re.compile(r"(?<![\u4e00-\u9fff])姓[，, ]{0,2}")
_NAME_SAID = re.compile(r"(?:我叫|我名字叫|我的名字是|我的姓名是|名字叫|姓名是)[，, ]?")
_ANSWERED = re.compile(r"(?:哎呀|嗯|啊|哦|呃|那个|我|你|是|免贵|就说|就写|就|写|姓|叫|老|小|[，, ])*")
_ENDS_NAME = set("名喂姓我你他她是住在的了有工总家今昨这那想要电手打号呢啊吧就和跟什么贵，。、！？,.!? \t\n")


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


@dataclass(frozen=True)
class _Said:
    surname: str
    name: str
    evidence: Evidence


def find_person(turns: Sequence[Turn], cues: Cues) -> Person | None:
    """The caller as they named themselves (a whole name before a surname, then the last), with the sex heard."""
    said = list(_names_said(turns, cues))
    if not said:
        return None
    best = max(said, key=lambda found: (len(found.name) > len(found.surname), found.evidence))
    sex, heard = _sex(turns, best.surname)
    return Person(best.surname, best.name, sex, merge([best.evidence], heard))


def name_proposal(person: Person) -> Proposal:
    """The field contact_name."""
    if person.name != person.surname:
        return Proposal(person.name, FULL_NAME, person.evidence)
    if person.sex:
        return Proposal(person.form_of_address, SURNAME_AND_TITLE, person.evidence)
    return Proposal(person.surname, SURNAME, person.evidence)


def names_of(person: Person | None) -> Sequence[str]:
    """The forms in which a caller says who they are; a title has the name where it may be seen, and nowhere else."""
    if person is None:
        return ()
    whole = [person.name] if person.name != person.surname else []
    return [*whole, *(person.surname + title for title in load_patterns().titles.values())]


def _names_said(turns: Sequence[Turn], cues: Cues) -> Iterator[_Said]:
    for turn in turns:
        if turn.role == CALLER:
            yield from _told_unasked(turns, turn, cues)
    for exchange in asked_about(turns, "name"):
        yield from _answered(turns, exchange, cues)


def _told_unasked(turns: Sequence[Turn], turn: Turn, cues: Cues) -> Iterator[_Said]:
    for found in _SURNAME_SAID.finditer(turn.text):
        if surname := _any_surname(turn.text, found.end(), cues):
            yield _Said(surname, surname, Evidence(turn.seq, found.start(), found.end() + len(surname)))
            yield from _whole_names(turn, surname)
            yield from _run_on(turns, turn, found.end(), surname)
    for found in _ONLY_SURNAME.finditer(turn.text):
        if surname := _addressed_at(turns, turn, found.end()):
            yield _Said(surname, surname, Evidence(turn.seq, found.start(), found.end() + len(surname)))
    for found in _NAME_SAID.finditer(turn.text):
        surname = _surname_at(turn.text, found.end(), cues) or _addressed_at(turns, turn, found.end())
        if name := _full_name_at(turn.text, found.end(), surname):
            whole = "".join(name)
            yield _Said(name[0], whole, Evidence(turn.seq, found.start(), found.end() + len(whole)))


def _answered(turns: Sequence[Turn], exchange: Exchange, cues: Cues) -> Iterator[_Said]:
    """The surname with which an answer begins, and a whole name that stands by itself in it (姓 古 古代的古 古长林)."""
    for turn in exchange.answers:
        start = _ANSWERED.match(turn.text)
        at = start.end() if start else 0
        told = turn.text[:at].rstrip("，, ").endswith("姓")
        surname = _any_surname(turn.text, at, cues) if told else _surname_at(turn.text, at, cues)
        surname = surname or _addressed_at(turns, turn, at)
        if not surname or not _stands_alone(turns, turn, at, surname):
            continue
        yield _Said(surname, surname, Evidence(turn.seq, at, at + len(surname)))
        yield from _whole_names(turn, surname)
        return


def _whole_names(turn: Turn, surname: str) -> Iterator[_Said]:
    """The pieces of a turn that are a name with that surname and nothing else."""
    for piece in pieces(turn):
        given = len(piece.text) - len(surname)
        if piece.text.endswith(_forms()):
            continue
        if piece.text.startswith(surname) and 0 < given <= LONGEST_GIVEN_NAME and not _ENDS_NAME & set(piece.text):
            yield _Said(surname, piece.text, piece.evidence)


def _run_on(turns: Sequence[Turn], turn: Turn, at: int, surname: str) -> Iterator[_Said]:
    """A whole name behind its surname without a pause (我姓万万有根), when the agent says it again."""
    start = at + len(surname)
    heard = "\n".join(later.text for later in turns if later.seq > turn.seq and later.role != CALLER)
    for length in (len(surname) + LONGEST_GIVEN_NAME, len(surname) + 1):
        name = turn.text[start : start + length]
        if name.startswith(surname) and len(name) == length and name in heard:
            yield _Said(surname, name, Evidence(turn.seq, start, start + length))
            return


def _stands_alone(turns: Sequence[Turn], turn: Turn, at: int, surname: str) -> bool:
    """Whether the name is the whole piece, was introduced by 姓 or 叫, is spelt out (粟米的粟), or the agent takes it up."""
    behind = turn.text[at + len(surname) :][:1]
    introduced = re.search(r"[姓叫老][，, ]{0,2}$", turn.text[:at]) is not None
    whole = not behind or not behind.isalnum() or f"的{surname}" in turn.text[at:]
    return introduced or whole or bool(_addressed_at(turns, turn, at))


def _addressed_at(turns: Sequence[Turn], turn: Turn, at: int) -> str:
    """The surname at that place by which the agent addresses the caller in the next turn, if one does."""
    reply = next((later for later in turns if later.seq > turn.seq and later.role != CALLER), None)
    for length in (2, 1):
        surname = turn.text[at : at + length]
        if reply and len(surname) == length and any(surname + form in reply.text for form in _forms()):
            return surname
    return ""


def _forms() -> tuple[str, ...]:
    return (*load_talk().female, *load_talk().male)


def _surname_at(text: str, start: int, cues: Cues) -> str:
    if text[start : start + 2] in cues.double_surnames:
        return text[start : start + 2]
    return text[start : start + 1] if text[start : start + 1] in cues.single_surnames else ""


def _any_surname(text: str, start: int, cues: Cues) -> str:
    """What follows 姓 is a surname, be it ever so rare."""
    letter = text[start : start + 1]
    rare = "\u4e00" <= letter <= "\u9fff" and (letter not in _ENDS_NAME or text[start + 1 : start + 2] in {"", " ", "，"})
    return _surname_at(text, start, cues) or (letter if rare else "")


def _full_name_at(text: str, start: int, surname: str) -> tuple[str, str] | None:
    given = ""
    for letter in text[start + len(surname) : start + len(surname) + LONGEST_GIVEN_NAME] if surname else "":
        if letter in _ENDS_NAME:
            break
        given += letter
    return (surname, given) if given else None


def _sex(turns: Sequence[Turn], surname: str) -> tuple[str, list[Evidence]]:
    """From a form of address: behind the name, in an agent's turn by itself, or the caller's answer to which it is."""
    forms = {MALE: load_talk().male, FEMALE: load_talk().female}
    for turn in turns:
        for sex, words in forms.items():
            for word in words:
                # The name may stand before it in full: 孔丽女士.
                found = re.search(rf"{re.escape(surname)}[\u4e00-\u9fff]{{0,2}}?{word}", turn.text)
                if found:
                    return sex, [Evidence(turn.seq, found.start(), found.end())]
    for turn in turns:
        if turn.role == CALLER:
            continue
        heard = {sex: turn.text.find(words[0]) for sex, words in forms.items() if words[0] in turn.text}
        if len(heard) == 1:
            sex, at = heard.popitem()
            return sex, [Evidence(turn.seq, at, at + len(forms[sex][0]))]
    return "", []
