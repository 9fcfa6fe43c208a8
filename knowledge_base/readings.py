"""Articles cut into words, kept while they are asked for: cards look at the same few articles at every keystroke."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from knowledge_base.models import Article
from knowledge_base.scoring import Wording

MOST = 5_000


@dataclass(frozen=True)
class Reading:
    """An article cut up: the ways it is asked for, and the tokens of its other texts."""

    wordings: tuple[Wording, ...]
    elsewhere: frozenset[str]


class Readings:
    """The readings asked for last, at most MOST; another save of an article is another reading. For all threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[tuple[int, int], Reading] = OrderedDict()

    def of(self, article: Article, make: Callable[[], Reading]) -> Reading:
        """The reading of that article, made when it is not kept."""
        key = (article.id, article.version)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = make()
        with self._lock:
            self._kept[key] = made
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return made
