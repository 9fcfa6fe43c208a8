"""`hotline kb`: the knowledge base's index from the command line."""

from collections.abc import Callable

import click

from hotline.kernel import settings
from hotline.tickets import indexing as ticket_indexing
from knowledge_base import indexing
from web import texts
from web.bootstrap import build


@click.group("kb")
def kb() -> None:
    """The knowledge base and the search index."""


@kb.command("rebuild")
def rebuild() -> None:
    """Build the indexes of articles and tickets anew; search stays alive meanwhile.

    \b
    hotline kb rebuild
    """
    container = build(settings.load())
    indexing.rebuild(container.database, container.search, _show("kb.articles"))
    ticket_indexing.rebuild(container.database, container.search, _show("kb.tickets"))
    container.close()


def _show(key: str) -> Callable[[int, int], None]:
    def show(done: int, total: int) -> None:
        click.echo(f"\r{texts.text(key)} {done}/{total}", err=True, nl=done >= total)

    return show
