"""What answering keeps between questions: articles cut into words, how telling words are, what a sentence found just now.

Cards look at the same few articles and sentences at every keystroke.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Generic, TypeVar

from hotline.kernel.search.port import IndexSchema
from hotline.kernel.search.query import Search
from knowledge_base.scoring import Wording

MOST = 5_000
MOST_WORDS = 200_000
WEIGHTS_S = 60.0
"""For how long a word is as telling as it was."""

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(frozen=True)
class Reading:
    """An article cut up: the ways it is asked for, and the tokens of its other texts; and what of it is shown."""

    article_id: int
    code: str
    title: str
    agent_text: str
    public_text: str
    source: str
    effective_to: date | None
    category_code: str | None
    wordings: tuple[Wording, ...]
    elsewhere: frozenset[str]


class Kept(Generic[K, V]):
    """The values used last, at most `most`, each no longer than `seconds` after it was made. For all threads."""

    def __init__(self, *, most: int = MOST, seconds: float = float("inf"), now: Callable[[], float] = time.monotonic) -> None:
        self._most, self._seconds, self._now = most, seconds, now
        self._lock = Lock()
        self._kept: OrderedDict[K, tuple[float, V]] = OrderedDict()

    def get(self, key: K) -> V | None:
        """The value, or None when there is none fresh enough."""
        with self._lock:
            made_at, value = self._kept.get(key, (0.0, None))
            if value is None or self._now() - made_at > self._seconds:
                return None
            self._kept.move_to_end(key)
            return value

    def put(self, key: K, value: V) -> V:
        """Keep the value and give it back."""
        with self._lock:
            self._kept[key] = (self._now(), value)
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return value


class Weights:
    """How telling words are, all asked anew after a minute. For all threads."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now, self._size, self._begun_at = now, 0, float("-inf")
        self._known = dict[str, float]()

    def of(self, search: Search, schema: IndexSchema, tokens: Iterable[str]) -> dict[str, float]:
        """The weight of each token; the index is asked once for all that are not known."""
        wanted = dict.fromkeys(tokens)
        known = self._fresh(search, schema)
        missing = [token for token in wanted if token not in known]
        if missing:
            # Another thread may have begun anew meanwhile: what was found here is not lost for this one.
            known |= search.weights(schema, missing, self._size)
        return {token: known[token] for token in wanted}

    def _fresh(self, search: Search, schema: IndexSchema) -> dict[str, float]:
        if self._now() - self._begun_at > WEIGHTS_S or len(self._known) > MOST_WORDS:
            self._size, self._known, self._begun_at = search.size(schema), {}, self._now()
        return self._known
