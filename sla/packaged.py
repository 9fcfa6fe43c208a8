"""What `defaults.yaml` says: the limits, rules and calendar of a city that has laid nothing down of its own.

Read by `defaults`, which puts it into a new city's tables, and by `book` for rules that a city's table does not have.
"""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

import yaml


@cache
def defaults() -> dict[str, Any]:
    """The whole file: name, effective_from, policies, rules, calendar."""
    found: dict[str, Any] = yaml.safe_load(resources.files("sla").joinpath("defaults.yaml").read_text("utf-8"))
    return found


@cache
def rule_values() -> Mapping[str, Any]:  # a rule's value is a number, a word, a list or a table
    """The packaged value of every rule, by key."""
    return MappingProxyType({key: rule["value"] for key, rule in defaults()["rules"].items()})
