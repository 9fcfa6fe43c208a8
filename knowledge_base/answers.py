"""A question → the article that answers it, with its source and a confidence, or none. The text shown is an article's, always.

Used by the portal, by the agent's search, by `evaluation.py` and, sentence by sentence, by `suggestions.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from hotline.kernel.search.analysis import is_latin
from hotline.kernel.search.port import CompiledQuery
from hotline.kernel.search.query import Asked, Search
from knowledge_base import search as index
from knowledge_base.models import Article
from knowledge_base.narrowing import Areas, Narrowing
from knowledge_base.policy import AnswerPolicy
from knowledge_base.readings import Kept, Reading, Weights
from knowledge_base.scorer import NullScorer, Scorer
from knowledge_base.scoring import Met, Question, Wording, confidences, figures
from knowledge_base.search import ARTICLES, Reader
from knowledge_base.shelves import Readable, Shelf

QUESTION_CHARACTERS = 500
"""Of a longer text only the beginning is taken for the question."""
SCORED_CHARACTERS = 500
"""Of an article's text, what a second scorer reads."""

FOUND_S = 30.0
"""For how long a sentence of a call finds what it found: it is looked at again with every further word that is said."""


@dataclass(frozen=True)
class Answer:
    """An article that answers. `confidence` is the probability that it is the answer; `source` names document, number, date."""

    article_id: int
    code: str
    title: str
    text: str
    source: str
    confidence: float
    effective_to: date | None
    category_code: str | None = None


@dataclass(frozen=True)
class Reply:
    """The one sure answer, or none; and the next best articles, best first. `degraded`: a spare index answered."""

    answer: Answer | None
    others: tuple[Answer, ...]
    degraded: bool = False


@dataclass(frozen=True)
class Found:
    """What the index found for a question: article ids, best first, with their score beside that of the best."""

    question: str
    scores: Mapping[int, float]
    degraded: bool = False


Measured = tuple[str, tuple[tuple[int, int, float], ...]]
"""A question and the articles it found, each with its version and score: what confidences are kept by."""


@dataclass(frozen=True)
class Desk:
    """What answering needs: the search, the policy, a second scorer, wired once; and what it has read lately."""

    search: Search
    policy: AnswerPolicy
    scorer: Scorer = field(default_factory=NullScorer)
    readings: Kept[tuple[int, int], Reading] = field(default_factory=Kept, compare=False)
    weights: Weights = field(default_factory=Weights, compare=False)
    found: Kept[tuple[Reader, date, Areas, str], Found] = field(default_factory=lambda: Kept(seconds=FOUND_S), compare=False)
    measured: Kept[Measured, list[float]] = field(default_factory=lambda: Kept(seconds=FOUND_S), compare=False)


def answer(shelf: Shelf, desk: Desk, question: str, *, reader: Reader, today: date, areas: Areas = None) -> Reply:
    """The sure answer to a question, if there is one; and what else may help. `areas` as in `Narrowing`."""
    found = look(desk, question, reader=reader, today=today, areas=areas)
    return reply(desk, measure(shelf, desk, [found], reader=reader, today=today)[0], degraded=found.degraded)


def reply(desk: Desk, ranked: Sequence[Answer], *, degraded: bool = False) -> Reply:
    """What to say when these are the articles that may answer, surest first."""
    if not ranked or not is_sure(ranked[0], desk.policy):
        return Reply(None, tuple(ranked[: desk.policy.cards]), degraded)
    return Reply(ranked[0], tuple(ranked[1 : 1 + desk.policy.cards]), degraded)


def rank(shelf: Shelf, desk: Desk, question: str, *, reader: Reader, today: date) -> list[Answer]:
    """Articles that may answer, surest first."""
    return measure(shelf, desk, [look(desk, question, reader=reader, today=today)], reader=reader, today=today)[0]


def look(desk: Desk, question: str, *, reader: Reader, today: date, areas: Areas = None) -> Found:
    """What the index finds for a question. A question of filler words alone finds nothing; pinyin of no known word may."""
    asked = _asked(desk, question)
    if not asked.tokens and not is_latin(question):
        return Found(question, {})
    query = CompiledQuery(asked.groups, reader.fields)
    may = index.filters(reader, today, Narrowing(areas=areas))
    page = desk.search.backend.search(ARTICLES, query, may, size=desk.policy.candidates)
    best = page.hits[0].score if page.hits else 0.0
    scores = {int(hit.id): hit.score / best if best > 0 else 0.0 for hit in page.hits}
    return Found(question, scores, page.degraded)


def measure(shelf: Shelf, desk: Desk, founds: Sequence[Found], *, reader: Reader, today: date) -> list[list[Answer]]:
    """For each question its articles, surest first, without those that the reader may not read now."""
    wanted = list(dict.fromkeys(key for found in founds for key in found.scores))
    readable = shelf.readable(wanted, reader, today)
    read = _readings(shelf, desk, readable)
    return [_measured(desk, found, read, readable, reader) for found in founds]


def is_sure(best: Answer, policy: AnswerPolicy) -> bool:
    """Whether this may stand alone as the answer."""
    return bool(best.text) and best.confidence >= policy.bar(best.title)


