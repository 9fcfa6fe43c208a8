"""One earlier ticket beside the matter being taken in: how probably it is the same one, and in words why and why not. Pure.

`likeness` compares the words; place, category, time, caller and incident are weighed here. `repeats` finds whom to compare.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib import resources

import yaml

from hotline.intake import likeness, particulars
from hotline.intake.likeness import Reader, Text
from hotline.tickets import merging
from hotline.tickets.indexing import without_numbers
from hotline.tickets.models import Ticket

MERGE, RELATED, AGAIN = "merge", "related", "again"
MOST_WORDS = 3
"""Names or words that a reason gives."""


@dataclass(frozen=True)
class Reason:
    """Why, or why not: a code that the pages word, and what of it is filled in."""

    code: str
    args: Mapping[str, str] = field(default_factory=dict)


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
    draft_id: int | None = None
    wanted: str = ""


@dataclass(frozen=True)
class Surroundings:
    """What is looked up for all candidates at once: where areas and categories lie (paths), who belongs to which incident."""

    area_paths: Mapping[str, str] = field(default_factory=dict)
    branches: Mapping[str, str] = field(default_factory=dict)
    incidents: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Repeat:
    """An earlier ticket: how probable (0-1), what is proposed, what speaks for and against, and the figures of that."""

    ticket_id: int
    score: float
    proposal: str
    reasons: tuple[Reason, ...]
    against: tuple[Reason, ...]
    same_citizen: bool
    figures: Mapping[str, float]

    @property
    def tells(self) -> bool:
        """Whether more than category and day agree."""
        return bool(TELLING.intersection(reason.code for reason in self.reasons))


TELLING = frozenset({"same-citizen", "same-words", "same-place", "same-matter", "same-incident"})


@dataclass(frozen=True)
class Weights:
    """The figures of `data/repeats.yaml`."""

    compared_characters: int
    telling_tokens: int
    telling_tickets: int
    telling_least: int
    opinions: int
    most_odds: float
    same_citizen: float
    same_incident: float
    same_category: float
    same_branch: float
    other_category: float
    same_area: float
    other_area: float
    age: float
    close_in_time_days: float
    long_ago_share: float
    same_words_at: float
    demands: Mapping[str, tuple[str, ...]]


@cache
def packaged_weights() -> Weights:
    """The figures that come with the package."""
    told = yaml.safe_load(resources.files("hotline.intake").joinpath("data", "repeats.yaml").read_text(encoding="utf-8"))
    demands = {name: tuple(words) for name, words in told.pop("demands").items()}
    return Weights(**told, demands=demands)


class Comparison:
    """A matter read once, to be compared with many tickets."""

    def __init__(self, reader: Reader, matter: Matter, around: Surroundings, *, window_days: int, now: datetime) -> None:
        self._reader, self._matter, self._around = reader, matter, around
        self._window, self._now = timedelta(days=window_days), now
        # An address alone is no matter yet.
        told = matter.title.strip() or matter.body.strip()
        self._words = compared(matter.title, matter.body, matter.address) if told else ""
        self._text = reader.read(self._words)
        self._demands = demands_of(f"{matter.title}\n{matter.body}\n{matter.wanted}")

    @property
    def words(self) -> str:
        """What of the matter is compared."""
        return self._words

    def with_ticket(self, ticket: Ticket, opinion: float | None = None) -> Repeat:
        """How much the matter looks like that ticket's, with what a sentence model says of both where it was asked."""
        text, settings = self._reader.read(words_of(ticket)), likeness.packaged()
        found, weights = likeness.figures(self._text, text), settings.weights
        if found and opinion is not None:
            found, weights = likeness.with_opinion(found, opinion, settings.opinion), settings.with_opinion
        beside = dict(self._beside(ticket))
        score = likeness.squashed(_bounded(likeness.log_odds(weights, found)) + sum(beside.values())) if found else 0.0
        figures = {**found, **beside}
        mine = self._same_citizen(ticket)
        reasons, against = tuple(self._reasons(ticket, text, figures)), tuple(self._against(ticket, text, figures))
        return Repeat(ticket.id, round(score, 3), self._proposal(ticket, against), reasons, against, mine, figures)

    def _beside(self, ticket: Ticket) -> Iterator[tuple[str, float]]:
        weights = packaged_weights()
        yield "age", weights.age * self._age(ticket)
        if self._same_citizen(ticket):
            yield "same_citizen", weights.same_citizen
        if self._same_incident(ticket):
            yield "same_incident", weights.same_incident
        if self._matter.category_code and ticket.category_code:
            yield self._of_category(self._matter.category_code, ticket.category_code)
        if self._matter.area_code and ticket.area_code:
            one, other = (self._around.area_paths.get(code, code) for code in (self._matter.area_code, ticket.area_code))
            lies_within = one.startswith(other) or other.startswith(one)
            yield ("same_area", weights.same_area * (one == other)) if lies_within else ("other_area", weights.other_area)

    def _of_category(self, mine: str, theirs: str) -> tuple[str, float]:
        weights = packaged_weights()
        if mine == theirs:
            return "same_category", weights.same_category
        branch = self._around.branches
        if mine in branch and branch.get(mine) == branch.get(theirs):
            return "same_branch", weights.same_branch
        return "other_category", weights.other_category

    def _reasons(self, ticket: Ticket, text: Text, figures: Mapping[str, float]) -> Iterator[Reason]:
        mine, theirs = self._text.particulars, text.particulars
        if figures.get("same_citizen"):
            yield Reason("same-citizen")
        if figures.get("same_incident"):
            yield Reason("same-incident")
        if names := particulars.shared_names(mine, theirs):
            yield Reason("same-place", {"names": "、".join(names[:MOST_WORDS])})
        elif figures.get("same_area"):
            yield Reason("same-area")
        if figures.get(likeness.MATTER, 0.0) >= packaged_weights().same_words_at or is_plainly_alike(figures):
            yield Reason("same-words", {"words": "、".join(shared_words(self._text, text))})
        elif mine.matters & theirs.matters:
            yield Reason("same-matter")
        if figures.get("same_category"):
            yield Reason("same-category")
        if self._now - ticket.opened_at <= timedelta(days=packaged_weights().close_in_time_days):
            yield Reason("close-in-time", {"hours": str(round((self._now - ticket.opened_at) / timedelta(hours=1)))})

    def _against(self, ticket: Ticket, text: Text, figures: Mapping[str, float]) -> Iterator[Reason]:
        mine, theirs = self._text.particulars, text.particulars
        for kind in sorted(mine.numbers.keys() & theirs.numbers.keys()):
            if not mine.numbers[kind] & theirs.numbers[kind]:
                yield Reason(f"other-{kind}", {"mine": _listed(mine.numbers[kind]), "theirs": _listed(theirs.numbers[kind])})
        if figures.get("other_name"):
            yield Reason("other-place", {"names": "、".join(list(theirs.names.values())[:MOST_WORDS])})
        told = {name.removeprefix(likeness.PLAIN) for name, value in figures.items() if value}
        for name in ("opposite", "other_time", "other_matter", "other_area", "other_category"):
            if name in told or (name == "opposite" and "stance" in told):
                yield Reason(name.replace("_", "-"))
        theirs_wanted = demands_of(f"{words_of(ticket)}\n{ticket.wanted if not ticket.confidential else ''}")
        if self._demands and theirs_wanted and not self._demands & theirs_wanted:
            yield Reason("other-demand")
        if self._age(ticket) >= packaged_weights().long_ago_share:
            yield Reason("long-ago", {"days": str((self._now - ticket.opened_at).days)})

    def _proposal(self, ticket: Ticket, against: tuple[Reason, ...]) -> str:
        if not ticket.state.is_open:
            return AGAIN
        if any(reason.code == "other-demand" for reason in against) or not merging.may_merge(ticket):
            return RELATED
        return MERGE

    def _age(self, ticket: Ticket) -> float:
        return min(max((self._now - ticket.opened_at) / self._window, 0.0), 1.0)

    def _same_citizen(self, ticket: Ticket) -> bool:
        return self._matter.citizen_id is not None and self._matter.citizen_id == ticket.citizen_id

    def _same_incident(self, ticket: Ticket) -> bool:
        own = self._around.incidents.get(self._matter.ticket_id or 0)
        return own is not None and own == self._around.incidents.get(ticket.id)


