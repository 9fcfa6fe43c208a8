"""How much of a matter a clause tells: its words by their meaning, its place in the talk and its form, weighed. Pure.

Words are weighed by their direction of meaning (`word_vectors`), so that a word nobody foresaw counts as its likes do. Weights
are data, fitted by `clause_fit` to the titles people gave to written calls. Called by `matter`.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

import numpy as np

from hotline.intake.drafting.cues import load_cues
from hotline.intake.drafting.topics import topic_words
from hotline.intake.word_vectors import packaged_vectors
from hotline.kernel.search.analysis import Analyzer, packaged_words

FILE = "draft_clauses.json"
SHORT = 5
FIRST_POINTS, LATER_LOSS = 3.0, 0.75
"""Of clauses of the first turn; the loss of each turn behind it."""
MOST = 3
LONGEST = 20
_HAN = re.compile(r"[\u3400-\u9fff]")
_AMOUNT = re.compile(r"[\d零〇一二三四五六七八九十百千万两]{2,}")
_ASKS = re.compile(r"什么|怎么|多少|几|哪|吗$|呢$|能不能|有没有|要不要|可不可以|是不是|咋|啥")
_FRAMES = ("投诉", "举报", "咨询", "建议", "反映", "表扬", "请问", "想问", "问一下", "感谢", "求助", "问问", "告")
"""What only announces the matter."""


@dataclass(frozen=True)
class Weights:
    """`words`: one for each figure of a word (`word_figures`); `figures`: one for each of a clause."""

    words: np.ndarray
    figures: Mapping[str, float]


@dataclass(frozen=True)
class Spot:
    """Where a clause stands: which of the caller's turns it is in (from 0), which clause of it, and what it names."""

    turn: int = 0
    clause: int = 0
    names_place: bool = False
    names_category: bool = False
    hearsay: bool = False


@cache
def load_weights() -> Weights:
    """The weights that come with the package."""
    text = resources.files("hotline.intake").joinpath("data", FILE).read_text(encoding="utf-8")
    found = json.loads(text)
    return Weights(np.asarray(found["words"], float), found["figures"])


@lru_cache(4096)
def words_of(text: str) -> tuple[str, ...]:
    """The Chinese words of the text, in order."""
    return tuple(word for word in _analyzer().words(text) if _HAN.search(word))


def word_figures(words: Sequence[str]) -> np.ndarray:
    """A row for each word: its direction, how rare it is, whether it is one character, whether it names a matter, 1."""
    vectors = packaged_vectors()
    plain = [(vectors.weight(word), len(word) == 1, bool(topic_words(word)), 1.0) for word in words]
    found: np.ndarray = np.hstack((vectors.rows(words), np.asarray(plain, float).reshape(len(words), 4)))
    return found


def chances(words: Sequence[str], weights: np.ndarray) -> np.ndarray:
    """How probably (0-1) each word belongs to what is told of the matter."""
    found: np.ndarray = 1 / (1 + np.exp(-word_figures(words) @ weights))
    return found


def figures(matter: str, clause: str, spot: Spot, weights: np.ndarray) -> dict[str, float]:
    """What is known of a clause and the `matter` in it (the clause without talk around it)."""
    words, cues = words_of(matter), load_cues()
    told = chances(words, weights) if words else np.zeros(1)
    return {
        "words": min(float(told.sum()), 1.0),
        "best": float(told.max()),
        "mean": float(told.mean()),
        "topics": min(len(topic_words(matter)), MOST),
        "problems": min(sum(word in matter for word in cues.problems), MOST),
        "length": min(len(matter), LONGEST) / LONGEST,
        "short": float(len(matter) < SHORT),
        "long": float(len(matter) > LONGEST),
        "early": max(0.0, FIRST_POINTS - spot.turn * LATER_LOSS),
        "later_clause": float(min(spot.clause, MOST)),
        "place": float(spot.names_place),
        "category": float(spot.names_category),
        "hearsay": float(spot.hearsay),
        "announced": float(any(word in clause and word not in matter for word in _FRAMES)),
        "frame_left": float(any(word in matter for word in _FRAMES)),
        "cue": float(any(word in matter for kind in cues.types.values() for word in kind if word not in _FRAMES)),
        "wish": float(any(clause.startswith(word) for word in cues.wishes)),
        "asks": float(_ASKS.search(clause) is not None),
        "amount": float(_AMOUNT.search(clause) is not None),
        "bias": 1.0,
    }


def tells(matter: str, clause: str, spot: Spot, weights: Weights) -> float:
    """The share (about 0-1) of what a person would call the matter that the clause tells."""
    found = figures(matter, clause, spot, weights.words)
    return sum(value * weights.figures.get(name, 0.0) for name, value in found.items())


@cache
def _analyzer() -> Analyzer:
    return Analyzer(packaged_words())
