"""Hot topics among made messages: seconds and how well they are found, beside plain average link over all pairs (scipy).

`python -m benchmarks.hot_topics [small|full]`. Plain average link needs every distance, so it stops at a few thousand; ours is
also timed at a year of a city.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks.frame import Row, seconds, table
from hotline.insight import hot_topic_rules, hotspots
from hotline.insight.hotspots import Message
from hotline.kernel.search.analysis import Analyzer, packaged_words
from sla import packaged
from tests import made_messages
from tests.made_messages import Made

PEER = "scikit-learn TF-IDF, scipy average link"
SIZES = {"small": (600, 2_000), "full": (4_300, 100_000)}
"""Messages of which all pairs are compared by the peer; messages for ours alone."""
DISTANCES = (0.65, 0.7, 0.75, 0.8, 0.85, 0.9)
"""Where the peer is cut; the best of them counts for it."""
SEED = 12
YEAR = 365


@dataclass
class Timing:
    """What a run found, so that it is timed and looked at in one go."""

    topics: list[tuple[str, ...]]


def run(size: str = "full") -> list[Row]:
    """Measure at that size (small, full)."""
    few, many = SIZES[size]
    messages = made_messages.made(few, seed=SEED)
    truth = {one.id: one.topic for one in messages}
    ours, theirs = Timing([]), Timing([])
    took = seconds(lambda: _ours(messages, ours), repeat=1)
    cut, plain = DISTANCES[0], 0.0
    trees = list[np.ndarray]()
    took_too = seconds(lambda: trees.append(_linked(messages)), repeat=1)
    for distance, topics in _cut(messages, trees[0]):
        if _f1(topics, truth) > plain:
            cut, plain, theirs.topics = distance, _f1(topics, truth), topics
    year = made_messages.made(many, seed=SEED, days=YEAR)
    of_year = Timing([])
    took_year = seconds(lambda: _ours(year, of_year), repeat=1)
    note = f"peer at its best distance, {cut}; ours at the packaged rules"
    big, big_too = (made_messages.best(found.topics, truth, top=20) for found in (ours, theirs))
    return [
        Row(f"topics of {few:,} messages", took, "s", PEER, took_too, "words cut and places read included in ours"),
        Row(f"F1 of pairs, {few:,} messages", _f1(ours.topics, truth), "F1", PEER, plain, note),
        Row(f"F1 of the 20 biggest topics, {few:,} messages", big, "F1", PEER, big_too, note),
        Row(f"topics of {many:,} messages", took_year, "s", note=f"{len(of_year.topics):,} topics of three messages and more"),
    ]


def main() -> None:
    """Print the table; the first argument is the size."""
    print(table(run(sys.argv[1] if len(sys.argv) > 1 else "full")))


def _ours(messages: Sequence[Made], into: Timing) -> None:
    given = [Message(one.id, one.time, one.title, one.text, one.place) for one in messages]
    rules = hot_topic_rules.read(packaged.rule_values())
    if len(messages) < SIZES["full"][1]:
        rules = hot_topic_rules.at_least(rules, 2)
    into.topics = [one.ids for one in hotspots.found(given, rules, Analyzer(packaged_words()))]


def _linked(messages: Sequence[Made]) -> np.ndarray:
    """Average link over the distances of all pairs."""
    cut = Analyzer(packaged_words())
    texts = [f"{one.title}\n{one.text[:200]}" for one in messages]
    words = TfidfVectorizer(analyzer=cut.words, sublinear_tf=True).fit_transform(texts)
    distances = np.clip(1 - (words @ words.T).toarray(), 0, 1)
    np.fill_diagonal(distances, 0)
    found: np.ndarray = linkage(squareform(distances, checks=False), "average")
    return found


def _cut(messages: Sequence[Made], tree: np.ndarray) -> list[tuple[float, list[tuple[str, ...]]]]:
    return [(distance, _grouped(messages, fcluster(tree, distance, "distance"))) for distance in DISTANCES]


def _grouped(messages: Sequence[Made], labels: np.ndarray) -> list[tuple[str, ...]]:
    groups: dict[int, list[str]] = {}
    for one, label in zip(messages, labels.tolist(), strict=True):
        groups.setdefault(label, []).append(one.id)
    return [tuple(ids) for ids in groups.values() if len(ids) > 1]


def _f1(topics: Sequence[Sequence[str]], truth: dict[str, int]) -> float:
    precision, recall = made_messages.pairs(topics, truth)
    return 2 * precision * recall / max(precision + recall, 1e-9)


if __name__ == "__main__":
    main()
