"""The checkout's own source files and their syntax trees, for the tests that read code."""

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("hotline", "asr", "knowledge_base", "dispatch", "sla", "web")
FRONTEND = ROOT / "web" / "frontend"
VERSIONS = ROOT / "web" / "migrations" / "versions"
OTHERS = ("tests", "benchmarks", "docs")


def python_files(*folders: str) -> list[Path]:
    """The .py files below these folders of the checkout, but for migrations and what npm installed."""
    found = (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))
    return [path for path in found if VERSIONS not in path.parents and "node_modules" not in path.parts]


def page_files() -> list[Path]:
    """The .ts and .vue files of the pages."""
    return sorted(path for path in (FRONTEND / "src").rglob("*") if path.suffix in (".ts", ".vue"))


@lru_cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def relative(path: Path) -> str:
    """The path as one writes it."""
    return path.relative_to(ROOT).as_posix()


def module_name(path: Path) -> str:
    """The dotted name a file is imported by."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@lru_cache
def calls(path: Path) -> tuple[tuple[str, ast.Call], ...]:
    """Every call in a file with the last part of what is called: `errors.Invalid(…)` is "Invalid"."""
    return tuple(_calls(path))


def _calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            target = node.func
            if isinstance(target, ast.Attribute):
                yield target.attr, node
            elif isinstance(target, ast.Name):
                yield target.id, node


def literal(node: ast.expr | None) -> str | None:
    """The text of a string literal; None for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
