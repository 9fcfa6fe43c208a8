"""How well questions are answered: entries in a throw-away index, every question asked by the product's own way and by BM25.

Called by `hotline kb evaluate` and `hotline kb calibrate`; works without a database.
"""

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from hotline.kernel.errors import Invalid
from hotline.kernel.search.port import CompiledQuery, SearchBackend
from hotline.kernel.search.query import Search
from knowledge_base import answers, search
from knowledge_base.answers import Desk
from knowledge_base.calibration import Example, Trueness, trueness
from knowledge_base.indexing import document
from knowledge_base.lifecycle import ArticleState
from knowledge_base.models import Article, Secrecy
from knowledge_base.search import ARTICLES, PUBLIC_ANSWER, QUESTIONS, TITLE, Reader
from knowledge_base.shelves import MemoryShelf

DEPTH = 10
READER = Reader.CITIZEN
DAY = date(2000, 1, 1)
"""Any day: evaluated entries hold always."""


@dataclass(frozen=True)
class Asked:
    """A question and the id of the entry that answers it, None when no entry does. `kind` is a free word: how it is asked."""

    question: str
    entry_id: str | None
    kind: str = ""


@dataclass(frozen=True)
class Score:
    """One way's figures: shares 0-1 over the questions that have an answer; milliseconds on average."""

    name: str
    top_1: float
    top_5: float
    mrr_10: float
    milliseconds: float


@dataclass(frozen=True)
class Sureness:
    """Instant answers, from the confidence `bar` on.

    `coverage`: questions that got one; `wrong`: of all questions those that got a wrong one; `held_back`: of the questions
    without an answer those that rightly got none, None when there are no such questions.
    """

    bar: float
    coverage: float
    wrong: float
    held_back: float | None
    calibration: Trueness


@dataclass(frozen=True)
class Kind:
    """The figures of the questions of one kind; `top_1` is None when none of them has an answer."""

    name: str
    questions: int
    top_1: float | None
    sureness: Sureness


@dataclass(frozen=True)
class Report:
    """What `hotline kb evaluate` prints. `kinds` is empty when no question names its kind."""

    entries: int
    questions: int
    indexed_s: float
    ours: Score
    plain: Score
    sureness: Sureness
    kinds: tuple[Kind, ...] = ()


class Bench:
    """Entries in an index of their own, ready to be asked."""

    def __init__(self, desk: Desk, entries: Sequence[Mapping[str, Any]]) -> None:
        self.desk = desk
        self.keys = [_key(entry, line) for line, entry in enumerate(entries, 1)]
        self._numbers = {key: number for number, key in enumerate(self.keys, 1)}
        articles = [_article(number, entry) for number, entry in enumerate(entries, 1)]
        self.shelf = MemoryShelf(articles)
        self.bar = max((desk.policy.bar(article.title) for article in articles), default=1.0)
        begun = time.perf_counter()
        fill(desk.search.backend, articles, desk.search)
        self.indexed_s = time.perf_counter() - begun

    def number_of(self, asked: Asked) -> int | None:
        """The article that should answer. Raises Invalid when the entries do not have it."""
        if asked.entry_id is None:
            return None
        if asked.entry_id not in self._numbers:
            raise Invalid("entry_id", "unknown-code", given=asked.entry_id)
        return self._numbers[asked.entry_id]

    def ours(self, question: str) -> list[tuple[int, float]]:
        """Articles with their confidence, as the product ranks them."""
        ranked = answers.rank(self.shelf, self.desk, question, reader=READER, today=DAY)
        return [(one.article_id, one.confidence) for one in ranked[:DEPTH]]

    def plain(self, question: str) -> list[int]:
        """Articles by plain BM25 over the words of title, variants and body."""
        tokens = self.desk.search.analyzer.tokens(question)
        query = CompiledQuery(tuple((token,) for token in tokens), (TITLE, QUESTIONS, PUBLIC_ANSWER))
        page = self.desk.search.backend.search(ARTICLES, query, search.filters(READER, DAY), size=DEPTH)
        return [int(hit.id) for hit in page.hits]

    def example(self, asked: Asked) -> Example:
        """The question as something to fit confidence to."""
        found = answers.look(self.desk, asked.question, reader=READER, today=DAY)
        right = self.number_of(asked)
        keys = list(found.scores)
        rows = answers.evidence(
            self.desk, asked.question, found.scores, answers.readings(self.shelf, self.desk, keys, READER, DAY)
        )
        return Example(rows, None if right is None or right not in keys else keys.index(right))


