"""Grouping new questions without an answer, a batch a transaction, and forgetting old ones. Run by the clock.

It may be killed at any point and run twice at once: what a batch did is one transaction, and only one process groups at a time.
Which questions are alike is said in `clustering`.
"""

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache

from sqlalchemy import delete, exists, func, select, text
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.search.port import CompiledQuery
from hotline.kernel.search.query import Search
from knowledge_base import clustering
from knowledge_base.clustering import Cut, Neighbourhood
from knowledge_base.feedback import AskedOutcome, AskedQuestion, KnowledgeTask, QuestionCluster
from knowledge_base.lifecycle import ANSWERING, TaskState
from knowledge_base.models import Article
from knowledge_base.readings import Weights
from knowledge_base.rules import QuestionRules
from knowledge_base.search import ARTICLES, Reader

BATCH = 200
CLUSTERS_AT_MOST = 5000
"""Clusters that a question is compared with: those asked last, so that a batch costs the same in every year."""
READ_FOR_LABEL = 12
NEARLY_FOUND = 16
"""Articles that say what a question is about."""
ASKED_AT_ONCE = 1000
"""Words whose weight the index is asked for in one request."""
LABEL_CHARACTERS = 200
ALONE = text("select pg_try_advisory_xact_lock(12347, 1)")
"""One process groups at a time: two would each begin a cluster for the same question."""


@dataclass(frozen=True)
class Proposed:
    """The category and the unit that a question probably belongs to; None where nothing speaks for one."""

    category_code: str | None = None
    unit_id: int | None = None


@dataclass(frozen=True)
class Grouper:
    """What grouping needs: the search (its words and their weights), words that tell nothing, the rules, a proposer."""

    search: Search
    filler: Collection[str]
    rules: QuestionRules
    propose: Callable[[Session, str], Proposed]
    kept: Weights = field(default_factory=Weights)

    def cut(self, question: str) -> Cut:
        """A question cut up."""
        words = [word for word in self.search.analyzer.words(question) if word not in self.filler]
        return clustering.cut(question, self.search.asked(question, self.filler), words)

    def weights(self, cuts: Iterable[Cut]) -> dict[str, float]:
        """How telling the words and pairs of these questions are."""
        tokens = sorted({token for one in cuts for token in one.tokens})
        weighed = [self.kept.of(self.search, ARTICLES, some) for some in _parts(tokens)]
        return {word: weight for some in weighed for word, weight in some.items()}

    def nearby(self, question: str) -> dict[int, float]:
        """The articles that a question nearly finds, as `clustering.Nearby`."""
        query = CompiledQuery(self.search.asked(question, self.filler).groups, Reader.STAFF.fields)
        hits = self.search.backend.search(ARTICLES, query, size=NEARLY_FOUND).hits
        # The best few say what it is about; cubed, the long tail of chance finds says little.
        shares = {int(hit.id): (hit.score / hits[0].score) ** 3 for hit in hits if hits[0].score > 0}
        length = math.sqrt(sum(share**2 for share in shares.values()))
        return {key: share / length for key, share in shares.items()}


def group_new(uow: UnitOfWork, grouper: Grouper, limit: int = BATCH) -> int:
    """Bring the oldest questions that are in no cluster yet into one each; returns how many. 0 while another process does."""
    if not uow.session.scalar(ALONE):
        return 0
    waiting = AskedQuestion.cluster_id.is_(None), AskedQuestion.outcome != AskedOutcome.SURE
    query = select(AskedQuestion).where(*waiting).order_by(AskedQuestion.id).limit(limit)
    found = list(uow.session.scalars(query))
    if not found:
        return 0
    known = Neighbourhood((one.id, grouper.cut(one.label)) for one in _active(uow.session))
    cuts = {question.id: grouper.cut(question.text) for question in found}
    near = {key: label for one in cuts.values() for key, label in known.near(one).items()}
    weights, nearby = grouper.weights([*cuts.values(), *near.values()]), cache(grouper.nearby)
    grown: set[int] = set()
    for question in found:
        asked = cuts[question.id]
        cluster_id = known.nearest(asked, weights, nearby, grouper.rules.alike)
        if cluster_id is None:
            cluster_id = _begin(uow, question)
            known.add(cluster_id, asked)
        _join(uow, question, cluster_id)
        grown.add(cluster_id)
    uow.session.flush()
    for cluster_id in sorted(grown):
        _settle(uow, grouper, cluster_id)
        _reopen(uow, cluster_id, grouper.rules.at_least)
    return len(found)


