"""Hot topics (热点): messages of a period → topics, hottest first, with heat, time span, place, people and examples. Pure.

`topic_linking` says what is one topic, `heat` how hot it is, `topic_names` what it is called. Called for tickets by
`ticket_topics` and for files by the command line.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from hotline.insight import heat, topic_linking, topic_names, topic_vectors, topic_words
from hotline.insight.heat import Facts, Parts
from hotline.insight.hot_topic_rules import HotTopicRules
from hotline.insight.topic_vectors import Vectors
from hotline.insight.topic_words import Named, TopicWords
from hotline.kernel.search.analysis import Analyzer, normalise

EXAMPLES = 3
URGES = 2
"""So many words of unhappiness make a message wholly unhappy."""
CENTRAL = 8
"""The name is found among so many most central messages."""


@dataclass(frozen=True)
class Message:
    """What one person wrote or said once. `person` and `area` may be unknown; `unhappy` is what is known beside the words.

    Of an `address` only the names of places are read: whoever lives in one street has not one matter.
    """

    id: str
    at: datetime
    title: str
    text: str
    place: str = ""
    person: str = ""
    area: str = ""
    address: str = ""
    unhappy: bool = False


@dataclass(frozen=True)
class Topic:
    """One topic: `ids` by time, the most central first in `examples`, `weeks` counts by seven days from the period's start."""

    name: str
    heat: float
    parts: Parts
    ids: tuple[str, ...]
    people: int
    start: datetime
    end: datetime
    place: str
    words: tuple[str, ...]
    examples: tuple[str, ...]
    weeks: tuple[int, ...]
    growth: float


@dataclass(frozen=True)
class _Read:
    """The messages in order of time with what was read from them."""

    messages: list[Message]
    places: list[list[Named]]
    unhappy: list[float]
    vectors: Vectors
    words: list[str]


@dataclass(frozen=True)
class _Said:
    """What the members of a topic say: their places in it, most central first; what each word weighs; how many hold it."""

    central: list[int]
    weights: dict[str, float]
    held: dict[str, int]


def found(
    messages: Sequence[Message], rules: HotTopicRules, analyzer: Analyzer, *, since: datetime | None = None
) -> list[Topic]:
    """The topics, hottest first. What is before `since` only tells what went before: it is in no topic's count.

    What one person says again and again is no topic.
    """
    lists = topic_words.packaged()
    read = _read(sorted(messages, key=lambda one: (one.at, one.id)), rules, analyzer, lists)
    start = since or min((one.at for one in messages), default=None)
    made = list[Topic]()
    for rows in topic_linking.linked(read.vectors, rules.likeness):
        inside = [row for row in rows if start is not None and read.messages[row].at >= start]
        if start is not None and len(inside) >= rules.report.at_least:
            earlier = [read.messages[row].at for row in rows if read.messages[row].at < start]
            made.append(_topic(read, inside, earlier, start, rules=rules, lists=lists, analyzer=analyzer))
    return sorted((one for one in made if one.people > 1), key=lambda one: (-one.heat, -one.people, one.ids))


def _read(messages: list[Message], rules: HotTopicRules, analyzer: Analyzer, lists: TopicWords) -> _Read:
    places, unhappy = list[list[Named]](), list[float]()

    def words() -> Iterator[list[str]]:
        for one in messages:
            # The rest of a text is only looked through for a few words; it is not worth being brought into one form.
            text = normalise(f"{one.title}\n{one.text[: rules.likeness.characters]}")
            urges = lists.urges(text + one.text[rules.likeness.characters :])
            unhappy.append(1.0 if one.unhappy else min(1.0, urges / URGES))
            places.append([*lists.places(text), *(lists.places(normalise(one.address)) if one.address else [])])
            yield analyzer.words_of(text)

    # One message after another: the words of a hundred thousand at once would be a gigabyte.
    counted = topic_vectors.counted(words())
    given = (lists.places(normalise(one.place)) if one.place else [] for one in messages)
    named = [[*said, *extra] for said, extra in zip(places, given, strict=True)]
    vectors = topic_vectors.made(counted, named, [one.at.timestamp() for one in messages])
    return _Read(messages, places, unhappy, vectors, list(vectors.columns))


def _topic(
    read: _Read,
    rows: list[int],
    earlier: list[datetime],
    start: datetime,
    *,
    rules: HotTopicRules,
    lists: TopicWords,
    analyzer: Analyzer,
) -> Topic:
    members = [read.messages[row] for row in rows]
    facts = _facts(members, earlier, [read.places[row] for row in rows], [read.unhappy[row] for row in rows])
    of_heat = heat.parts(facts, rules.halves)
    said = _said(read, rows)
    central = [members[at] for at in said.central]
    place = topic_names.place_of([read.places[row] for row in rows], [one.place for one in members])
    shared = {word: said.weights[word] for word, count in said.held.items() if count > 1}
    titles = [(one.title, one.text) for one in central[:CENTRAL]]
    peak, usual = heat.fullest_week(facts.times, earlier)
    return Topic(
        name=topic_names.name_of(titles, place, shared, lists, analyzer),
        heat=heat.heat(of_heat, rules.shares),
        parts=of_heat,
        ids=tuple(one.id for one in members),
        people=facts.people,
        start=members[0].at,
        end=members[-1].at,
        place=place,
        words=topic_names.decisive(said.weights, said.held, len(members)),
        examples=tuple(one.id for one in _different(central)[:EXAMPLES]),
        weeks=_weeks(facts.times, start),
        growth=peak - usual,
    )


def _said(read: _Read, rows: list[int]) -> _Said:
    own = read.vectors.words[rows]
    columns, at = np.unique(own.indices, return_inverse=True)
    total = np.bincount(at, weights=own.data)
    told = np.bincount(np.repeat(np.arange(len(rows)), np.diff(own.indptr)), weights=own.data * total[at], minlength=len(rows))
    words = [read.words[column] for column in columns.tolist()]
    return _Said(
        central=np.argsort(-np.round(told, 9), kind="stable").tolist(),
        weights=dict(zip(words, total.tolist(), strict=True)),
        held=dict(zip(words, np.bincount(at).tolist(), strict=True)),
    )


def _facts(
    members: Sequence[Message], earlier: Sequence[datetime], places: Sequence[Sequence[Named]], unhappy: Sequence[float]
) -> Facts:
    known = {one.person for one in members if one.person}
    areas = {one.area or one.place for one in members} - {""}
    named = Counter(key for one in places for key in {place.key for place in one if place.is_place})
    touched = len(areas) if areas else sum(1 for count in named.values() if count > 1)
    people = len(known) + sum(1 for one in members if not one.person)
    return Facts(people, [one.at for one in members], earlier, touched, unhappy)


def _different(central: Sequence[Message]) -> list[Message]:
    """Without those that say the same as one before, unless there are no others."""
    first = {(one.title, one.text): one for one in reversed(central)}
    different = [one for one in central if first[(one.title, one.text)] is one]
    return different if len(different) >= EXAMPLES else list(central)


def _weeks(times: Sequence[datetime], start: datetime) -> tuple[int, ...]:
    counts = Counter((at - start) // heat.WEEK for at in times)
    return tuple(counts.get(week, 0) for week in range(max(counts) + 1))
