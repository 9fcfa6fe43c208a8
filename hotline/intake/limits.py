"""How long what comes in may be, and the checks that say so. Pure; the numbers are data (`limits.yaml`)."""

import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from hotline.kernel.errors import Invalid

LINE_CONTROLS = "\n\t"


@dataclass(frozen=True)
class IntakeLimits:
    """Lengths in characters after folding; `attachments_max` counts files."""

    title_min: int
    title_max: int
    body_min: int
    body_max: int
    wanted_max: int
    address_max: int
    name_max: int
    note_max: int
    attachments_max: int
    matter_max: int


@cache
def load_limits() -> IntakeLimits:
    """The limits that come with the package."""
    text = resources.files("hotline.intake").joinpath("data", "limits.yaml").read_text(encoding="utf-8")
    return IntakeLimits(**yaml.safe_load(text))


def fold_text(text: str) -> str:
    """The text as it is kept: NFC, without control characters but line ends and tabs, without blanks at its ends."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    return "".join(
        letter for letter in composed if letter in LINE_CONTROLS or unicodedata.category(letter) not in ("Cc", "Cs")
    ).strip()


def check_text(field: str, text: str, *, minimum: int = 0, maximum: int) -> str:
    """The folded text. Raises Invalid(field, required | too-short | too-long) with the limit and the length given."""
    folded = fold_text(text)
    if minimum and not folded:
        raise Invalid(field, "required")
    if len(folded) < minimum:
        raise Invalid(field, "too-short", minimum=minimum, given=len(folded))
    if len(folded) > maximum:
        raise Invalid(field, "too-long", maximum=maximum, given=len(folded))
    return folded


def check_choice(field: str, value: str, allowed: frozenset[str]) -> str:
    """The value. Raises Invalid(field, required | unknown-code)."""
    if not value:
        raise Invalid(field, "required")
    if value not in allowed:
        raise Invalid(field, "unknown-code", given=value[:64], allowed=sorted(allowed))
    return value
