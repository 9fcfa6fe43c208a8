"""The figures and words that decide when an answer is sure enough: read from `data/answers.yaml`, handed in as values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml


@dataclass(frozen=True)
class AnswerPolicy:
    """Confidences 0-1; meanings stand beside the values in `data/answers.yaml`."""

    sure_at: Mapping[str, float]
    near_identical: float
    card_at: float
    card_beaten_by: float
    faded: float
    cards: int
    sentences: int
    candidates: int
    weights: Mapping[str, Mapping[str, float]]
    standing: Mapping[str, float]
    filler: frozenset[str]
    synonyms: Mapping[str, tuple[str, ...]]

    def bar(self, title: str) -> float:
        """The confidence from which an article of this title may stand alone."""
        return self.sure_at["worded" if title else "bare"]

    def weights_for(self, wordings: Sequence[object]) -> Mapping[str, float]:
        """The weights for an article that has a title or variants of a question, or for one that is a text alone."""
        return self.weights["worded" if wordings else "bare"]


@cache
def packaged_policy() -> AnswerPolicy:
    """The policy that comes with the software; read once a process."""
    given = yaml.safe_load(files("knowledge_base.data").joinpath("answers.yaml").read_text("utf-8"))
    groups: list[list[str]] = given.pop("synonyms")
    return AnswerPolicy(**{**given, "filler": frozenset(given["filler"]), "synonyms": synonym_map(groups)})


def synonym_map(groups: Iterable[Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """Every word with all others of its groups."""
    found: dict[str, tuple[str, ...]] = {}
    for group in (tuple(group) for group in groups):
        for word in group:
            found[word] = tuple(dict.fromkeys((*found.get(word, ()), *(other for other in group if other != word))))
    return found