def evaluate(bench: Bench, questions: Sequence[Asked]) -> Report:
    """Ask every question by both ways. Raises Invalid for an answer that is not among the entries."""
    wanted = [bench.number_of(asked) for asked in questions]
    begun = time.perf_counter()
    ours = [bench.ours(asked.question) for asked in questions]
    between = time.perf_counter()
    plain = [bench.plain(asked.question) for asked in questions]
    ended = time.perf_counter()
    return Report(
        entries=len(bench.keys),
        questions=len(questions),
        indexed_s=bench.indexed_s,
        ours=_score("hotline", [[key for key, _ in one] for one in ours], wanted, between - begun),
        plain=_score("BM25", plain, wanted, ended - between),
        sureness=_sureness(ours, wanted, bench.bar),
        kinds=tuple(_kinds(questions, ours, wanted, bench.bar)),
    )


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSON Lines file. Raises Invalid for a line that is none."""
    found = list[dict[str, Any]]()
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            one = json.loads(line)
        except ValueError as error:
            raise Invalid(path.name, "broken-line", line=number) from error
        if not isinstance(one, dict):
            raise Invalid(path.name, "broken-line", line=number)
        found.append(one)
    return found


def questions_of(lines: Iterable[Mapping[str, Any]]) -> list[Asked]:
    """The questions of such lines; `entry_id` may be called `article`. Raises Invalid when one has no words."""
    found = list[Asked]()
    for number, line in enumerate(lines, 1):
        if "question" not in line:
            raise Invalid("question", "missing", line=number)
        known = line.get("entry_id", line.get("article"))
        found.append(Asked(str(line["question"]), None if known is None else str(known), str(line.get("kind") or "")))
    return found


def fill(backend: SearchBackend, articles: Sequence[Article], using: Search) -> None:
    """Index the articles."""
    backend.replace(ARTICLES, lambda after: (document(article, using.analyzer) for article in articles))


def _key(entry: Mapping[str, Any], line: int) -> str:
    if entry.get("id") is None:
        raise Invalid("id", "missing", line=line)
    return str(entry["id"])


def _article(number: int, entry: Mapping[str, Any]) -> Article:
    body = str(entry.get("body") or "")
    return Article(
        id=number,
        code=str(entry["id"]),
        state=ArticleState.PUBLISHED,
        version=1,
        title=str(entry.get("title") or ""),
        questions=[str(one) for one in entry.get("questions") or ()],
        keywords=[str(one) for one in entry.get("keywords") or ()],
        answer_agent=body,
        answer_public=body,
        source_document="",
        source_number="",
        issuing_body="",
        secrecy=Secrecy.PUBLIC,
        updated_at=datetime(2000, 1, 1, tzinfo=UTC),
    )


def _score(name: str, ranked: Sequence[Sequence[int]], wanted: Sequence[int | None], seconds: float) -> Score:
    places = [
        one.index(right) + 1 if right in one else None for one, right in zip(ranked, wanted, strict=True) if right is not None
    ]
    count = max(len(places), 1)
    return Score(
        name,
        sum(place == 1 for place in places) / count,
        sum(place is not None and place <= 5 for place in places) / count,
        sum(1 / place for place in places if place) / count,
        1000 * seconds / max(len(ranked), 1),
    )


def _kinds(
    questions: Sequence[Asked], ours: Sequence[Sequence[tuple[int, float]]], wanted: Sequence[int | None], sure_at: float
) -> Iterator[Kind]:
    for name in sorted({one.kind for one in questions if one.kind}):
        places = [place for place, one in enumerate(questions) if one.kind == name]
        found, right = [ours[place] for place in places], [wanted[place] for place in places]
        hits = [bool(one) and one[0][0] == key for one, key in zip(found, right, strict=True) if key is not None]
        yield Kind(name, len(places), sum(hits) / len(hits) if hits else None, _sureness(found, right, sure_at))


def _sureness(ours: Sequence[Sequence[tuple[int, float]]], wanted: Sequence[int | None], sure_at: float) -> Sureness:
    first = [(one[0] if one else (None, 0.0), right) for one, right in zip(ours, wanted, strict=True)]
    sure = [(key, right) for (key, said), right in first if said >= sure_at]
    without = [said for (_, said), right in first if right is None]
    count = max(len(first), 1)
    return Sureness(
        bar=sure_at,
        coverage=len(sure) / count,
        wrong=sum(key != right for key, right in sure) / count,
        held_back=sum(said < sure_at for said in without) / len(without) if without else None,
        calibration=trueness([said for (_, said), _ in first], [key is not None and key == right for (key, _), right in first]),
    )
