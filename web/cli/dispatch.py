"""`hotline dispatch`: which unit a matter goes to, from the command line."""

import click

from web.cli import dispatch_catalogue, dispatch_evaluate


@click.group("dispatch")
def dispatch() -> None:
    """Ranking of units: how good it is, its models and which one is live."""


dispatch.add_command(dispatch_evaluate.evaluate)
for command in dispatch_catalogue.COMMANDS:
    dispatch.add_command(command)