def _bounded(odds: float) -> float:
    """What words alone may say: place, time and caller must still count beside a text told again word for word."""
    return max(-packaged_weights().most_odds, min(packaged_weights().most_odds, odds))


def compared(title: str, body: str, address: str) -> str:
    """What of a claim is compared: no number that could be a person's."""
    return without_numbers(f"{title}\n{body[: packaged_weights().compared_characters]}\n{address}")


def words_of(ticket: Ticket) -> str:
    """What of a ticket is compared; of a confidential one its redacted words alone."""
    if ticket.confidential:
        return compared(ticket.redacted_title, ticket.redacted_body, "")
    return compared(ticket.title, ticket.body, ticket.address)


def demands_of(text: str) -> frozenset[str]:
    """What kinds of demand the text makes."""
    return frozenset(name for name, words in packaged_weights().demands.items() if any(word in text for word in words))


def is_plainly_alike(figures: Mapping[str, float]) -> bool:
    """Whether texts that name no place share their words."""
    return figures.get(f"{likeness.PLAIN}meaning", 0.0) >= packaged_weights().same_words_at


def shared_words(one: Text, other: Text) -> list[str]:
    """The most telling words that both texts hold."""
    both = sorted(
        (word for word in one.weights if word in other.weights and len(word) > 1), key=lambda word: -one.weights[word]
    )
    return both[:MOST_WORDS]


def _listed(numbers: frozenset[int]) -> str:
    return "、".join(map(str, sorted(numbers)))
