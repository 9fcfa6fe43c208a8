"""The same matter again? Earlier tickets that look like the one being taken in, with reasons. A person decides, always.

Search hands over candidates, RapidFuzz compares their words (blank-joined: it cannot see words in running Chinese), then place,
category and time count. The caller's own tickets come first and need no search.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import resources

import yaml
from rapidfuzz import fuzz
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel.errors import Unavailable
from hotline.kernel.scope import Scope
from hotline.kernel.search.analysis import Analyzer
from hotline.kernel.search.query import Search
from hotline.tickets import queries, searching
from hotline.tickets.indexing import TICKETS, without_numbers
from hotline.tickets.models import Ticket

COMPARED_CHARACTERS = 200
"""Title and this much of the body tell one matter from another; the rest is the story around it."""
TELLING = frozenset({"same-citizen", "same-words", "same-place"})
"""Reasons of which a repeat needs one: a city has many tickets of one category on one day."""


@dataclass(frozen=True)
class Weights:
    """The figures of `data/duplicates.yaml`."""

    window_days: int
    candidates: int
    offered_at: float
    offered: int
    same_words_at: float
    same_place_at: float
    words: float
    place: float
    category: float
    time: float
    same_citizen: float


@dataclass(frozen=True)
class Matter:
    """What is known so far of the claim being taken in; empty parts neither help nor hurt."""

    title: str = ""
    body: str = ""
    address: str = ""
    area_code: str | None = None
    category_code: str | None = None
    citizen_id: int | None = None
    ticket_id: int | None = None


@dataclass(frozen=True)
class Repeat:
    """An earlier ticket: score 0-1 and why, of same-citizen, same-words, same-place, same-category."""

    ticket_id: int
    score: float
    reasons: tuple[str, ...]


@cache
def packaged_weights() -> Weights:
    """The figures that come with the package."""
    text = resources.files("hotline.intake").joinpath("data", "duplicates.yaml").read_text(encoding="utf-8")
    return Weights(**yaml.safe_load(text))


def find(session: Session, search: Search, scope: Scope, matter: Matter, *, now: datetime) -> list[Repeat]:
    """Earlier tickets this scope may see that look like the same matter, the caller's own first, then by score.

    Where the index does not answer, the caller's own tickets are still compared.
    """
    weights = packaged_weights()
    since = now - timedelta(days=weights.window_days)
    earlier = {ticket.id: ticket for ticket in _own(session, scope, matter, since)}
    found = _searched(search, scope, matter, since)
    query = select(Ticket).where(Ticket.id.in_(found), Ticket.opened_at >= since, queries.visible(scope))
    earlier |= {ticket.id: ticket for ticket in session.scalars(query)}
    earlier.pop(matter.ticket_id or 0, None)
    return best(search.analyzer, matter, earlier.values(), weights=weights, now=now)


def best(analyzer: Analyzer, matter: Matter, earlier: Iterable[Ticket], *, weights: Weights, now: datetime) -> list[Repeat]:
    """Those of the earlier tickets that look like the same matter. Touches no database."""
    repeats = [compare(analyzer, matter, ticket, weights=weights, now=now) for ticket in earlier]
    likely = [repeat for repeat in repeats if repeat.score >= weights.offered_at and TELLING.intersection(repeat.reasons)]
    likely.sort(key=lambda repeat: ("same-citizen" not in repeat.reasons, -repeat.score, -repeat.ticket_id))
    return likely[: weights.offered]


def compare(analyzer: Analyzer, matter: Matter, ticket: Ticket, *, weights: Weights, now: datetime) -> Repeat:
    """How much the matter looks like that ticket's."""
    words = _likeness(_spaced(analyzer, matter.title, matter.body), _spaced(analyzer, ticket.title, ticket.body))
    place = _same_place(analyzer, matter, ticket)
    category = float(matter.category_code is not None and matter.category_code == ticket.category_code)
    age = max((now - ticket.opened_at) / timedelta(days=weights.window_days), 0.0)
    citizen = matter.citizen_id is not None and matter.citizen_id == ticket.citizen_id
    score = weights.words * words + weights.place * place + weights.category * category + weights.time * max(1 - age, 0.0)
    # Two tickets of one street on one day are not one matter: without words in common the rest says nothing.
    score = score * min(1.0, words / weights.same_words_at) + weights.same_citizen * citizen
    given = {
        "same-citizen": citizen,
        "same-words": words >= weights.same_words_at,
        "same-place": place >= weights.same_place_at,
        "same-category": category > 0,
    }
    return Repeat(ticket.id, round(min(score, 1.0), 3), tuple(reason for reason, holds in given.items() if holds))


def _own(session: Session, scope: Scope, matter: Matter, since: datetime) -> list[Ticket]:
    if matter.citizen_id is None:
        return []
    own = Ticket.citizen_id == matter.citizen_id
    query = select(Ticket).where(own, Ticket.opened_at >= since, queries.visible(scope))
    return list(session.scalars(query.order_by(Ticket.opened_at.desc()).limit(packaged_weights().candidates)))


def _searched(search: Search, scope: Scope, matter: Matter, since: datetime) -> list[int]:
    text = _compared(matter.title, matter.body) + "\n" + matter.address
    try:
        hits = search.find(TICKETS, text, searching.filters(scope, since.date()), size=packaged_weights().candidates).hits
    except Unavailable:
        return []
    return [int(hit.id) for hit in hits]


def _compared(title: str, body: str) -> str:
    return without_numbers(f"{title}\n{body[:COMPARED_CHARACTERS]}")


def _spaced(analyzer: Analyzer, title: str, body: str) -> str:
    return " ".join(analyzer.words(_compared(title, body)))


def _likeness(one: str, other: str) -> float:
    """0-1. token_set_ratio is 100 for any part of a text, so the plain order-free ratio keeps it down."""
    if not one or not other:
        return 0.0
    part = fuzz.token_set_ratio(one, other, processor=None)
    whole = fuzz.token_sort_ratio(one, other, processor=None)
    return float(part + whole) / 200


def _same_place(analyzer: Analyzer, matter: Matter, ticket: Ticket) -> float:
    area = float(matter.area_code is not None and matter.area_code == ticket.area_code)
    if not matter.address or not ticket.address:
        return area
    one, other = (" ".join(analyzer.words(text)) for text in (matter.address, ticket.address))
    return max(float(fuzz.token_set_ratio(one, other, processor=None)) / 100, area * 0.5)
