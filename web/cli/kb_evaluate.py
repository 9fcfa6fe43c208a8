"""`hotline kb evaluate` and `hotline kb calibrate`: how good answers are, and how much their confidence is worth.

Both read JSON Lines, or the demo city's articles, and build a throw-away index; neither touches the city's database or index.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from hotline.kernel import plugins
from hotline.kernel.search.analysis import Analyzer, packaged_words
from hotline.kernel.search.query import Search
from hotline.kernel.search.tantivy import TantivyBackend
from knowledge_base import calibration, evaluation
from knowledge_base.answers import Desk
from knowledge_base.evaluation import Bench, Kind, Report, Score, Sureness
from knowledge_base.policy import packaged_policy, synonym_map
from knowledge_base.synonyms import merged
from web import texts
from web.demo import evaluated
from web.demo.evaluated import Material

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NULL = "null:"


@click.command("evaluate")
@click.option("--entries", type=FILE, help='Lines of {"id", "title"?, "body"?, "questions"?, "keywords"?}.')
@click.option("--demo", "city", flag_value="demo", default=None, help="The demo city's articles and words, not --entries.")
@click.option(
    "--questions", required=True, type=FILE, help='Lines of {"question", "entry_id", "kind"?}; entry_id null: no answer here.'
)
@click.option("--scorer", default=NULL, show_default=True, help="URL of a second scorer (hotline.scorers).")
def evaluate(entries: Path | None, city: str | None, questions: Path, scorer: str) -> None:
    """Ask every question and print how often the right entry comes first, beside plain BM25 of the same index.

    \b
    hotline kb evaluate --entries entries.jsonl --questions questions.jsonl
    hotline kb evaluate --demo --questions tests/data/questions/build.jsonl
    """
    with _bench(_material(entries, city), scorer) as bench:
        for line in _lines(evaluation.evaluate(bench, evaluation.questions_of(evaluation.read_lines(questions)))):
            click.echo(line)


@click.command("calibrate")
@click.option("--entries", type=FILE, help="As for evaluate.")
@click.option("--demo", "city", flag_value="demo", default=None, help="As for evaluate.")
@click.option("--questions", required=True, type=FILE, help="Questions with known answers; entry_id null: no answer here.")
@click.option(
    "--kind", default="worded", show_default=True, type=click.Choice(["worded", "bare"]), help="Which weights to fit."
)
@click.option("--scorer", default=NULL, show_default=True, help="URL of a second scorer (hotline.scorers).")
def calibrate(entries: Path | None, city: str | None, questions: Path, kind: str, scorer: str) -> None:
    """Fit the weights of confidence to questions with known answers and print them for `answers.yaml`.

    \b
    hotline kb calibrate --entries entries.jsonl --questions questions.jsonl
    """
    with _bench(_material(entries, city), scorer) as bench:
        examples = [bench.example(one) for one in evaluation.questions_of(evaluation.read_lines(questions))]
        found = calibration.fitted(examples, bench.desk.policy.weights[kind])
        click.echo(f"{kind}: {{{', '.join(f'{name}: {value}' for name, value in found.items())}}}")


def _material(entries: Path | None, city: str | None) -> Material:
    if (entries is None) == (city is None):
        raise click.UsageError("--entries | --demo")
    return Material(evaluation.read_lines(entries)) if entries else evaluated.material()


@contextmanager
def _bench(material: Material, scorer: str) -> Iterator[Bench]:
    policy = packaged_policy()
    synonyms = merged(policy.synonyms, synonym_map(material.synonyms))
    with tempfile.TemporaryDirectory(prefix="hotline-evaluate-") as folder:
        search = Search(TantivyBackend(Path(folder) / "index"), Analyzer((*packaged_words(), *material.words)), synonyms)
        desk = Desk(search, policy, plugins.open_url("hotline.scorers", scorer, data_dir=Path(folder)))
        # All candidates that are measured: top 5 and MRR at 10 look at ten.
        desk = replace(desk, policy=replace(policy, candidates=max(policy.candidates, evaluation.DEPTH)))
        yield Bench(desk, material.entries)


def _lines(report: Report) -> Iterator[str]:
    yield texts.text("kb.evaluated", entries=report.entries, questions=report.questions, seconds=f"{report.indexed_s:.1f}")
    yield f"{'':10}  top-1   top-5   MRR@10   ms"
    for score in (report.ours, report.plain):
        yield _row(score)
    yield from _sure_lines(report.sureness)
    yield from (_kind_line(kind) for kind in report.kinds)


def _row(score: Score) -> str:
    return f"{score.name:10}  {score.top_1:.3f}   {score.top_5:.3f}   {score.mrr_10:.3f}    {score.milliseconds:.1f}"


def _kind_line(kind: Kind) -> str:
    sure, top_1 = kind.sureness, "-" if kind.top_1 is None else f"{kind.top_1:.3f}"
    held = "-" if sure.held_back is None else f"{sure.held_back:.3f}"
    return texts.text(
        "kb.of_kind",
        kind=kind.name,
        count=kind.questions,
        top_1=top_1,
        sure=f"{sure.coverage:.3f}",
        wrong=f"{sure.wrong:.3f}",
        held=held,
    )


def _sure_lines(sure: Sureness) -> Iterator[str]:
    yield texts.text("kb.instant", bar=sure.bar, coverage=f"{sure.coverage:.3f}", wrong=f"{sure.wrong:.3f}")
    if sure.held_back is not None:
        yield texts.text("kb.held_back", share=f"{sure.held_back:.3f}")
    yield texts.text("kb.calibration", error=f"{sure.calibration.error:.3f}")
    for one in sure.calibration.bins:
        yield f"  {one.said:.2f}  →  {one.right:.2f}   ({one.count})"
