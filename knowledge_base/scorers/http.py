"""A scorer on a server of one's own: POST {"question", "texts"} → {"scores"}; silent while it is away.

The address is `http(s)://:token@host/path?timeout_s=1`.
"""

import logging
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import SplitResult

import httpx

from hotline.kernel.http_client import open_client

SETTING = "scorer_url"
LOG = logging.getLogger("hotline.knowledge")


class HTTPScorer:
    """Asks a server; a server that fails, or answers something else, has no opinion."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        if not question.strip() or not texts:
            return []
        try:
            answer = self._client.post("", json={"question": question, "texts": list(texts)})
            scores = [float(one) for one in answer.raise_for_status().json()["scores"]]
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            LOG.warning("scorer: no answer (%s)", type(error).__name__)
            return []
        return scores if len(scores) == len(texts) else []


def open_scorer(url: SplitResult, *, data_dir: Path) -> HTTPScorer:
    """Raises Invalid for an address without host."""
    return HTTPScorer(open_client(url, SETTING))
