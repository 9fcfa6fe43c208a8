"""Remove one check of rights at a time; do the matrix tests notice? `python -m tests.architecture.mutate_rights [NAME]`.

Works on a copy in a temporary folder; the checkout is never touched. Exits 1 when a mutant survives.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.sources import OTHERS, PACKAGES, ROOT

MATRIX = "tests/integration/test_rights_matrix.py"
IGNORED = shutil.ignore_patterns("node_modules", "__pycache__", "static", "*.vue")


@dataclass(frozen=True)
class Mutant:
    """One check left out: `check` in the file becomes `instead`; `noticed_by` are the tests that should fail."""

    name: str
    file: str
    check: str
    instead: str
    noticed_by: str


MUTANTS = (
    Mutant(
        "visible-filter",
        "hotline/tickets/queries.py",
        "return and_(Ticket.id.in_(part.union(order)), taking_part, untouched)",
        "return and_(taking_part, untouched)",
        "filter_and_table and normal",
    ),
    Mutant(
        "complained-unit",
        "hotline/tickets/queries.py",
        "untouched = or_(Ticket.complained_unit_id.is_(None), ~complained) if rights.own_units(scope) else true()",
        "untouched = true()",
        "filter_and_table and confidential",
    ),
    Mutant(
        "named-officer",
        "hotline/tickets/rights.py",
        "part.named_officer_id == scope.officer_id and part.parent_id is None and part.state in AT_WORK",
        "part.named_officer_id == scope.officer_id and part.state in AT_WORK",
        "routes_answer and confidential",
    ),
    Mutant(
        "acting-roles",
        "web/api/moves.py",
        "roles = rights.acting_roles(scope(), assignment)",
        "roles = scope().roles",
        "moves_outside",
    ),
    Mutant(
        "redacted-text",
        "web/api/detail.py",
        '"body": ticket.body if original else ticket.redacted_body,',
        '"body": ticket.body,',
        "ticket_page and confidential",
    ),
)


def source(mutant: Mutant) -> str:
    """The text of the file that the mutant changes."""
    return (ROOT / mutant.file).read_text(encoding="utf-8")


def survives(mutant: Mutant) -> bool:
    """Whether the tests that should notice pass without the check."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as name:
        copy = Path(name) / "checkout"
        for folder in (*PACKAGES, *OTHERS):
            shutil.copytree(ROOT / folder, copy / folder, ignore=IGNORED)
        shutil.copy(ROOT / "pyproject.toml", copy)
        changed = source(mutant).replace(mutant.check, mutant.instead)
        (copy / mutant.file).write_text(changed, encoding="utf-8")
        asked = ["-m", "pytest", "-n", "0", "-q", "-x", "-p", "no:cacheprovider", f"--basetemp={name}/run"]
        run = subprocess.run(  # noqa: S603 our own command
            [sys.executable, *asked, MATRIX, "-k", mutant.noticed_by], cwd=copy, capture_output=True, text=True, check=False
        )
    if run.returncode not in (0, 1):
        raise RuntimeError(f"{mutant.name}: the tests did not run\n{run.stdout[-2000:]}{run.stderr[-2000:]}")
    return run.returncode == 0


def main(names: list[str]) -> int:
    """Say of each mutant whether it was noticed."""
    survived = 0
    for mutant in MUTANTS:
        if names and mutant.name not in names:
            continue
        began = time.monotonic()
        alive = survives(mutant)
        survived += alive
        sys.stdout.write(f"{mutant.name}: {'SURVIVED' if alive else 'killed'} ({time.monotonic() - began:.0f} s)\n")
        sys.stdout.flush()
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
