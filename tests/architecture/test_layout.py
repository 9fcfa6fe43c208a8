"""Rules of size and place that no linter checks for us: lengths, docstrings, who reads the environment, who sets states."""

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.generate import LIFE_CYCLES
from tests.architecture.sources import OTHERS, PACKAGES, ROOT, calls, module_name, page_files, python_files, relative, tree

LONGEST_FILE, LONGEST_FUNCTION = 400, 40
OURS = python_files(*PACKAGES)
EVERYTHING = python_files(*PACKAGES, *OTHERS)
IMPORTS_BY_NAME = {
    "web/cli/__init__.py": "a command's module when the command is wanted, from the table of commands",
    "web/models.py": "every table's module by the one list of them",
}
"""Files of the packages that import modules by name, and why; entry points are loaded by `hotline.kernel.plugins` alone."""
STATE_OWNERS = {
    (cycle.owner, "transfer.voice_state" if cycle.name == "voice" else f"{cycle.name}.state") for cycle in LIFE_CYCLES
}
STATES_WITHOUT_ROWS = {
    ("asr.late", "row.state"): "a recording is live, then heard or waiting until its gaps are heard; no person moves it",
    ("asr.recording_rows", "row.state"): "the same: begun, closed and deleted by the gateway and the clock",
    ("asr.lost_recordings", "row.state"): "the same: what a dead gateway left, taken up, given up or found without a row",
    ("hotline.kernel.outbox", "row.state"): "a delivery is claimed, done or parked by one statement each, not by people",
    ("hotline.tickets.requests", "request.state"): "a request is asked, then granted or refused, and nothing else",
}


@pytest.mark.parametrize("path", [*EVERYTHING, *page_files()], ids=relative)
def test_file_is_not_too_long(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", EVERYTHING, ids=relative)
def test_functions_are_not_too_long(path: Path) -> None:
    found = (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))

    assert [node.name for node in found if (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION] == []


@pytest.mark.parametrize("path", [path for path in EVERYTHING if path.read_text(encoding="utf-8").strip()], ids=relative)
def test_module_says_what_lives_in_it_in_at_most_five_lines(path: Path) -> None:
    told = ast.get_docstring(tree(path)) or ""

    assert 1 <= len(told.splitlines()) <= 5


def test_only_the_settings_module_reads_the_environment() -> None:
    names = {"environ", "environb", "getenv", "getenvb"}
    readers = {
        module_name(path)
        for path in OURS
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Attribute) and node.attr in names) or (isinstance(node, ast.alias) and node.name in names)
    }

    assert readers == {"hotline.kernel.settings"}


def test_modules_are_imported_by_name_only_where_a_reason_is_given() -> None:
    importers = {relative(path) for path in OURS for name, _ in calls(path) if name in ("__import__", "import_module")}

    assert importers == set(IMPORTS_BY_NAME)


def test_states_are_assigned_only_in_the_modules_that_life_cycles_name() -> None:
    assigned = {(module_name(path), target) for path in OURS for target in _states_assigned(tree(path))}

    assert assigned == STATE_OWNERS | set(STATES_WITHOUT_ROWS)


@pytest.mark.parametrize("name", PACKAGES)
def test_package_is_loaded_from_this_checkout(name: str) -> None:
    package = importlib.import_module(name)

    assert Path(str(package.__file__)).parent == ROOT / name


def test_every_import_contract_holds() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 our own tool

    assert done.returncode == 0, done.stdout


def test_no_text_names_a_place_outside_the_checkout() -> None:
    written = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]

    assert [relative(path) for path in written if "/work/" in path.read_text(encoding="utf-8")] == []


def _states_assigned(module: ast.Module) -> Iterator[str]:
    """Attributes called `state` or `…_state` that are set; rows are born with theirs by keyword, which is no move."""
    for node in ast.walk(module):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
        for target in targets:
            parts = target.elts if isinstance(target, ast.Tuple) else [target]
            yield from (ast.unparse(part) for part in parts if isinstance(part, ast.Attribute) and _is_state(part.attr))


def _is_state(name: str) -> bool:
    return name == "state" or name.endswith("_state")
