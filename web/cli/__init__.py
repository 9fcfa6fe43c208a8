"""The command `hotline`: one click group, one module a noun. Every command builds its own container; none needs Flask.

A module is imported when its command is wanted: a gateway that was killed must not wait for what a demo city needs.
"""

import sys
from importlib import import_module

import click

from hotline.kernel.errors import HotlineError
from web import errors, texts

PLACES = {
    "settings": "looking",
    "check": "looking",
    "worker": "background",
    "beat": "background",
    **{
        name: name
        for name in (
            *("asr", "audit", "city", "db", "demo", "dispatch", "drafts", "duplicates", "gateway", "insight", "kb"),
            *("outbox", "serve", "sla", "ticket", "up", "workflow"),
        )
    },
}
"""The module of this package in which a command lies."""


class Nouns(click.Group):
    """A group whose commands lie in modules of this package."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(PLACES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in PLACES:
            return None
        found: click.Command = getattr(import_module(f"web.cli.{PLACES[cmd_name]}"), cmd_name)
        return found


@click.group(cls=Nouns, context_settings={"help_option_names": ["-h", "--help"]})
def hotline() -> None:
    """The open 12345 hotline.

    \b
    hotline demo start        the demo city with everything running
    hotline up                everything of an installed city
    hotline check             what works and what does not
    """


def main() -> None:
    """Run the command line; an error of ours is one sentence and exit status 1."""
    try:
        hotline()
    except HotlineError as error:
        click.echo(errors.message(error, texts.DEFAULT), err=True)
        sys.exit(1)
