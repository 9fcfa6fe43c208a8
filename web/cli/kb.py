"""`hotline kb`: the knowledge base's index from the command line."""

import time
from collections.abc import Callable

import click

from hotline.kernel import clock, outbox, settings
from hotline.kernel.search.port import IndexStats
from web import indexes, texts
from web.bootstrap import build
from web.cli import kb_evaluate, kb_files, kb_questions

NAMES = {"articles": "kb.articles", "tickets": "kb.tickets"}
"""Message ids of the indexes."""


@click.group("kb")
def kb() -> None:
    """The knowledge base and the search index."""


kb.add_command(kb_evaluate.evaluate)
kb.add_command(kb_evaluate.calibrate)
kb.add_command(kb_questions.list_questions)
for command in kb_files.COMMANDS:
    kb.add_command(command)


@kb.command("rebuild")
def rebuild() -> None:
    """Build the indexes of articles and tickets anew; search stays alive meanwhile. One that was killed goes on.

    \b
    hotline kb rebuild
    """
    container = build(settings.load())
    for index in indexes.INDEXES:
        index.rebuild(container.database, container.search, _shown(NAMES[index.schema.name]))
    container.close()


@kb.command("status")
def status() -> None:
    """Show each index with its store, size and build under way, and how far search is behind the database.

    \b
    hotline kb status
    """
    container = build(settings.load())
    found = indexes.standing(container)
    with container.database.read() as session:
        failed = outbox.given_up(session, indexes.REACTION)
    container.close()
    for name, stats in found.indexes.items():
        click.echo(_line(name, stats))
    owed, behind_s = found.owed, indexes.age_seconds(found.owed, clock.now())
    click.echo(texts.text("kb.behind", waiting=owed.waiting, seconds=round(behind_s), failed=failed))


def _line(name: str, stats: IndexStats) -> str:
    about = {"name": texts.text(NAMES[name]), "store": stats.store, "docs": stats.docs, "generation": stats.generation}
    told = [texts.text("kb.index" if stats.ready else "kb.no_index", **about, size=f"{stats.size_bytes / 1e6:.1f}")]
    if stats.building is not None:
        told.append(texts.text("kb.building", done=stats.building))
    if stats.away is not None:
        since = f"{stats.away.since:%Y-%m-%d %H:%M}"
        told.append(texts.text("kb.away", since=since, reason=stats.away.reason, missed=stats.away.missed))
    return "\n    ".join(told)


def _shown(key: str) -> Callable[[int, int], None]:
    """Shows how far a build is, and how many documents it makes a second."""
    begun, first = time.monotonic(), -1

    def show(done: int, total: int) -> None:
        nonlocal first
        first = done if first < 0 else first
        rate = (done - first) / max(time.monotonic() - begun, 0.001)
        click.echo(f"\r{texts.text(key)} {done}/{total}  {rate:.0f}/s ", err=True, nl=done >= total)

    return show
