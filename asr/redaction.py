"""Hides telephone, ID card and bank card numbers in transcripts, also those spoken as characters.   Pure."""

import re

from asr.text import numbers_as_digits

KEPT_BEFORE = 3
KEPT_AFTER = 2

_EDGE = r"(?<![0-9A-Za-z])"
_END = r"(?![0-9A-Za-z])"
_NUMBERS = (
    rf"{_EDGE}[1-9]\d{{5}}(?:18|19|20)\d{{2}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{{3}}[0-9Xx]{_END}",  # GB 11643
    rf"{_EDGE}\d{{16,19}}{_END}",  # bank cards, ISO/IEC 7812
    rf"{_EDGE}(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{{4}}[- ]?\d{{4}}{_END}",  # mobile telephones
    rf"{_EDGE}0\d{{2,3}}[- ]?\d{{7,8}}{_END}",  # fixed telephones with area code
    rf"{_EDGE}\d{{7,8}}{_END}",  # fixed telephones without
)
_PERSONAL = re.compile("|".join(f"(?:{pattern})" for pattern in _NUMBERS))


def hide_numbers(text: str) -> str:
    """The text with personal numbers shortened to their first three and last two digits."""
    return _PERSONAL.sub(lambda found: _shorten(found[0]), numbers_as_digits(text))


def _shorten(number: str) -> str:
    hidden = len(number) - KEPT_BEFORE - KEPT_AFTER
    return number[:KEPT_BEFORE] + "*" * hidden + number[-KEPT_AFTER:]
