"""What is done to recognised text: joining words, folding for comparison, character error rate, spoken digits.   Pure."""

import re
import unicodedata
from functools import cache

from opencc import OpenCC
from rapidfuzz.distance import Levenshtein

DIGITS = "零一二三四五六七八九"
SPOKEN = {"〇": "零", "幺": "一", "洞": "零", "两": "二"}
"""Other ways to say a digit, in strings of digits only."""
SHORTEST_NUMBER = 5
"""Shorter runs of digit characters are words more often than numbers (一一, 三三两两, 三五年)."""

_WIDE = r"\u3400-\u9fff\uf900-\ufaff\u3000-\u303f\uff00-\uffef"
GAP = re.compile(rf"(?<=[{_WIDE}])\s+(?=[{_WIDE}])")
_DIGIT_RUN = re.compile(rf"[{DIGITS}〇幺0-9](?:\s?[{DIGITS}〇幺洞两0-9]){{{SHORTEST_NUMBER - 1},}}")
_TO_ASCII = {ord(spoken): str(value) for value, spoken in enumerate(DIGITS)} | {
    ord(other): str(DIGITS.index(digit)) for other, digit in SPOKEN.items()
}
_TO_SPOKEN = {ord(str(value)): spoken for value, spoken in enumerate(DIGITS)} | {ord("〇"): "零"}


def join_words(text: str) -> str:
    """Without the spaces an engine puts between Chinese words; those of other scripts stay."""
    return GAP.sub("", text.strip())


def simplified(text: str) -> str:
    """Traditional characters turned to simplified ones."""
    converted: str = _converter().convert(text)
    return converted


def fold(text: str) -> str:
    """The form in which two transcripts are compared: NFKC, simplified, digits as characters, letters only, lower case."""
    plain = simplified(unicodedata.normalize("NFKC", text)).translate(_TO_SPOKEN)
    return "".join(letter for letter in plain.lower() if letter.isalpha())


def character_error_rate(reference: str, hypothesis: str) -> float:
    """Edits (insert, delete, replace) over characters of the reference, both folded; may pass 1. An empty reference
    gives 0 when nothing was heard and 1 otherwise."""
    wanted, heard = fold(reference), fold(hypothesis)
    if not wanted:
        return 1.0 if heard else 0.0
    return Levenshtein.distance(wanted, heard) / len(wanted)


def numbers_as_digits(text: str) -> str:
    """Strings of spoken digits (telephone, ID card, ticket numbers) written as digits; shorter ones stay words."""
    return _DIGIT_RUN.sub(lambda found: re.sub(r"\s", "", found[0]).translate(_TO_ASCII), text)


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")
