"""Articles made of the demo city's words by their frequency, any number of them, one after another; the same in every run."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path

from hotline.kernel.search.analysis import Analyzer
from knowledge_base.lifecycle import ArticleState
from knowledge_base.models import Article, Secrecy

WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = Path(__file__).parent.parent / "web" / "demo" / "city" / "articles"
FILES = 40
"""Of the demo's articles only so many lend their words, so that figures do not move when the demo grows."""


class MadeArticles:
    """Article number n is made anew whenever it is asked for: none is kept."""

    def __init__(self, analyzer: Analyzer) -> None:
        texts = [path.read_text("utf-8") for path in sorted(WORDS.glob("*.md"))[:FILES]]
        counted = Counter(word for text in texts for word in analyzer.words(text))
        self._words, self._weights = list(counted), list(accumulate(counted.values()))

    def article(self, number: int, *, edition: int = 0) -> Article:
        """The article of that number; another edition has other words."""
        rnd = random.Random(number * 1_000 + edition)

        def text(length: int) -> str:
            return "".join(rnd.choices(self._words, cum_weights=self._weights, k=length))

        return Article(
            id=number,
            code=f"made-{number}",
            state=ArticleState.PUBLISHED,
            revision=1,
            version=1 + edition,
            title=text(6),
            questions=[text(6), text(8)],
            keywords=[text(1), text(1)],
            answer_agent=text(30),
            answer_public=text(50),
            secrecy=Secrecy.PUBLIC,
            updated_at=WRITTEN,
        )

    def batches(self, count: int, size: int) -> Iterator[list[Article]]:
        """Articles 1 to `count`, so many at a time."""
        for first in range(1, count + 1, size):
            yield [self.article(number) for number in range(first, min(first + size, count + 1))]

    def questions(self, articles: int, count: int) -> Sequence[str]:
        """Questions that some of so many articles know."""
        rnd = random.Random(12345)
        return [rnd.choice(self.article(rnd.randint(1, articles)).questions) for _ in range(count)]
