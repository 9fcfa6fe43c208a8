"""`hotline duplicates`: how well repeats are told from other matters, the weights of that, and the thresholds in force.

`evaluate` and `fit` read files of pairs and touch neither the city's database nor its index.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path

import click
from sqlalchemy.orm import Session

from hotline.intake import likeness, likeness_fit, pair_figures, repeat_thresholds
from hotline.intake.likeness import Reader, Text
from hotline.intake.pair_figures import Cut, Figures, Pair
from hotline.intake.word_vectors import packaged_vectors
from hotline.kernel import plugins, settings
from hotline.kernel.search.analysis import Analyzer, packaged_words
from knowledge_base.scorer import Scorer
from web import repeat_terms, texts
from web.bootstrap import build

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
INSTALLED = "installed:"
Score = Callable[[Sequence[Pair]], Sequence[float]]


@click.group("duplicates")
def duplicates() -> None:
    """Repeats: one matter told twice."""


@duplicates.command("evaluate")
@click.argument("pairs", type=FILE)
@click.option("--cut", type=float, help="Grades from this one on count as the same. Default: 1 of 0 and 1, else 3 fifths.")
@click.option("--scorer", default=INSTALLED, help="URL of a sentence model (hotline.scorers); null: for none.")
@click.option("--json", "form", flag_value="json", default="table", help="One object instead of a table.")
def evaluate(pairs: Path, cut: float | None, scorer: str, form: str) -> None:
    """Print how well likeness tells the PAIRS apart that people judged, beside plain RapidFuzz and TF-IDF.

    The first row is the best there is: with the sentence model where it is installed (20 ms a text).

    PAIRS is a CSV with the columns s1, s2, label (0 and 1, or grades such as 0-5); others are ignored.

    \b
    hotline duplicates evaluate tests/data/repeats/build.csv
    hotline duplicates evaluate pairs.csv --scorer null: --json
    """
    found = _read(pairs)
    at = pair_figures.cut_of(found, cut)
    rows = [pair_figures.measured(name, found, at, score) for name, score in _ways(scorer).items()]
    for line in [_json(rows, at)] if form == "json" else _table(rows, at):
        click.echo(line)


@duplicates.command("fit")
@click.argument("files", type=FILE, nargs=-1, required=True)
@click.option("--scorer", default="", help="URL of a sentence model (hotline.scorers): print weights with its opinion too.")
def fit(files: tuple[Path, ...], scorer: str) -> None:
    """Fit the weights of likeness to pairs that people judged and print them for `likeness.yaml`. Files count alike.

    \b
    hotline duplicates fit tests/data/repeats/{build,more,general,verbatim,unlike}.csv
    """
    found = [_read(path) for path in files]
    pairs = [pair for some in found for pair in some]
    counts = [1 / len(some) for some in found for _ in some]
    same = [pair.label / max(1.0, max(one.label for one in some)) for some in found for pair in some]
    rows = _figures(pairs)
    click.echo(f"weights: {_flow(likeness_fit.fitted(rows, same, counts))}")
    if scorer:
        with_opinion = _with_opinions(rows, pairs, _model(scorer))
        click.echo(f"with_opinion: {_flow(likeness_fit.fitted(with_opinion, same, counts))}")


@duplicates.command("thresholds")
@click.option("--calibrate", "again", flag_value="again", default="", help="Find them anew from what people decided, first.")
def thresholds(again: str) -> None:
    """Print from which score on repeats are offered, by category, and what it was found from.

    \b
    hotline duplicates thresholds
    hotline duplicates thresholds --calibrate
    """
    container = build(settings.load())
    try:
        if again:
            with container.database.work() as uow:
                repeat_terms.calibrate(uow)
        with container.database.read() as session:
            for line in _thresholds(session):
                click.echo(line)
    finally:
        container.close()


def _thresholds(session: Session) -> Iterator[str]:
    yield texts.text("duplicates.default", threshold=f"{repeat_terms.rules_of(session).threshold:.3f}")
    for row in repeat_thresholds.in_force(session):
        category = row.category_code or texts.text("duplicates.all")
        shares = f"{row.threshold:.3f}  {row.precision:.3f}  {row.recall:.3f}"
        yield f"{category:12}  {shares}  {row.decisions:6}  {row.made_at:%Y-%m-%d}"


def _read(path: Path) -> list[Pair]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return pair_figures.read_pairs(lines)


def _ways(scorer: str) -> dict[str, Score]:
    reader = _reader()
    known = likeness.packaged()

    def spaced(pairs: Sequence[Pair]) -> list[tuple[str, str]]:
        return [(_spaced(reader, pair.one), _spaced(reader, pair.other)) for pair in pairs]

    ways: dict[str, Score] = {
        "likeness": lambda pairs: [likeness.probability(known.weights, row) for row in _figures(pairs)],
        "token_set_ratio": lambda pairs: pair_figures.token_set_ratio(spaced(pairs)),
        "tfidf_cosine": lambda pairs: pair_figures.tfidf_cosine(spaced(pairs)),
    }
    model = _model(scorer)
    if model.score("停水", ["没水"]):
        ways = {"likeness+model": lambda pairs: _with_model(pairs, model), **ways}
    return ways


def _spaced(reader: Reader, text: str) -> str:
    return Text(reader.analyzer, reader.vectors, text).spaced


def _figures(pairs: Sequence[Pair]) -> list[dict[str, float]]:
    reader, kept = _reader(), dict[str, Text]()

    def read(text: str) -> Text:
        # Not the reader's own memory: each row of the table pays for reading its texts.
        if text not in kept:
            kept[text] = Text(reader.analyzer, reader.vectors, text)
        return kept[text]

    return [likeness.figures(read(pair.one), read(pair.other)) for pair in pairs]


def _with_model(pairs: Sequence[Pair], model: Scorer) -> list[float]:
    known = likeness.packaged()
    # A pair of which the model has no opinion keeps what likeness alone says.
    return [
        likeness.probability(known.with_opinion if likeness.has_opinion(row) else known.weights, row)
        for row in _with_opinions(_figures(pairs), pairs, model)
    ]


def _with_opinions(rows: Sequence[dict[str, float]], pairs: Sequence[Pair], model: Scorer) -> list[dict[str, float]]:
    scale = likeness.packaged().opinion
    opinions = (model.score(pair.one, [pair.other]) for pair in pairs)
    return [
        likeness.with_opinion(row, said[0], scale) if said and row else row for row, said in zip(rows, opinions, strict=True)
    ]


def _model(scorer: str) -> Scorer:
    found: Scorer = plugins.open_url("hotline.scorers", scorer, data_dir=Path())
    return found


@cache
def _reader() -> Reader:
    reader = Reader(Analyzer(packaged_words()), packaged_vectors())
    # The dictionaries are read on first use: that is no time of a pair.
    likeness.figures(reader.read("停水了怎么办"), reader.read("没有水"))
    return reader


def _flow(weights: dict[str, float]) -> str:
    return "{" + ", ".join(f"{name}: {value}" for name, value in weights.items()) + "}"


def _json(rows: Sequence[Figures], cut: Cut) -> str:
    ways = {row.name: {**asdict(row), "microseconds": row.microseconds} for row in rows}
    return json.dumps({**ways[rows[0].name], "cut": cut.label, "graded": cut.graded, "ways": ways}, ensure_ascii=False)


def _table(rows: Sequence[Figures], cut: Cut) -> list[str]:
    width = max(len(row.name) for row in rows)
    head = f"{'':{width}}  AUC    Spearman  accuracy  threshold  F1     seconds  µs/pair"
    said = texts.text("duplicates.pairs", count=rows[0].pairs, cut=f"{cut.label:g}")
    return [said, head, *(_row(row, width) for row in rows)]


def _row(row: Figures, width: int) -> str:
    auc, spearman = (f"{one:.3f}" if one is not None else "-    " for one in (row.auc, row.spearman))
    return (
        f"{row.name:{width}}  {auc}  {spearman:8}  {row.accuracy:.3f}     {row.threshold:.3f}      "
        f"{row.f1:.3f}  {row.seconds:7.2f}  {row.microseconds:7.0f}"
    )
