"""A question → the article that answers it, with its source and a confidence, or none. The text shown is an article's, always.

Used by the portal, by the agent's search and, sentence by sentence, by `suggestions.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from sqlalchemy.orm import Session

from hotline.kernel.search.query import LONGEST_QUERY, Search
from knowledge_base import search as shelf
from knowledge_base.models import Article
from knowledge_base.policy import AnswerPolicy
from knowledge_base.readings import Reading, Readings
from knowledge_base.scoring import Question, Wording, confidence
from knowledge_base.search import ARTICLES, Reader

QUESTION_CHARACTERS = 500
"""Of a longer text only the beginning is taken for the question."""


@dataclass(frozen=True)
class Answer:
    """An article that answers. `confidence` 0-1; `source` names document, number and date as far as the article has them."""

    article_id: int
    code: str
    title: str
    text: str
    source: str
    confidence: float
    effective_to: date | None


@dataclass(frozen=True)
class Reply:
    """The one sure answer, or none; and the next best articles, best first."""

    answer: Answer | None
    others: tuple[Answer, ...]


@dataclass(frozen=True)
class Desk:
    """What answering needs: the search and the policy, wired once; and the articles it has read lately."""

    search: Search
    policy: AnswerPolicy
    readings: Readings = field(default_factory=Readings, compare=False)


def answer(session: Session, desk: Desk, question: str, *, reader: Reader, today: date) -> Reply:
    """The sure answer to a question, if there is one: above the bar, and clearly better than the next."""
    ranked = rank(session, desk, question, reader=reader, today=today)
    if not ranked or not _is_sure(ranked, desk.policy):
        return Reply(None, tuple(ranked[: desk.policy.cards]))
    return Reply(ranked[0], tuple(ranked[1 : 1 + desk.policy.cards]))


def rank(session: Session, desk: Desk, question: str, *, reader: Reader, today: date) -> list[Answer]:
    """Articles that may answer, surest first."""
    asked = _cut(desk, question)
    if not asked.tokens:
        return []
    groups = [(token, *asked.synonyms.get(token, ())) for token in asked.tokens]
    found = shelf.candidates(session, desk.search, groups, reader=reader, today=today, size=desk.policy.candidates)
    return measure(desk, question, found, reader=reader)


def measure(desk: Desk, question: str, found: Sequence[Article], *, reader: Reader) -> list[Answer]:
    """How sure each of these articles answers the question, surest first, equals in the order given."""
    asked = _cut(desk, question)
    if not asked.tokens:
        return []
    read = [desk.readings.of(article, partial(_read, desk, article)) for article in found]
    asked = _weighed(desk, asked, [token for one in read for wording in one.wordings for token in wording.tokens])
    scored = [_answer(desk, asked, article, one, reader) for article, one in zip(found, read, strict=True)]
    return sorted(scored, key=lambda one: -one.confidence)


def source_of(article: Article) -> str:
    """Document, number, date and issuing body in one line; empty parts left out."""
    dated = article.source_date.isoformat() if article.source_date else ""
    return " · ".join(part for part in (article.source_document, article.source_number, dated, article.issuing_body) if part)


def text_for(article: Article, reader: Reader) -> str:
    """The answer in the wording meant for this reader; a citizen never gets the agent's."""
    return article.answer_public if reader is Reader.CITIZEN else article.answer_agent


def _is_sure(ranked: Sequence[Answer], policy: AnswerPolicy) -> bool:
    best = ranked[0]
    second = ranked[1].confidence if len(ranked) > 1 else 0.0
    return bool(best.text) and best.confidence >= policy.sure_at and best.confidence - second >= policy.lead


def _answer(desk: Desk, asked: Question, article: Article, read: Reading, reader: Reader) -> Answer:
    return Answer(
        article.id,
        article.code or "",
        article.title,
        text_for(article, reader),
        source_of(article),
        round(confidence(asked, read.wordings, read.elsewhere, desk.policy.near_identical), 3),
        article.effective_to,
    )


def _cut(desk: Desk, question: str) -> Question:
    text = question[:QUESTION_CHARACTERS]
    tokens = _telling(desk, text)[:LONGEST_QUERY]
    return Question(tokens, {}, " ".join(desk.search.analyzer.words(text)), desk.policy.synonyms)


def _weighed(desk: Desk, asked: Question, others: Sequence[str]) -> Question:
    weights = desk.search.weights(ARTICLES, {*asked.tokens, *others})
    return Question(asked.tokens, weights, asked.spaced, asked.synonyms)


def _read(desk: Desk, article: Article) -> Reading:
    analyzer = desk.search.analyzer
    texts = dict.fromkeys((article.title, *article.questions))
    wordings = tuple(Wording(text, _telling(desk, text), " ".join(analyzer.words(text))) for text in texts)
    return Reading(wordings, frozenset(analyzer.tokens("\n".join((*article.keywords, article.answer_public)))))


def _telling(desk: Desk, text: str) -> tuple[str, ...]:
    return tuple(token for token in desk.search.analyzer.tokens(text) if token not in desk.policy.filler)
