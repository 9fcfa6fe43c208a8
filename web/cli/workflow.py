"""`hotline workflow`: the life cycles as tables and as Mermaid graphs."""

from collections.abc import Sequence
from typing import Any

import click

from hotline.kernel import plugins, settings
from hotline.kernel.transitions import LifeCycle
from hotline.tickets.workflow import Workflow

HEADINGS = ("action", "from", "to", "who", "needs", "tells")


@click.group("workflow")
def workflow() -> None:
    """The life of tickets, of units' parts in them and of supervision orders."""


@workflow.command("show")
def show() -> None:
    """Print every transition of the city's procedure, then a Mermaid graph of each life cycle.

    \b
    hotline workflow show
    """
    chosen: Workflow = plugins.load("hotline.workflows", settings.load().workflow)
    chosen.check()
    for cycle in chosen.cycles:
        click.echo(f"# {cycle.name} ({chosen.name})\n")
        click.echo("\n".join(_aligned([HEADINGS, *_rows(cycle)])))
        click.echo(f"\n```mermaid\n{cycle.mermaid()}\n```\n")


def _rows(cycle: LifeCycle[Any]) -> list[tuple[str, ...]]:
    return [
        (
            row.action,
            row.source.value,
            row.target.value,
            ", ".join(sorted(row.roles)),
            ", ".join(row.needs) or "-",
            ", ".join(row.tells) or "-",
        )
        for row in cycle.rows
    ]


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADINGS))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
