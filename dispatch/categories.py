"""Which category a text speaks of: by the live ranker, and by the typical words of the tree for what it has not learnt.

Called by the ranking of units, by drafts and by whoever asks for categories alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.classification import CategoryWords, Guess
from dispatch.classification import classify as classify_words
from dispatch.features import Reading
from dispatch.rules import load_rules
from dispatch.shelf import Live
from hotline.tickets.models import Category

LEAST = 0.01
"""Less probable categories are not proposed."""


@dataclass(frozen=True)
class Tree:
    """The categories in use as words, and the names of each one's way from the root."""

    words: list[CategoryWords]
    paths: dict[str, str]


def tree_of(session: Session) -> Tree:
    """The category tree."""
    rows = session.scalars(select(Category).where(Category.active).order_by(Category.code)).all()
    parents, names = {row.parent_code for row in rows}, {row.code: row.name for row in rows}
    words, paths = list[CategoryWords](), dict[str, str]()
    for row in rows:
        path = [part for part in row.path.split("/") if part]
        lineage = tuple(part for part in path if part != row.code)
        leaf = row.code not in parents and row.handling_path is None
        words.append(CategoryWords(row.code, row.name, tuple(row.typical), lineage, leaf))
        paths[row.code] = "/".join(names[part] for part in path if part in names)
    return Tree(words, paths)


def classify(tree: Tree, reading: Reading, live: Live | None, limit: int = 5) -> list[Guess]:
    """Likely categories (leaves), best first; without a live ranker by typical words, whose confidence is no probability."""
    by_words = classify_words(reading.text, tree.words, load_rules().classification, limit)
    if live is None:
        return by_words
    learnt = _learnt(tree, reading, live, limit)
    return sorted([*learnt, *_not_learnt(by_words, learnt, live)], key=lambda guess: (-guess.confidence, guess.code))[:limit]


def _learnt(tree: Tree, reading: Reading, live: Live, limit: int) -> list[Guess]:
    model = live.model.categories
    row = model.rows([reading])
    answer = model.answers(row, 2 * limit)[0]
    names = {one.code: one.name for one in tree.words if one.leaf}
    return [
        Guess(code, names[code], round(share, 4), model.words(row, code))
        for code, share in zip(answer.labels, answer.probabilities, strict=True)
        if code in names and share >= LEAST
    ]


def _not_learnt(by_words: Sequence[Guess], learnt: Sequence[Guess], live: Live) -> list[Guess]:
    """Guesses of categories that no ticket taught share what the ranker leaves over."""
    left = max(1.0 - sum(guess.confidence for guess in learnt), 0.0)
    known = set(live.model.categories.labels)
    new = [guess for guess in by_words if guess.code not in known]
    shares = [Guess(one.code, one.name, round(left * one.confidence, 4), one.words) for one in new]
    return [guess for guess in shares if guess.confidence >= LEAST]
