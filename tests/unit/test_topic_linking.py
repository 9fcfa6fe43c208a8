"""What is linked by neighbours alone is what plain average link over all pairs gives, where topics are told apart."""

import random
from dataclasses import replace

import numpy as np
import pytest
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from hotline.insight import hot_topic_rules, topic_linking, topic_vectors
from hotline.insight.hot_topic_rules import Likeness
from hotline.insight.topic_vectors import Vectors
from sla import packaged

TOPICS, MESSAGES, WORDS, SAID = 30, 12, 20, 9
"""Topics, messages of each, words that a topic has, and how many of them one message says."""


@pytest.fixture(scope="module")
def rules() -> Likeness:
    return replace(hot_topic_rules.read(packaged.rule_values()).likeness, alike=0.3, plenty=hot_topic_rules.FEWEST)


def told(seed: int) -> Vectors:
    """Messages without places, all of one moment: their words alone tell them apart."""
    chance = random.Random(seed)
    topics = [topic for topic in range(TOPICS) for _ in range(MESSAGES)]
    chance.shuffle(topics)
    rows = [[f"{topic}-{word}" for word in chance.sample(range(WORDS), SAID)] for topic in topics]
    common = [[f"all-{word}" for word in chance.sample(range(40), 3)] for _ in rows]
    counted = topic_vectors.counted([*row, *more] for row, more in zip(rows, common, strict=True))
    return topic_vectors.made(counted, [[] for _ in rows], [0.0] * len(rows))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_topics_are_those_of_plain_average_link(rules: Likeness, seed: int) -> None:
    vectors = told(seed)

    found = topic_linking.linked(vectors, replace(rules, near=len(vectors)))

    distances = 1 - (vectors.words @ vectors.words.T).toarray()
    np.fill_diagonal(distances, 0)
    labels = fcluster(linkage(squareform(distances, checks=False), "average"), 1 - rules.alike, "distance")
    plain = sorted(np.flatnonzero(labels == label).tolist() for label in np.unique(labels))
    assert found == [rows for rows in plain if len(rows) > 1]


def test_each_row_brings_its_nearest_alone(rules: Likeness) -> None:
    vectors = told(seed=4)

    few, many = (topic_linking.neighbours(vectors, replace(rules, near=near)) for near in (2, 20))

    assert len(few.ones) <= 2 * len(vectors) < len(many.ones)
    assert (few.ones < few.others).all()
    assert few.likeness.mean() > many.likeness.mean()


def test_of_no_messages_there_are_no_topics(rules: Likeness) -> None:
    nothing = topic_vectors.made(topic_vectors.counted([]), [], [])

    assert topic_linking.linked(nothing, rules) == []
