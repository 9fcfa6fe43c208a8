"""`hotline dispatch train | models | switch | rollback | quality`: this city's rankers, by the same use cases as the pages."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from dispatch import models_book, quality, shelf
from dispatch.models import RankerModel
from hotline.kernel import clock, settings
from web import ranking_terms, texts
from web.bootstrap import Container, build

FIGURES = ("top1", "top3", "macro_f1", "ece", "at_70", "at_50", "coverage_95")
DAY = "%Y-%m-%d %H:%M"


@click.command("train")
@click.option("--note", default="", help="Why, kept with the ranker.")
@click.option("--switch", "switched", is_flag=True, help="Let it rank at once, unless it is worse than what ranks now.")
def train(note: str, *, switched: bool) -> None:
    """Learn a ranker from this city's handled tickets and print how good it is on the newest ones kept back.

    \b
    hotline dispatch train
    hotline dispatch train --switch --note "first half year"
    """
    with _container() as parts:
        row = ranking_terms.train(parts.database, note)
        click.echo(_line(row, None))
        if switched:
            with parts.database.work() as uow:
                models_book.switch(uow, row.number, note)
            click.echo(texts.text("dispatch.live", number=row.number))


@click.command("models")
def models() -> None:
    """List the rankers, the newest first, with their figures and which one is live.

    \b
    hotline dispatch models
    """
    with _container() as parts, parts.database.read() as session:
        live = shelf.live_number(session)
        for row in models_book.listed(session):
            click.echo(_line(row, live))
        click.echo(texts.text("dispatch.live", number=live) if live else texts.text("dispatch.rules_alone"))


@click.command("switch")
@click.argument("number", type=int)
@click.option("--anyway", is_flag=True, help="Although it is worse than what ranks now; needs --note.")
@click.option("--note", default="", help="Why.")
def switch(number: int, note: str, *, anyway: bool) -> None:
    """Let the ranker NUMBER rank from now on, in every process.

    \b
    hotline dispatch switch 3
    hotline dispatch switch 2 --anyway --note "3 sends heating to the wrong bureau"
    """
    with _container() as parts, parts.database.work() as uow:
        (models_book.switch_anyway if anyway else models_book.switch)(uow, number, note)
    click.echo(texts.text("dispatch.live", number=number))


@click.command("rollback")
@click.option("--note", default="", help="Why.")
def rollback(note: str) -> None:
    """Go back to what ranked before the live ranker; to the rules alone when nothing did.

    \b
    hotline dispatch rollback --note "too many returns since Monday"
    """
    with _container() as parts, parts.database.work() as uow:
        number = models_book.rollback(uow, note).model_number
    click.echo(texts.text("dispatch.live", number=number) if number else texts.text("dispatch.rules_alone"))


@click.command("quality")
def show_quality() -> None:
    """Print how good dispatching was, by month, and how the last 30 days differ.

    \b
    hotline dispatch quality
    """
    with _container() as parts, parts.database.read() as session:
        found = quality.quality(session, clock.now(), parts.database.zone)
    for one in found.months:
        shares = {"top_1": f"{one.top1:.3f}", "top_3": f"{one.top3:.3f}", "returned": f"{one.returned:.3f}"}
        click.echo(texts.text("dispatch.month", month=one.key, decisions=one.decisions, automatic=one.automatic, **shares))
    drift = found.drift
    told = {"mix": f"{drift.mix:.3f}", "before": f"{drift.top1_before:.3f}", "now": f"{drift.top1_now:.3f}"}
    click.echo(texts.text("dispatch.drift", **told))


COMMANDS = (train, models, switch, rollback, show_quality)


def _line(row: RankerModel, live: int | None) -> str:
    figures = "  ".join(f"{name} {row.metrics[name]:.3f}" for name in FIGURES if name in row.metrics)
    mark = "*" if row.number == live else " "
    return f"{mark}{row.number:>4}  {row.trained_at:{DAY}}  {row.tickets:>6}  {figures}  {row.note}".rstrip()


@contextmanager
def _container() -> Iterator[Container]:
    parts = build(settings.load())
    try:
        yield parts
    finally:
        parts.close()
