"""`hotline dispatch`: which unit a matter goes to, from the command line."""

import click

from web.cli import dispatch_catalogue, dispatch_evaluate, dispatch_rankers


@click.group("dispatch")
def dispatch() -> None:
    """Ranking of units: how good it is, its models and which one is live."""


for command in (dispatch_evaluate.evaluate, *dispatch_rankers.COMMANDS, *dispatch_catalogue.COMMANDS):
    dispatch.add_command(command)
