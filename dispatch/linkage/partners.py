"""Whom a matter can be handed to, read from `data/partners.yaml`. Where they are reached is a setting (`linkage_urls`)."""

from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from hotline.kernel.errors import Invalid


@dataclass(frozen=True)
class Partner:
    """A partner. With `voice_first` the agent stays on the line until it answers, and the caller's number goes along."""

    code: str
    voice_first: bool


@cache
def partners() -> dict[str, Partner]:
    """All partners by code, in the order screens show them."""
    rows = yaml.safe_load(resources.files("dispatch").joinpath("data/partners.yaml").read_text("utf-8"))
    return {row["code"]: Partner(**row) for row in rows}


def partner(code: str) -> Partner:
    """The partner of that code. Raises Invalid."""
    found = partners().get(code)
    if found is None:
        raise Invalid("partner", "unknown-word", given=code, known=list(partners()))
    return found
