"""Live cards: while a caller speaks or someone types, at most a few articles, steady on the screen, each with its sentence."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from knowledge_base.answers import Answer, Desk, Found, look, measure
from knowledge_base.narrowing import Areas
from knowledge_base.policy import AnswerPolicy
from knowledge_base.search import Reader
from knowledge_base.shelves import Shelf

LONG_SENTENCE = 40
LONGEST_TEXT = 2000
"""Characters from the end of the text that are looked at."""
OLDEST = 12
"""Sentences from the end that are looked at."""
_ENDS = re.compile(r"[。！？!?；;\n\r]+")
_PAUSES = re.compile(r"[，,、]+")


@dataclass(frozen=True)
class Card:
    """An article on the agent's screen and the sentence that called it."""

    answer: Answer
    sentence: str


@dataclass(frozen=True)
class _Call:
    """A sentence calls a card: `strength` is its confidence, fading as the talk goes on."""

    card: Card
    strength: float


def cards(
    shelf: Shelf, desk: Desk, text: str, *, shown: Sequence[int], reader: Reader, today: date, areas: Areas = None
) -> list[Card]:
    """The cards for a text that grows. `shown` are the article ids on the screen now, in their order.

    What is said for places other than `areas` calls no card. Only a sentence not seen before asks the index. Sentences said
    earlier cannot call new cards, only keep those shown.
    """
    spoken = list(reversed(sentences_of(text)))[:OLDEST]
    founds = [_found(desk, sentence, reader, today, areas) for sentence in spoken[: desk.policy.sentences]]
    founds += [Found(sentence, dict.fromkeys(shown, 0.0)) for sentence in spoken[desk.policy.sentences :]]
    founds.append(Found("", dict.fromkeys(shown, 0.0)))
    best = dict[int, _Call]()
    for age, (found, ranked) in enumerate(zip(founds, measure(shelf, desk, founds, reader=reader, today=today), strict=True)):
        for one in ranked:
            strength = one.confidence * desk.policy.faded**age
            if one.article_id not in best or strength > best[one.article_id].strength:
                best[one.article_id] = _Call(Card(one, found.question), strength)
    return [best[key].card for key in steady(shown, {key: call.strength for key, call in best.items()}, desk.policy)]


def look_up(
    shelf: Shelf, desk: Desk, text: str, *, shown: Sequence[int], reader: Reader, today: date, areas: Areas = None
) -> list[Card]:
    """The cards for words that somebody types to look something up: free places go to whatever comes nearest."""
    found = cards(shelf, desk, text, shown=shown, reader=reader, today=today, areas=areas)
    known = {card.answer.article_id for card in found}
    whole = measure(shelf, desk, [_found(desk, text.strip(), reader, today, areas)], reader=reader, today=today)[0]
    near = [Card(one, text.strip()) for one in whole if one.article_id not in known]
    return [*found, *near][: desk.policy.cards]


def is_degraded(desk: Desk, text: str, *, reader: Reader, today: date, areas: Areas = None) -> bool:
    """Whether a spare index answered the latest sentence."""
    return any(_found(desk, sentence, reader, today, areas).degraded for sentence in sentences_of(text)[-1:])


def steady(shown: Sequence[int], sure: Mapping[int, float], policy: AnswerPolicy) -> list[int]:
    """Which articles to show, in which order: what is on the screen keeps its place until a newcomer clearly beats it.

    `sure` maps article ids to strength. A newcomer needs `card_at`; it takes a free place, or that of the weakest card when
    it is surer by `card_beaten_by`. A shown card that is not in `sure` may no longer be read, and goes.
    """
    kept = [key for key in shown if key in sure][: policy.cards]
    newcomers = sorted(
        (key for key in sure if key not in kept and sure[key] >= policy.card_at), key=lambda key: (-sure[key], key)
    )
    for newcomer in newcomers:
        if len(kept) < policy.cards:
            kept.append(newcomer)
            continue
        weakest = min(kept, key=lambda key: sure[key])
        if sure[newcomer] < sure[weakest] + policy.card_beaten_by:
            break
        kept[kept.index(weakest)] = newcomer
    return kept


def sentences_of(text: str) -> list[str]:
    """The sentences in their order; one too long to be a single thought is cut at its pauses."""
    found: list[str] = []
    for sentence in _ENDS.split(text[-LONGEST_TEXT:]):
        found += _PAUSES.split(sentence) if len(sentence) > LONG_SENTENCE else [sentence]
    return [sentence.strip() for sentence in found if sentence.strip()]


def _found(desk: Desk, sentence: str, reader: Reader, today: date, areas: Areas) -> Found:
    key = (reader, today, areas, sentence)
    return desk.found.get(key) or desk.found.put(key, look(desk, sentence, reader=reader, today=today, areas=areas))
