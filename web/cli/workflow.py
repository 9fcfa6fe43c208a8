"""`hotline workflow`: the life cycles as tables and as Mermaid graphs."""

import click

from hotline.kernel import plugins, settings
from hotline.tickets.workflow import Workflow


@click.group("workflow")
def workflow() -> None:
    """The life of tickets and assignments."""


@workflow.command("show")
def show() -> None:
    """Print every transition, then a Mermaid graph of each life cycle.

    \b
    hotline workflow show
    """
    chosen: Workflow = plugins.load("hotline.workflows", settings.load().workflow)
    for cycle in (chosen.ticket, chosen.assignment):
        click.echo(f"# {cycle.name}")
        for row in cycle.rows:
            roles, needs = ", ".join(sorted(row.roles)), ", ".join(row.needs)
            click.echo(f"{row.action:<14} {row.source.value:<12} → {row.target.value:<12} {roles}  [{needs}]")
        click.echo(f"\n```mermaid\n{cycle.mermaid()}\n```\n")
