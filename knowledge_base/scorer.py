"""The port to a second opinion: how near texts are in meaning to a question. Optional; answers are good without one.

Implementations are entry points of the group `hotline.scorers`, chosen by the setting `scorer_url`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult


class Scorer(Protocol):
    """Compares a question with texts. Its figures are used by their order only."""

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """A figure for each text, in their order, greater is nearer; no figures at all is no opinion.

        Never raises for what the texts say. A scorer that cannot answer now has no opinion.
        """


class NullScorer:
    """Never has an opinion."""

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        return []


def open_null_scorer(url: SplitResult, *, data_dir: Path) -> NullScorer:
    """`null:`."""
    return NullScorer()
