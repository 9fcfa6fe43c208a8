"""The same matter again? Earlier tickets that look like the one being taken in, with reasons. A person decides, always.

Search hands over candidates by the rarest words, `comparing` weighs each. The caller's own tickets come first and need no
search. Called by the console, the dispatch desk and `benchmarks/duplicates.py`.
"""

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.intake import repeat_decisions
from hotline.intake.comparing import Comparison, Matter, Repeat, Surroundings, compared, packaged_weights, words_of
from hotline.intake.likeness import Reader
from hotline.intake.repeat_rules import RepeatRules
from hotline.intake.word_vectors import packaged_vectors
from hotline.kernel.errors import Unavailable
from hotline.kernel.scope import Scope
from hotline.kernel.search.port import CompiledQuery
from hotline.kernel.search.query import Search
from hotline.people.models import Area
from hotline.tickets import merging, queries, rights, searching
from hotline.tickets.indexing import TICKETS
from hotline.tickets.models import Category, Ticket
from hotline.tickets.rights import Right

Incidents = Callable[[Session, Collection[int]], Mapping[int, int]]
"""Which of the tickets belong to which incident."""
Opinion = Callable[[str, Sequence[str]], Sequence[float]]
"""How near in meaning texts are to a text (a figure each, or none at all): a sentence model's, and only asked of a few."""
LONGEST_READ = 400
"""Characters of a text that words to search by are taken from."""


def no_incidents(session: Session, ticket_ids: Collection[int]) -> Mapping[int, int]:
    """Where nobody keeps incidents."""
    return {}


def no_opinion(text: str, others: Sequence[str]) -> Sequence[float]:
    """Where no sentence model is."""
    return ()


@dataclass(frozen=True)
class Terms:
    """What a city lays down for repeats: rules, thresholds by category ("" for all others), and who knows the incidents.

    `opinion` is a sentence model's, asked of the `opinions` most likely tickets alone: a text takes it 20 ms.
    """

    rules: RepeatRules
    thresholds: Mapping[str, float] = field(default_factory=dict)
    incidents: Incidents = no_incidents
    opinion: Opinion = no_opinion

    def threshold(self, category_code: str | None) -> float:
        """From which score on a repeat of that category is offered."""
        found = self.thresholds.get(category_code or "", self.thresholds.get(""))
        return self.rules.threshold if found is None else found


def find(session: Session, search: Search, scope: Scope, matter: Matter, terms: Terms, *, now: datetime) -> list[Repeat]:
    """Earlier tickets this scope may see that look like the same matter, the caller's own first, then by score.

    Where the index does not answer, the caller's own tickets are still compared. What a person rejected is not offered again;
    reports and confidential tickets are offered beside their own caller's matter alone, to who may know whose they are.
    """
    since = now - timedelta(days=terms.rules.window_days)
    earlier = {ticket.id: ticket for ticket in _own(session, scope, matter, since, terms.rules.candidates)}
    found = _searched(search, scope, matter, since, terms.rules.candidates)
    query = select(Ticket).where(Ticket.id.in_(found), Ticket.opened_at >= since, queries.visible(scope))
    earlier |= {ticket.id: ticket for ticket in session.scalars(query)}
    for gone in (matter.ticket_id or 0, *repeat_decisions.rejected(session, matter)):
        earlier.pop(gone, None)
    if not earlier:
        return []
    comparison = _comparison(session, search, matter, earlier, terms, now)
    open_to = [one for one in earlier.values() if merging.may_merge(one) or _may_know_as_own(scope, matter, one)]
    return best(compared_with(comparison, open_to, terms), terms, matter.category_code)


def compared_with(comparison: Comparison, tickets: Iterable[Ticket], terms: Terms) -> list[Repeat]:
    """Each ticket compared; the most likely ones again with the opinion of a sentence model. Touches no database."""
    known = {ticket.id: ticket for ticket in tickets}
    alike = {ticket_id: comparison.with_ticket(ticket) for ticket_id, ticket in known.items()}
    likely = sorted(known.values(), key=lambda ticket: -alike[ticket.id].score)[: packaged_weights().opinions]
    said = terms.opinion(comparison.words, [words_of(ticket) for ticket in likely]) if likely else ()
    for ticket, opinion in zip(likely, said, strict=False):  # none, or one each
        alike[ticket.id] = comparison.with_ticket(ticket, opinion)
    return list(alike.values())