def forget(uow: UnitOfWork, keep: timedelta, limit: int = BATCH) -> int:
    """Forget questions older than `keep`, and clusters that nothing is left of; returns how many questions."""
    before = uow.now - keep
    old = select(AskedQuestion.id).where(AskedQuestion.at < before).order_by(AskedQuestion.at).limit(limit)
    ids = list(uow.session.scalars(old.with_for_update(skip_locked=True)))
    uow.session.execute(delete(AskedQuestion).where(AskedQuestion.id.in_(ids)))
    if not ids:
        asked = exists().where(AskedQuestion.cluster_id == QuestionCluster.id)
        owed = exists().where(KnowledgeTask.cluster_id == QuestionCluster.id)
        uow.session.execute(delete(QuestionCluster).where(QuestionCluster.last_at < before, ~asked, ~owed))
    return len(ids)


def _parts(tokens: Sequence[str]) -> Iterator[Sequence[str]]:
    return (tokens[at : at + ASKED_AT_ONCE] for at in range(0, len(tokens), ASKED_AT_ONCE))


def _active(session: Session) -> list[QuestionCluster]:
    query = select(QuestionCluster).order_by(QuestionCluster.last_at.desc(), QuestionCluster.id.desc())
    return list(session.scalars(query.limit(CLUSTERS_AT_MOST)))


def _begin(uow: UnitOfWork, question: AskedQuestion) -> int:
    cluster = QuestionCluster(label=question.text[:LABEL_CHARACTERS], size=0, first_at=question.at, last_at=question.at)
    uow.session.add(cluster)
    uow.session.flush()
    return cluster.id


def _join(uow: UnitOfWork, question: AskedQuestion, cluster_id: int) -> None:
    cluster = uow.session.get_one(QuestionCluster, cluster_id)
    question.cluster_id = cluster_id
    cluster.size += 1
    cluster.first_at = min(cluster.first_at, question.at)
    cluster.last_at = max(cluster.last_at, question.at)


def _settle(uow: UnitOfWork, grouper: Grouper, cluster_id: int) -> None:
    """Name a cluster by the plainest of its last questions; propose who owes the answer once it counts."""
    cluster = uow.session.get_one(QuestionCluster, cluster_id)
    texts = examples(uow.session, [cluster_id], READ_FOR_LABEL)[cluster_id]
    cuts = [grouper.cut(one) for one in texts]
    if len(cuts) > 1:
        cluster.label = clustering.plainest(cuts, grouper.weights(cuts)).text[:LABEL_CHARACTERS]
    if cluster.size >= grouper.rules.at_least and cluster.category_code is None and cluster.unit_id is None:
        proposed = grouper.propose(uow.session, "\n".join(texts))
        cluster.category_code, cluster.unit_id = proposed.category_code, proposed.unit_id


def _reopen(uow: UnitOfWork, cluster_id: int, at_least: int) -> None:
    """An answer that as many did not find since it was worded is none: the cluster waits again, and may be assigned again."""
    cluster = uow.session.get_one(QuestionCluster, cluster_id)
    article = uow.session.get(Article, cluster.article_id) if cluster.article_id is not None else None
    if article is None or article.state not in ANSWERING:
        return
    since = AskedQuestion.cluster_id == cluster_id, AskedQuestion.at > article.updated_at
    if (uow.session.scalar(select(func.count()).where(*since)) or 0) < at_least:
        return
    cluster.article_id = None
    over = KnowledgeTask.cluster_id == cluster_id, KnowledgeTask.state.in_((TaskState.ANSWERED, TaskState.CLOSED))
    for task in uow.session.scalars(select(KnowledgeTask).where(*over).with_for_update()):
        task.cluster_id = None


def examples(session: Session, cluster_ids: Collection[int], most: int) -> dict[int, list[str]]:
    """So many wordings of each cluster, the last asked first, each once."""
    place = func.row_number().over(partition_by=AskedQuestion.cluster_id, order_by=func.max(AskedQuestion.id).desc())
    grouped = select(AskedQuestion.cluster_id, AskedQuestion.text, place.label("place"))
    grouped = grouped.where(AskedQuestion.cluster_id.in_(cluster_ids)).group_by(AskedQuestion.cluster_id, AskedQuestion.text)
    ranked = grouped.subquery()
    query = select(ranked.c.cluster_id, ranked.c.text).where(ranked.c.place <= most).order_by(ranked.c.place)
    found: dict[int, list[str]] = {cluster_id: [] for cluster_id in cluster_ids}
    for cluster_id, asked in session.execute(query):
        found[cluster_id].append(asked)
    return found
