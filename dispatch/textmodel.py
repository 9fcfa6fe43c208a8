"""A trained model of texts: label with probability, the words that decide, the earlier texts most like it; and its file. Pure.

A label's figure is linear in the features of a text, beside how like the text is to the label's own name. `learning` makes
models; the ranker and the evaluation ask them. The file is numbers and JSON only: reading one never runs anything.
"""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse

from dispatch.calibration import Numbers, Stretch, shares
from dispatch.features import FeatureSpace, Matrix, Reading, shown_word
from hotline.kernel.errors import Invalid

FORMAT = 1
STEEP = 4
"""Power that lets near texts count and far ones vanish."""
WORDS_SHOWN = 3
LEAST_SHARE = 0.01
"""A word that makes less of the label's figure than this is not shown."""


@dataclass(frozen=True)
class Cases:
    """The texts learnt from: their rows, the place of each one's label, and what they are known by (0: nothing)."""

    rows: Matrix
    labels: Numbers
    keys: Numbers


@dataclass(frozen=True)
class Weights:
    """How much the linear figure and the likeness to the label's name count, and the stretch of the first share."""

    linear: float
    name: float
    stretch: Stretch


@dataclass(frozen=True)
class Like:
    """An earlier text: what it is known by, its label, likeness 0-1."""

    key: int
    label: str
    likeness: float


@dataclass(frozen=True)
class Answer:
    """Labels with their probabilities, the likeliest first. They add up to at most 1: the rest is something else."""

    labels: tuple[str, ...]
    probabilities: tuple[float, ...]

    def of(self, label: str) -> float:
        """The probability of one label."""
        return dict(zip(self.labels, self.probabilities, strict=True)).get(label, 0.0)


class TextModel:
    """Ready to be asked. `coef` is features × labels, `names` labels × features."""

    def __init__(
        self, space: FeatureSpace, labels: Sequence[str], *, coef: Numbers, offset: Numbers, names: Matrix, cases: Cases,
        weights: Weights,
    ) -> None:  # fmt: skip
        self.space, self.labels, self.cases, self.weights = space, list(labels), cases, weights
        self.coef, self.offset, self.names = np.asarray(coef, np.float32), np.asarray(offset, np.float32), names

    @cached_property
    def _columns(self) -> list[str]:
        return self.space.names()

    @cached_property
    def _by_feature(self) -> Any:  # scipy.sparse.csr_matrix, a row a feature
        return self.cases.rows.T.tocsr()

    def rows(self, readings: Sequence[Reading]) -> Matrix:
        """The texts as the model sees them."""
        return self.space.rows(readings)

    def answer(self, reading: Reading, most: int = 5) -> Answer:
        """The likeliest labels of a text."""
        return self.answers(self.rows([reading]), most)[0]

    def answers(self, rows: Matrix, most: int = 5) -> list[Answer]:
        """The same for rows of many texts."""
        table = self.probabilities(rows)
        order = np.argsort(-table, axis=1, kind="stable")[:, :most]
        return [
            Answer(tuple(self.labels[at] for at in places), tuple(float(one) for one in row[places]))
            for places, row in zip(order, table, strict=True)
        ]

    def probabilities(self, rows: Matrix) -> Numbers:
        """A row a text, a column a label."""
        linear = rows @ self.coef + self.offset
        meant = combined(self.weights.linear, linear, self.weights.name, (rows @ self.names.T).toarray())
        likeness = (rows @ self._by_feature).toarray()
        return stretched(meant, self.weights.stretch, likeness, self.cases.labels)

    def words(self, row: Matrix, label: str) -> tuple[str, ...]:
        """The words of a text (its one row) that speak most for a label."""
        at = self.labels.index(label)
        gains = row.data * (self.coef[row.indices, at] - self.coef[row.indices].mean(axis=1))
        bar = LEAST_SHARE * float(np.maximum(gains, 0).sum())
        found = list[str]()
        for place in np.argsort(-gains):
            word = shown_word(self._columns[row.indices[place]])
            if gains[place] <= bar or len(found) == WORDS_SHOWN:
                break
            if word is not None:
                found.append(word)
        return tuple(found)

    def alike(self, row: Matrix, most: int, least: float) -> list[Like]:
        """The earlier texts most like one (its row), at least so much."""
        found = (row @ self._by_feature).toarray().ravel()
        order = np.argsort(-found, kind="stable")[:most]
        keys, labels = self.cases.keys, self.cases.labels
        return [Like(int(keys[at]), self.labels[labels[at]], float(found[at])) for at in order if found[at] >= least]


