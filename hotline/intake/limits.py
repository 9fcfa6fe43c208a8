"""What a request's fields must satisfy, whoever fills them in. Pure; the numbers are data (`limits.yaml`)."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from hotline.kernel.errors import Invalid
from hotline.people.citizens import check_phone
from hotline.tickets.workflow import PROFILES, TYPES, URGENCIES

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


def checked(given: Mapping[str, Any]) -> dict[str, Any]:  # fields of a ticket by name
    """The fields folded and checked; names it does not know pass through. Raises Invalid naming the field and the rule."""
    limits = load_limits()
    values = dict(given)
    texts = {
        "title": (limits.title_min, limits.title_max),
        "body": (limits.body_min, limits.body_max),
        "wanted": (0, limits.wanted_max),
        "address": (0, limits.address_max),
        "contact_name": (0, limits.name_max),
    }
    for name, (minimum, maximum) in texts.items():
        if name in values:
            values[name] = check_text(name, values[name], minimum=minimum, maximum=maximum)
    for name, allowed in {"type": TYPES, "urgency": URGENCIES, "profile": PROFILES}.items():
        if name in values:
            check_choice(name, values[name], allowed)
    if values.get("contact_phone"):
        values["contact_phone"] = check_phone(values["contact_phone"])
    return values


def check_typed(name: str, value: str) -> str:
    """A single field while it is being typed: too long is wrong already, too short is not. Raises Invalid."""
    limits = load_limits()
    longest = {"title": limits.title_max, "wanted": limits.wanted_max, "contact_name": limits.name_max}
    if value and name in ("type", "urgency"):
        return check_choice(name, value, TYPES if name == "type" else URGENCIES)
    return check_text(name, value, maximum=limits.body_max if name == "body" else longest.get(name, limits.address_max))


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
