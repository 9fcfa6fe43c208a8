"""`hotline drafts`: how well the machine fills in what callers say (智能填单), measured on calls that people filled in.

Reads a file alone and drafts over the demo city; touches neither the city's database nor its models.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from hotline.intake.drafting import evaluating, written
from hotline.intake.drafting.evaluating import Report, Tally
from hotline.intake.drafting.telling import fill_all
from web import texts
from web.demo import written_calls

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("drafts")
def drafts() -> None:
    """Drafts of tickets, filled from what was said."""


@drafts.command("evaluate")
@click.argument("calls", type=FILE)
@click.option("--ranker", type=click.Choice(["learnt", "rules"]), default="learnt", show_default=True, help="Of categories.")
@click.option("--misses", is_flag=True, help="Print each field that is not right.")
@click.option("--json", "form", flag_value="json", default="table", help="One object instead of a table.")
def evaluate(calls: Path, ranker: str, form: str, *, misses: bool) -> None:
    """Draft the CALLS (JSON lines) over the demo city and print how each field compares with what a person filled in.

    \b
    hotline drafts evaluate tests/data/calls/build.jsonl
    hotline drafts evaluate calls.jsonl --ranker rules --json
    """
    with calls.open(encoding="utf-8") as lines:
        found = list(written.read(lines))
    ranked = written_calls.learnt_ranker() if ranker == "learnt" else written_calls.ranker_of_rules
    report = evaluating.evaluate((call, fill_all(call.turns, written_calls.sources(call.number, ranked))) for call in found)
    if form == "json":
        click.echo(json.dumps(_object(report), ensure_ascii=False, indent=2))
        return
    for line in _table(report):
        click.echo(line)
    for miss in report.misses if misses else ():
        click.echo(f"{miss.call}  {miss.field}  {miss.kind}  {miss.found!r}  {miss.wanted!r}")


def _object(report: Report) -> dict[str, object]:
    shares = {name: {**asdict(tally), "accuracy": round(tally.accuracy, 4)} for name, tally in _tallies(report)}
    return {**asdict(report), "fields": shares}


def _tallies(report: Report) -> Iterator[tuple[str, Tally]]:
    yield from report.fields.items()
    yield "all", report.overall


def _table(report: Report) -> Iterator[str]:
    yield texts.text("drafts.evaluated", calls=report.calls, matters=report.matters)
    yield texts.text("drafts.told_apart", number=report.told_apart, turns=report.turns_right, calls=report.calls)
    yield texts.text("drafts.without_evidence", count=report.without_evidence)
    yield f"{'':14}  right  wrong  missed  invented  accuracy  evidence  near"
    for name, one in _tallies(report):
        counts = f"{one.right:>5}  {one.wrong:>5}  {one.missed:>6}  {one.invented:>8}"
        yield f"{name:14}  {counts}  {one.accuracy:>8.3f}  {_share(one.evidence, one.right)}  {_share(one.near, one.right)}"
    yield texts.text("drafts.read_evidence")


def _share(part: int, whole: int) -> str:
    return f"{part / whole:>8.3f}" if whole else f"{'-':>8}"
