"""Hides telephone, ID card and bank card numbers in transcripts, also those spoken as characters, from who may not see them.

Pure. What is called a case number stays, unless its check digit says that it is a card. Whoever shows a text to somebody
without the right calls `hide_numbers`; nothing is stored masked.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from asr.text import numbers_as_digits

KEPT_BEFORE = 3
KEPT_AFTER = 2

_EDGE = r"(?<![0-9A-Za-z])"
_END = r"(?![0-9A-Za-z])"
_KINDS = {
    "id-card": r"[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[0-9Xx]",  # GB 11643
    "bank-card": r"\d{16,19}",  # ISO/IEC 7812
    "mobile": r"(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}",
    "telephone": r"0\d{2,3}[- ]?\d{7,8}",
    "local": r"\d{7,8}",
}
_PERSONAL = re.compile(
    _EDGE + "(?:" + "|".join(f"(?P<{kind.replace('-', '_')}>{shape})" for kind, shape in _KINDS.items()) + ")" + _END
)
_CASE = re.compile("(?:编号|单号|工单|订单|受理号?|流水号?|户号|案号|凭证号?|表号|快递)[^，。；、0-9]{0,4}$")
_BY_NAME = frozenset({"bank-card", "local"})
"""Kinds whose shape other numbers have too, so that what they are called decides."""
_ISSUERS = ("62", "4", "5", "34", "35", "37")
"""What cards begin with: UnionPay, Visa, Mastercard, American Express, JCB."""
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


@dataclass(frozen=True)
class PersonalNumber:
    """The characters `start` to `end` (exclusive) of a text; `is_checked` when its check digit is right."""

    start: int
    end: int
    kind: str
    is_checked: bool = False


def personal_numbers(text: str) -> Iterator[PersonalNumber]:
    """The personal numbers of a text whose digits are figures, from left to right."""
    for found in _PERSONAL.finditer(text):
        kind = str(found.lastgroup).replace("_", "-")
        is_checked = _is_checked(kind, found[0])
        if is_checked or kind not in _BY_NAME or not _CASE.search(text[: found.start()]):
            yield PersonalNumber(found.start(), found.end(), kind, is_checked)


def hide_numbers(text: str) -> str:
    """The text with personal numbers shortened to their first three and last two digits."""
    plain = numbers_as_digits(text)
    parts, at = list[str](), 0
    for number in personal_numbers(plain):
        parts += (plain[at : number.start], _shorten(plain[number.start : number.end]))
        at = number.end
    return "".join((*parts, plain[at:]))


def is_id_card(number: str) -> bool:
    """Whether the 18th character is the check of the others (GB 11643, ISO 7064 MOD 11-2)."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
    return _CHECKS[total % len(_CHECKS)] == number[-1].upper()


def is_bank_card(number: str) -> bool:
    """Whether it begins as cards do and its last digit is the check of the others (Luhn, ISO/IEC 7812)."""
    digits = [int(digit) for digit in reversed(number)]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return number.startswith(_ISSUERS) and (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _is_checked(kind: str, number: str) -> bool:
    return (kind == "id-card" and is_id_card(number)) or (kind == "bank-card" and is_bank_card(number))


def _shorten(number: str) -> str:
    hidden = len(number) - KEPT_BEFORE - KEPT_AFTER
    return number[:KEPT_BEFORE] + "*" * hidden + number[-KEPT_AFTER:]