def combined(linear_weight: float, linear: Numbers, name_weight: float, name: Numbers) -> Numbers:
    """Shares of labels from both figures."""
    return shares(linear_weight * linear + name_weight * name)


def first_figures(meant: Numbers, likeness: Numbers, labels: Numbers) -> Numbers:
    """What tells whether a first answer is right: its share as odds, its lead, the likest text of its label and of all, and how
    much of all likeness is its label's."""
    rows = np.arange(len(meant))
    first = meant.argmax(axis=1)
    share = np.clip(meant[rows, first], 1e-4, 1 - 1e-4)
    second = np.partition(meant, -2, axis=1)[:, -2] if meant.shape[1] > 1 else np.zeros(len(meant))
    own = np.where(labels[None, :] == first[:, None], likeness, 0.0)
    near, all_near = likeness**STEEP, 1e-4
    of_label = (own**STEEP).sum(axis=1) / (near.sum(axis=1) + all_near)
    best, best_own = likeness.max(axis=1), own.max(axis=1)
    return np.column_stack([np.log(share / (1 - share)), share - second, best_own, best - best_own, of_label])


def stretched(meant: Numbers, stretch: Stretch, likeness: Numbers, labels: Numbers) -> Numbers:
    """Shares with the first one's stretched to its probability; the others share what is left, none more than the first.

    Of a text that is like none ever learnt the first is as sure as its label is frequent, however sure it looks.
    """
    sure = stretch.apply(first_figures(meant, likeness, labels))
    rows, first = np.arange(len(meant)), meant.argmax(axis=1)
    frequent = np.bincount(labels, minlength=meant.shape[1])[first] / len(labels)
    sure = np.where(likeness.max(axis=1) > 0, sure, np.minimum(sure, frequent))
    left = (1 - sure) / np.maximum(1 - meant[rows, first], 1e-9)
    found = np.minimum(meant * left[:, None], sure[:, None] * 0.999)
    found[rows, first] = sure
    return found


def to_bytes(model: TextModel) -> bytes:
    """The model as a file."""
    head = {
        "format": FORMAT,
        "labels": model.labels,
        "features": model.space.names(),
        "unknown": model.space.unknown,
        "weights": asdict(model.weights),
    }
    out = io.BytesIO()
    np.savez_compressed(
        out,
        head=np.frombuffer(json.dumps(head, ensure_ascii=False).encode(), np.uint8),
        idf=model.space.idf,
        coef=model.coef.astype(np.float16),
        offset=model.offset,
        keys=model.cases.keys,
        case_labels=model.cases.labels,
        **_parts("case", model.cases.rows),
        **_parts("name", model.names),
    )
    return out.getvalue()


def from_bytes(data: bytes) -> TextModel:
    """The model of a file. Raises Invalid for one of another format."""
    with np.load(io.BytesIO(data), allow_pickle=False) as kept:
        head = json.loads(bytes(kept["head"]).decode())
        if head["format"] != FORMAT:
            raise Invalid("model", "unknown-format", given=head["format"])
        space = FeatureSpace({name: at for at, name in enumerate(head["features"])}, kept["idf"], head["unknown"])
        size, told = len(head["features"]), head["weights"]
        return TextModel(
            space,
            head["labels"],
            coef=kept["coef"],
            offset=kept["offset"],
            names=_matrix("name", kept, size),
            cases=Cases(_matrix("case", kept, size), kept["case_labels"], kept["keys"]),
            weights=Weights(told["linear"], told["name"], stretch_of(told["stretch"])),
        )


def stretch_of(told: Mapping[str, Any]) -> Stretch:
    """A stretch as it was written down."""
    return Stretch(tuple(told["middle"]), tuple(told["scale"]), tuple(told["weights"]), float(told["bias"]))


def _parts(name: str, matrix: Matrix) -> dict[str, Any]:
    whole = matrix.tocsr()
    return {f"{name}_data": whole.data.astype(np.float16), f"{name}_at": whole.indices, f"{name}_ends": whole.indptr}


def _matrix(name: str, kept: Any, columns: int) -> Matrix:
    ends = kept[f"{name}_ends"]
    data = kept[f"{name}_data"].astype(np.float32)
    return sparse.csr_matrix((data, kept[f"{name}_at"], ends), shape=(len(ends) - 1, columns))
