"""How well texts find their label: ours and the baseline of the field, on a test file or in folds of one. No database.

Called by `hotline dispatch evaluate`, and by the training of the ranker for tickets it kept back.
"""

import csv
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from dispatch import calibration
from dispatch.calibration import Bin, Numbers
from dispatch.features import Reading, plain
from dispatch.learning import Example, Learner, train
from dispatch.textmodel import TextModel
from hotline.kernel.errors import Invalid

ENCODINGS = ("utf-8-sig", "gb18030")
LARGEST_CELL = 10_000_000
PRECISION = 0.95
SHARES = (0.7, 0.5)
CURVE = tuple(at / 20 for at in range(20, 0, -1))


@dataclass(frozen=True)
class Row:
    """A text and the label it should find."""

    text: str
    label: str


@dataclass(frozen=True)
class Score:
    """One way's figures, shares 0-1.

    `ece` is the expected calibration error of first answers, `at_70` and `at_50` how often the surest part is right,
    `coverage_95` how large a part, surest first, is right 95 times in a hundred.
    """

    name: str
    accuracy: float
    top_3: float
    macro_f1: float
    ece: float
    at_70: float
    at_50: float
    coverage_95: float
    seconds: float
    ms: float


@dataclass(frozen=True)
class Report:
    """What `hotline dispatch evaluate` prints.

    `unknown` are tested texts whose label nothing was learnt of; `left_out` rows without a label. `curve` is share of texts →
    how often right; `folds` the accuracy of each (ours, baseline).
    """

    learnt: int
    tested: int
    labels: int
    unknown: int
    left_out: int
    ours: Score
    baseline: Score
    bins: tuple[Bin, ...]
    curve: tuple[tuple[float, float], ...]
    folds: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What a way answered: places of the labels answered and of the right one (-1: none knows it), and how sure it was."""

    said: Numbers
    hits: Numbers
    among_3: Numbers
    answered: tuple[str, ...]
    wanted: tuple[str, ...]
    seconds: float
    ms: float


class Peer(Protocol):
    """The baseline."""

    @property
    def labels(self) -> list[str]:
        """Labels in the order of the columns of `figures`."""

    def fit(self, texts: Sequence[str], labels: Sequence[str]) -> None:
        """Learn."""

    def figures(self, texts: Sequence[str]) -> Numbers:
        """A row a text, a column a label; more is likelier."""


@dataclass(frozen=True)
class Ways:
    """What is compared: our learner, and how a baseline is made."""

    learner: Learner
    peer: type[Peer]


def read_rows(path: Path, text: str = "text", label: str = "label") -> tuple[list[Row], int]:
    """The rows of a CSV with a header, and how many were left out for want of a label. Raises Invalid for a missing column."""
    csv.field_size_limit(LARGEST_CELL)
    lines = csv.DictReader(_decoded(path).splitlines(keepends=True))
    missing = [name for name in (text, label) if name not in (lines.fieldnames or ())]
    if missing:
        raise Invalid(path.name, "missing-column", known=missing, found=list(lines.fieldnames or ()))
    rows = [Row(line[text] or "", (line[label] or "").strip()) for line in lines]
    known = [row for row in rows if row.label]
    return known, len(rows) - len(known)


def evaluate(ways: Ways, learnt: Sequence[Row], tested: Sequence[Row], left_out: int = 0) -> Report:
    """Learn from some rows and ask the others. Raises Invalid when there is nothing to learn or to ask."""
    if not learnt or not tested:
        raise Invalid("text", "empty")
    ours, theirs = _ours(ways.learner, learnt, tested), _baseline(ways.peer(), learnt, tested)
    known = {row.label for row in learnt}
    return _report(ours, theirs, len(learnt), len(known), sum(row.label not in known for row in tested), left_out)


def evaluate_folds(ways: Ways, rows: Sequence[Row], folds: int, left_out: int = 0) -> Report:
    """Each part in turn asked of what was learnt from the others; figures over all answers together."""
    placed = fold_of(rows, folds)
    ours, theirs, unknown = list[Outcome](), list[Outcome](), 0
    for fold in range(folds):
        learnt = [row for row, at in zip(rows, placed, strict=True) if at != fold]
        tested = [row for row, at in zip(rows, placed, strict=True) if at == fold]
        if not learnt or not tested:
            raise Invalid("folds", "too-many", maximum=len(rows), given=folds)
        ours.append(_ours(ways.learner, learnt, tested))
        theirs.append(_baseline(ways.peer(), learnt, tested))
        known = {row.label for row in learnt}
        unknown += sum(row.label not in known for row in tested)
    each = tuple((float(one.hits.mean()), float(other.hits.mean())) for one, other in zip(ours, theirs, strict=True))
    found = _report(_together(ours), _together(theirs), len(rows), len({row.label for row in rows}), unknown, left_out)
    return Report(**{**found.__dict__, "folds": each})


def fold_of(rows: Sequence[Row], folds: int) -> list[int]:
    """The part of each row, 0 on: labels spread evenly, the same text always in one part, by chance that repeats."""
    groups = defaultdict[str, list[int]](list)
    for at, row in enumerate(rows):
        groups[plain(row.text)].append(at)
    mixed = np.random.default_rng(0).permutation(len(groups))
    members = list(groups.values())
    placed = [0] * len(rows)
    ordered = sorted((members[at] for at in mixed), key=lambda places: rows[places[0]].label)
    for number, group in enumerate(ordered):
        for at in group:
            placed[at] = number % folds
    return placed


def measured(model: TextModel, examples: Sequence[Example], seconds: float = 0.0) -> Outcome:
    """What a model answers to texts it has not seen, each asked for itself."""
    begun = time.perf_counter()
    tables = [model.probabilities(model.rows([one.reading])) for one in examples]
    spent = time.perf_counter() - begun
    return _outcome(np.vstack(tables), model.labels, [one.label for one in examples], seconds, spent)


def score(name: str, found: Outcome) -> Score:
    """The figures of one way."""
    return Score(
        name=name,
        accuracy=float(found.hits.mean()),
        top_3=float(found.among_3.mean()),
        macro_f1=macro_f1(found.answered, found.wanted),
        ece=calibration.calibration_error(calibration.bins(found.said, found.hits)),
        at_70=calibration.accuracy_at(found.said, found.hits, SHARES[0]),
        at_50=calibration.accuracy_at(found.said, found.hits, SHARES[1]),
        coverage_95=calibration.coverage_at(found.said, found.hits, PRECISION)[0],
        seconds=found.seconds,
        ms=found.ms,
    )


def curve(found: Outcome) -> tuple[tuple[float, float], ...]:
    """Share of texts, surest first → how often right."""
    return tuple((share, calibration.accuracy_at(found.said, found.hits, share)) for share in CURVE)


def macro_f1(answered: Iterable[str], wanted: Iterable[str]) -> float:
    """The mean over all labels, wanted or answered, of the harmonic mean of precision and recall."""
    pairs = list(zip(answered, wanted, strict=True))
    said, meant = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    both = Counter(one for one, other in pairs if one == other)
    labels = said.keys() | meant.keys()
    return sum(2 * both[label] / (said[label] + meant[label]) for label in labels) / len(labels) if labels else 0.0


def _ours(learner: Learner, learnt: Sequence[Row], tested: Sequence[Row]) -> Outcome:
    begun = time.perf_counter()
    model = train([Example(Reading(row.text), row.label) for row in learnt], learner)
    seconds = time.perf_counter() - begun
    return measured(model, [Example(Reading(row.text), row.label) for row in tested], seconds)


def _baseline(peer: Peer, learnt: Sequence[Row], tested: Sequence[Row]) -> Outcome:
    begun = time.perf_counter()
    peer.fit([row.text for row in learnt], [row.label for row in learnt])
    between = time.perf_counter()
    figures = np.vstack([peer.figures([row.text]) for row in tested])
    spent = time.perf_counter() - between
    # Margins are no probabilities; a soft maximum of them is what is commonly shown.
    return _outcome(calibration.shares(figures), peer.labels, [row.label for row in tested], between - begun, spent)


def _outcome(table: Numbers, labels: Sequence[str], wanted: Sequence[str], seconds: float, spent: float) -> Outcome:
    places: Mapping[str, int] = {label: at for at, label in enumerate(labels)}
    right = np.array([places.get(label, -1) for label in wanted])
    order = np.argsort(-table, axis=1, kind="stable")
    return Outcome(
        said=table.max(axis=1),
        hits=order[:, 0] == right,
        among_3=(order[:, :3] == right[:, None]).any(axis=1),
        answered=tuple(labels[at] for at in order[:, 0]),
        wanted=tuple(wanted),
        seconds=seconds,
        ms=1000 * spent / max(len(wanted), 1),
    )


def _together(found: Sequence[Outcome]) -> Outcome:
    return Outcome(
        said=np.concatenate([one.said for one in found]),
        hits=np.concatenate([one.hits for one in found]),
        among_3=np.concatenate([one.among_3 for one in found]),
        answered=tuple(label for one in found for label in one.answered),
        wanted=tuple(label for one in found for label in one.wanted),
        seconds=sum(one.seconds for one in found) / len(found),
        ms=sum(one.ms for one in found) / len(found),
    )


def _report(ours: Outcome, theirs: Outcome, learnt: int, labels: int, unknown: int, left_out: int) -> Report:
    return Report(
        learnt=learnt,
        tested=len(ours.hits),
        labels=labels,
        unknown=unknown,
        left_out=left_out,
        ours=score("hotline", ours),
        baseline=score("TF-IDF + LinearSVC", theirs),
        bins=tuple(calibration.bins(ours.said, ours.hits)),
        curve=curve(ours),
    )


def _decoded(path: Path) -> str:
    data = path.read_bytes()
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid(path.name, "not-text", encodings=list(ENCODINGS))