def evidence(desk: Desk, question: str, scores: Mapping[int, float], readings: Mapping[int, Reading]) -> list[dict[str, float]]:
    """What each of these articles shares with the question, as figures: what confidence is made of."""
    asked = _weighed(desk, question, [readings[key] for key in scores])
    second = _second_opinion(desk, question, [readings[key] for key in scores])
    rows = [Met(readings[key].wordings, readings[key].elsewhere, scores[key], second.get(key, 0.0)) for key in scores]
    return [figures(asked, row, desk.policy.near_identical) for row in rows]


def readings(shelf: Shelf, desk: Desk, ids: Sequence[int], reader: Reader, today: date) -> dict[int, Reading]:
    """These articles cut up, without those that the reader may not read now."""
    return _readings(shelf, desk, shelf.readable(ids, reader, today))


def source_of(article: Article) -> str:
    """Document, number, date and issuing body in one line; empty parts left out."""
    dated = article.source_date.isoformat() if article.source_date else ""
    return " · ".join(part for part in (article.source_document, article.source_number, dated, article.issuing_body) if part)


def _measured(
    desk: Desk, found: Found, readings: Mapping[int, Reading], readable: Mapping[int, Readable], reader: Reader
) -> list[Answer]:
    scores = {key: score for key, score in found.scores.items() if key in readings}
    if not scores:
        return []
    kept = (found.question, tuple((key, readable[key].version, score) for key, score in scores.items()))
    sure = desk.measured.get(kept) or desk.measured.put(kept, _confidences(desk, found.question, scores, readings))
    made = [_answer(readings[key], one, reader) for key, one in zip(scores, sure, strict=True)]
    return sorted(made, key=lambda one: (-one.confidence * readable[one.article_id].factor, -scores[one.article_id]))


def _confidences(desk: Desk, question: str, scores: Mapping[int, float], readings: Mapping[int, Reading]) -> list[float]:
    rows = evidence(desk, question, scores, readings)
    return confidences(rows, [desk.policy.weights_for(readings[key].wordings) for key in scores])


def _answer(read: Reading, confidence: float, reader: Reader) -> Answer:
    # A citizen never gets the agent's words.
    text = read.public_text if reader is Reader.CITIZEN else read.agent_text
    return Answer(
        read.article_id, read.code, read.title, text, read.source, round(confidence, 4), read.effective_to, read.category_code
    )


def _asked(desk: Desk, question: str) -> Asked:
    return desk.search.asked(question[:QUESTION_CHARACTERS], desk.policy.filler)


def _weighed(desk: Desk, question: str, read: Sequence[Reading]) -> Question:
    asked = _asked(desk, question)
    others = [token for one in read for wording in one.wordings for token in wording.tokens]
    weights = desk.weights.of(desk.search, ARTICLES, [*asked.tokens, *others])
    spaced = " ".join(desk.search.analyzer.words(question[:QUESTION_CHARACTERS]))
    return Question(asked.tokens, weights, spaced, asked.alternatives, frozenset(asked.sounds))


def _second_opinion(desk: Desk, question: str, read: Sequence[Reading]) -> dict[int, float]:
    """The reciprocal rank of each article by the second scorer, less their mean; nothing when it has no opinion."""
    texts = [f"{one.title}\n{one.public_text or one.agent_text}"[:SCORED_CHARACTERS].strip() for one in read]
    given = desk.scorer.score(question[:QUESTION_CHARACTERS], texts)
    order = sorted(zip(given, (one.article_id for one in read), strict=False), reverse=True)
    mean = sum(1 / place for place in range(1, len(order) + 1)) / max(len(order), 1)
    return {key: 1 / place - mean for place, (_, key) in enumerate(order, 1)}


def _readings(shelf: Shelf, desk: Desk, readable: Mapping[int, Readable]) -> dict[int, Reading]:
    found = {key: kept for key, one in readable.items() if (kept := desk.readings.get((key, one.version))) is not None}
    for article in shelf.load([key for key in readable if key not in found]):
        found[article.id] = desk.readings.put((article.id, article.version), _read(desk, article))
    return found


def _read(desk: Desk, article: Article) -> Reading:
    texts = [text for text in dict.fromkeys((article.title, *article.questions)) if text]
    others = "\n".join((*article.keywords, article.answer_public))
    return Reading(
        article_id=article.id,
        code=article.code or "",
        title=article.title,
        agent_text=article.answer_agent,
        public_text=article.answer_public,
        source=source_of(article),
        effective_to=article.effective_to,
        category_code=article.category_code,
        wordings=tuple(_wording(desk, text) for text in texts),
        elsewhere=frozenset(desk.search.analyzer.tokens(others)),
    )


def _wording(desk: Desk, text: str) -> Wording:
    analyzer, filler = desk.search.analyzer, desk.policy.filler
    tokens = frozenset(token for token in analyzer.tokens(text) if token not in filler)
    heard = frozenset(analyzer.sounds(text, filler))
    sounds = heard.union(analyzer.initials(text))
    return Wording(text, tokens, " ".join(analyzer.words(text)), sounds, len(heard))
