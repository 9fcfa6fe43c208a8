"""The command `hotline`: one click group, one module a noun. Every command builds its own container; none needs Flask."""

import sys

import click

from hotline.kernel.errors import HotlineError
from web import errors, texts
from web.cli import (
    asr,
    audit,
    city,
    db,
    demo,
    dispatch,
    drafts,
    duplicates,
    insight,
    kb,
    looking,
    outbox,
    processes,
    sla,
    ticket,
    workflow,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def hotline() -> None:
    """The open 12345 hotline.

    \b
    hotline demo start        the demo city with everything running
    hotline up                everything of an installed city
    hotline check             what works and what does not
    """


for command in (
    *(processes.up, processes.serve, processes.worker, processes.beat, processes.gateway),
    *(looking.settings, looking.check),
    *(
        asr.asr,
        audit.audit,
        city.city,
        db.db,
        demo.demo,
        dispatch.dispatch,
        drafts.drafts,
        duplicates.duplicates,
        insight.insight,
        kb.kb,
        outbox.outbox,
        sla.sla,
        ticket.ticket,
        workflow.workflow,
    ),
):
    hotline.add_command(command)


def main() -> None:
    """Run the command line; an error of ours is one sentence and exit status 1."""
    try:
        hotline()
    except HotlineError as error:
        click.echo(errors.message(error, texts.DEFAULT), err=True)
        sys.exit(1)
