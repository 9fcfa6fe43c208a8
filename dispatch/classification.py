"""Which category a text speaks of, by the typical words of the category tree. Pure; learnt ranking comes beside it later.

The confidences add up to less than 1 and are not calibrated: they order guesses and weigh them against other evidence.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import ahocorasick
from rapidfuzz import fuzz

from dispatch.rules import ClassificationRules


@dataclass(frozen=True)
class CategoryWords:
    """A category as far as words go. `lineage` is the codes above it, from the root down; only leaves are guessed."""

    code: str
    name: str
    words: tuple[str, ...]
    lineage: tuple[str, ...]
    leaf: bool


@dataclass(frozen=True)
class Guess:
    """A category with a confidence of 0-1 and the words of the text (or nearly so) that speak for it."""

    code: str
    name: str
    confidence: float
    words: tuple[str, ...]


def classify(text: str, categories: Sequence[CategoryWords], rules: ClassificationRules, limit: int = 5) -> list[Guess]:
    """The most likely leaves, best first; empty when no word of any category falls."""
    read = text[: rules.text_length]
    owners = _owners(categories)
    found = _exact(read, owners) or _near(read, owners, rules)
    if not found:
        return []
    weights = _word_weights(found, owners)
    scored = [(_score(category, weights, owners, rules), category) for category in categories if category.leaf]
    best = sorted((pair for pair in scored if pair[0] > 0), key=lambda pair: (-pair[0], pair[1].code))[:limit]
    whole = sum(score for score, _ in best) + rules.doubt
    return [
        Guess(category.code, category.name, score / whole, _speaking(category, weights, owners)) for score, category in best
    ]


def _owners(categories: Iterable[CategoryWords]) -> dict[str, set[str]]:
    owners: dict[str, set[str]] = defaultdict(set)
    for category in categories:
        for word in (*category.words, category.name):
            if len(word) > 1:
                owners[word].add(category.code)
    return owners


def _exact(text: str, owners: Mapping[str, set[str]]) -> dict[str, float]:
    """Words that stand in the text, each with 1."""
    if not owners:
        return {}
    automaton = ahocorasick.Automaton()
    for word in owners:
        automaton.add_word(word, word)
    automaton.make_automaton()
    return {word: 1.0 for _, word in automaton.iter(text)}


def _near(text: str, owners: Mapping[str, set[str]], rules: ClassificationRules) -> dict[str, float]:
    """Long words that almost stand in the text, as speech recognition or a typist leaves them; each with its weight."""
    long_words = [word for word in owners if len(word) >= rules.near_word_length]
    return {word: rules.near_word for word in long_words if fuzz.partial_ratio(word, text) >= rules.near_word_ratio}


def _word_weights(found: Mapping[str, float], owners: Mapping[str, set[str]]) -> dict[str, float]:
    """Longer words and words that fewer categories have tell more."""
    return {word: weight * len(word) / 2 / len(owners[word]) for word, weight in found.items()}


def _score(
    category: CategoryWords, weights: Mapping[str, float], owners: Mapping[str, set[str]], rules: ClassificationRules
) -> float:
    own = sum(weight for word, weight in weights.items() if category.code in owners[word])
    above = sum(weight for word, weight in weights.items() if not owners[word].isdisjoint(category.lineage))
    return rules.own_word * own + rules.inherited_word * above


def _speaking(category: CategoryWords, weights: Mapping[str, float], owners: Mapping[str, set[str]]) -> tuple[str, ...]:
    family = {category.code, *category.lineage}
    counted = Counter({word: weight for word, weight in weights.items() if owners[word] & family})
    return tuple(word for word, _ in counted.most_common())