def best(repeats: Iterable[Repeat], terms: Terms, category_code: str | None) -> list[Repeat]:
    """Those that are offered, at most so many. Touches no database."""
    threshold = terms.threshold(category_code)
    likely = [repeat for repeat in repeats if repeat.score >= threshold and repeat.tells]
    likely.sort(key=lambda repeat: (not repeat.same_citizen, -repeat.score, -repeat.ticket_id))
    return likely[: terms.rules.shown]


def between(session: Session, search: Search, matter: Matter, other: Ticket, terms: Terms, *, now: datetime) -> Repeat:
    """How much the matter looks like that one ticket's, whatever the score: what a decision stands on."""
    return compared_with(_comparison(session, search, matter, {other.id: other}, terms, now), [other], terms)[0]


def matter_of(ticket: Ticket) -> Matter:
    """A ticket as a matter that may be a repeat."""
    plain = ("title", "body", "address", "area_code", "category_code", "citizen_id", "wanted")
    return Matter(**{name: getattr(ticket, name) for name in plain}, ticket_id=ticket.id)


def telling_query(search: Search, matter: Matter) -> CompiledQuery:
    """The rarest words of a matter, as said and as they were probably meant, so many that not too much has to be read.

    A long text must not ask for every word, and among a million tickets a word that every tenth holds finds a hundred thousand.
    """
    text = compared(matter.title, matter.body[:LONGEST_READ], matter.address)
    tokens = (*search.analyzer.tokens(text), *search.analyzer.tokens(search.analyzer.repaired(text)))
    held = search.backend.counts(TICKETS, tokens)
    weights = packaged_weights()
    rarest = sorted((token for token in dict.fromkeys(tokens) if held[token]), key=held.__getitem__)[: weights.telling_tokens]
    within = bisect_right(list(accumulate(held[token] for token in rarest)), weights.telling_tickets)
    kept = rarest[: max(within, weights.telling_least)]
    return CompiledQuery(tuple((token,) for token in kept), TICKETS.texts)


def _may_know_as_own(scope: Scope, matter: Matter, ticket: Ticket) -> bool:
    """Whether it is the same caller's, and the reader may learn that: of a confidential ticket it tells who the caller is."""
    own = matter.citizen_id is not None and matter.citizen_id == ticket.citizen_id
    return own and rights.may(scope, Right.READ_ORIGINAL, ticket)


def _own(session: Session, scope: Scope, matter: Matter, since: datetime, most: int) -> list[Ticket]:
    if matter.citizen_id is None:
        return []
    own = Ticket.citizen_id == matter.citizen_id
    query = select(Ticket).where(own, Ticket.opened_at >= since, queries.visible(scope))
    return list(session.scalars(query.order_by(Ticket.opened_at.desc()).limit(most)))


def _searched(search: Search, scope: Scope, matter: Matter, since: datetime, most: int) -> list[int]:
    filters = searching.filters(scope, since.date())
    try:
        query = telling_query(search, matter)
        hits = search.backend.search(TICKETS, query, filters, size=most).hits if query.groups else ()
    except Unavailable:
        return []
    return [int(hit.id) for hit in hits]


def _comparison(
    session: Session, search: Search, matter: Matter, others: Mapping[int, Ticket], terms: Terms, now: datetime
) -> Comparison:
    around = _surroundings(session, matter, others, terms)
    reader = Reader(search.analyzer, packaged_vectors())
    return Comparison(reader, matter, around, window_days=terms.rules.window_days, now=now)


def _surroundings(session: Session, matter: Matter, others: Mapping[int, Ticket], terms: Terms) -> Surroundings:
    areas = {matter.area_code, *(ticket.area_code for ticket in others.values())} - {None}
    categories = {matter.category_code, *(ticket.category_code for ticket in others.values())} - {None}
    paths = session.execute(select(Area.code, Area.path).where(Area.code.in_(areas)))
    branches = session.execute(select(Category.code, Category.path).where(Category.code.in_(categories)))
    ids = [*others, *([matter.ticket_id] if matter.ticket_id else [])]
    return Surroundings(
        area_paths={row.code: row.path for row in paths},
        branches={row.code: row.path.strip("/").split("/")[0] for row in branches},
        incidents=terms.incidents(session, ids),
    )
