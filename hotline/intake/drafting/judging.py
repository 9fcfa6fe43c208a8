"""Whether a field of a draft says what a person filled in: the rules of folding and likeness. Pure; asked by `evaluating`.

Codes, levels and numbers must be the same; names of places too, but people shorten them; wishes, titles and who is concerned
are worded anew by whoever writes a ticket, so that the characters in common are counted.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection

from rapidfuzz.distance import LCSseq

from hotline.intake.drafting.numerals import value_of

ADDRESS_NAMED, ADDRESS_OWN = 0.7, 0.6
"""Share of the person's, and of the machine's, characters of an address that must be in the other, in the same order."""
TIME_SHARED = 0.5
PERSONS_SHORTER, PERSONS_LONGER = 0.7, 0.3
WANTED_NAMED, WANTED_THERE, WANTED_LENGTH = 0.5, 0.3, 4
"""Share of the person's characters in the machine's wish, less where it is said in the very turns the person named; it may be
so many times longer."""
TITLE_NAMED, TITLE_LENGTH = 0.5, 2.5
"""The same of what a title says behind the caller, who must be the same."""

_NUMBER = re.compile(r"\d+|[〇零一二三四五六七八九十百千幺两]+")
_SOFT = re.compile(r"[的了吧呢啊嘛]")
_FRAME = re.compile(r"^(?:（加急）)?关于(.{1,5}?(?:先生|女士)|市民)?(?:再次|多次)?(?:反映|咨询|建议|表扬|举报)?|(?:的问题)$")
_WISHING = re.compile(r"要求|希望|请|尽快|能够|立即|了解|建议")
_FORM = re.compile(r"(?:先生|女士)$")


def is_right(field: str, found: str, wanted: Collection[str]) -> bool:
    """Whether the machine's value is one that a person filled in; `wanted` are the values that count."""
    rule = _RULES.get(field, _is_same)
    return any(rule(found, one) for one in wanted)


def is_wish_said_there(found: str, wanted: Collection[str]) -> bool:
    """Whether words of the very turns that a person named say what they made of them."""
    return any(_holds(_bare_wish(found), _bare_wish(one), WANTED_THERE, WANTED_LENGTH) for one in wanted)


def folded(text: str) -> str:
    """One form of what reads the same: width, digits for spoken numbers, no punctuation, no particles."""
    plain = "".join(one for one in unicodedata.normalize("NFKC", text) if one.isalnum()).upper()
    return _SOFT.sub("", _NUMBER.sub(_digits, plain))


def _digits(found: re.Match[str]) -> str:
    value = value_of(found[0])
    return found[0] if value is None else str(value)


def _is_same(found: str, wanted: str) -> bool:
    return folded(found) == folded(wanted)


def _is_name(found: str, wanted: str) -> bool:
    # Who told the whole name may be written with or without a form of address.
    return found == wanted or (len(wanted) > 1 and _FORM.sub("", found) == wanted)


def _is_address(found: str, wanted: str) -> bool:
    own, named = folded(found), folded(wanted)
    if set(re.findall(r"\d+", own)) != set(re.findall(r"\d+", named)):
        return False
    common = LCSseq.similarity(own, named)
    return common >= ADDRESS_NAMED * len(named) and common >= ADDRESS_OWN * len(own)


def _is_time(found: str, wanted: str) -> bool:
    own, named = folded(found), folded(wanted)
    if not set(re.findall(r"\d+", own)) <= set(re.findall(r"\d+", named)):
        return False
    common = LCSseq.similarity(own, named)
    return common >= TIME_SHARED * len(named) and common >= TIME_SHARED * len(own)


def _are_persons(found: str, wanted: str) -> bool:
    own, named = folded(found), folded(wanted)
    common, shorter, longer = LCSseq.similarity(own, named), min(len(own), len(named)), max(len(own), len(named))
    return common > 1 and common >= PERSONS_SHORTER * shorter and common >= PERSONS_LONGER * longer


def _is_wish(found: str, wanted: str) -> bool:
    return _holds(_bare_wish(found), _bare_wish(wanted), WANTED_NAMED, WANTED_LENGTH)


def _bare_wish(words: str) -> str:
    return _WISHING.sub("", folded(words))


def _is_title(found: str, wanted: str) -> bool:
    own, named = (_FRAME.sub("", text) for text in (found, wanted))
    callers = [frame[1] if (frame := _FRAME.match(text)) else None for text in (found, wanted)]
    return callers[0] == callers[1] and _holds(folded(own), folded(named), TITLE_NAMED, TITLE_LENGTH)


def _holds(own: str, named: str, share: float, length: float) -> bool:
    common = (Counter(own) & Counter(named)).total()
    return common >= share * len(named) and len(own) <= length * max(len(named), 1)


_RULES: dict[str, Callable[[str, str], bool]] = {
    "contact_name": _is_name,
    "address": _is_address,
    "time": _is_time,
    "persons": _are_persons,
    "wanted": _is_wish,
    "title": _is_title,
}
