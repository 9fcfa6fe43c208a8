"""`hotline dispatch evaluate`: how well texts find their office or category, ours beside the baseline of the field.

Reads CSV files alone; touches neither the city's database nor its models.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from dispatch import evaluating
from dispatch.evaluating import Report, Score, Ways
from hotline.kernel import plugins
from web import texts

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("evaluate")
@click.option("--train", "learnt", required=True, type=FILE, help="CSV with a header: texts and their labels to learn from.")
@click.option("--test", "tested", type=FILE, help="CSV to be asked; without it the training file is cut into --folds.")
@click.option("--folds", default=5, show_default=True, type=click.IntRange(2, 20), help="Parts, each asked of the others.")
@click.option("--text", default="text", show_default=True, help="Column of the text.")
@click.option("--label", default="label", show_default=True, help="Column of the label.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of tables.")
def evaluate(learnt: Path, tested: Path | None, folds: int, text: str, label: str, *, as_json: bool) -> None:
    """Learn labels from texts and print how often they are found, how true the confidence is, and the same of the baseline.

    \b
    hotline dispatch evaluate --train train.csv --test test.csv
    hotline dispatch evaluate --train questions.csv --text question --label dept --folds 5
    """
    ways = Ways(plugins.load("hotline.learners", "scikit")(), plugins.load("hotline.learners", "baseline"))
    rows, left_out = evaluating.read_rows(learnt, text, label)
    if tested is None:
        report = evaluating.evaluate_folds(ways, rows, folds, left_out)
    else:
        asked, also_left_out = evaluating.read_rows(tested, text, label)
        report = evaluating.evaluate(ways, rows, asked, left_out + also_left_out)
    if as_json:
        click.echo(json.dumps(asdict(report), ensure_ascii=False, indent=2))
        return
    for line in _lines(report):
        click.echo(line)


def _lines(report: Report) -> Iterator[str]:
    yield texts.text("dispatch.evaluated", learnt=report.learnt, tested=report.tested, labels=report.labels)
    if report.unknown or report.left_out:
        yield texts.text("dispatch.evaluated_odd", unknown=report.unknown, left_out=report.left_out)
    yield f"{'':20}  accuracy  top-3   macro-F1  ECE     70 %    50 %    95 %-coverage  train s  ms"
    for score in (report.ours, report.baseline):
        yield _row(score)
    yield texts.text("dispatch.baseline")
    for number, (ours, theirs) in enumerate(report.folds, 1):
        yield texts.text("dispatch.fold", number=number, ours=f"{ours:.4f}", theirs=f"{theirs:.4f}")
    yield texts.text("dispatch.curve", points="  ".join(f"{share:.0%} {right:.3f}" for share, right in report.curve[::2]))
    yield texts.text("dispatch.calibrated")
    for one in report.bins:
        yield f"  {one.said:.2f}  →  {one.right:.2f}   ({one.count})"


def _row(score: Score) -> str:
    shares = (score.accuracy, score.top_3, score.macro_f1, score.ece, score.at_70, score.at_50, score.coverage_95)
    names = ("8", "6", "8", "6", "6", "6", "13")
    cells = "  ".join(f"{share:<{width}.4f}" for share, width in zip(shares, names, strict=True))
    return f"{score.name:20}  {cells}  {score.seconds:<7.1f}  {score.ms:.2f}"
