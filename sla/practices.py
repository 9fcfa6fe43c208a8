"""How some places do it: whole sets of limits and rules shipped as examples, by name; a city drafts its own version from one.

Each file of `profiles/` says only what differs from `defaults.yaml`. Called by `versions`, the administrator's pages and the
command line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from hotline.kernel.errors import NotFound
from sla.defaults import default_facts, facts_of
from sla.policies import PolicyFacts

SUFFIX = ".yaml"


@dataclass(frozen=True)
class RuleValue:
    """What a place lays down for a rule, and where it says so."""

    value: Any  # as the rule's reader takes it
    source: str


@dataclass(frozen=True)
class Practice:
    """One place's limits, all of them, and the rules in which it differs from the defaults."""

    code: str
    name: str
    source: str
    rows: tuple[PolicyFacts, ...]
    rules: Mapping[str, RuleValue]


@cache
def practices() -> Mapping[str, Practice]:
    """All that are shipped, by code, in the order of their names."""
    files = sorted(resources.files("sla").joinpath("profiles").iterdir(), key=lambda file: file.name)
    codes = [(file.name.removesuffix(SUFFIX), file) for file in files if file.name.endswith(SUFFIX)]
    return {code: _practice(code, yaml.safe_load(file.read_text("utf-8"))) for code, file in codes}


def practice(code: str) -> Practice:
    """The one of that code. Raises NotFound."""
    found = practices().get(code)
    if found is None:
        raise NotFound("profile", thing="policy-profile", code=code)
    return found


def _practice(code: str, given: Mapping[str, Any]) -> Practice:  # the file as it stands
    rows = {row.match: row for row in default_facts()}
    rows.update({row.match: row for row in map(facts_of, given["policies"])})
    rules = {key: RuleValue(rule["value"], rule["source"]) for key, rule in given.get("rules", {}).items()}
    return Practice(code, given["name"], given["source"], tuple(rows.values()), rules)
