"""Words of one meaning: the groups that come with the software and the city's own, looked up at the question.

A change needs no new index. `Synonyms` is what search holds; `vocabulary.CityWords` keeps it up to date.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Invalid, NotFound
from knowledge_base.policy import synonym_map
from knowledge_base.wordlists import SynonymGroup

LONGEST_WORD = 32
FEWEST_WORDS, MOST_WORDS = 2, 40
"""Words in one group."""
_Stamp = tuple[int, datetime | None]


class Synonyms(Mapping[str, tuple[str, ...]]):
    """Every word with all others of its groups, as last read. For all threads."""

    def __init__(self, packaged: Mapping[str, tuple[str, ...]]) -> None:
        self._packaged = packaged
        self._merged: Mapping[str, tuple[str, ...]] = packaged
        self._stamp: _Stamp = (0, None)

    def __getitem__(self, word: str) -> tuple[str, ...]:
        return self._merged[word]

    def __iter__(self) -> Iterator[str]:
        return iter(self._merged)

    def __len__(self) -> int:
        return len(self._merged)

    def read(self, session: Session) -> None:
        """Take in the city's groups, when they changed since the last time."""
        count, changed_at = session.execute(select(func.count(), func.max(SynonymGroup.changed_at))).one()
        if (count, changed_at) == self._stamp:
            return
        found = session.scalars(select(SynonymGroup).where(SynonymGroup.active).order_by(SynonymGroup.id))
        self._merged = merged(self._packaged, synonym_map(group.words for group in found))
        self._stamp = (count, changed_at)


@dataclass(frozen=True)
class GroupContent:
    """A group as it is to be; no id for a new one."""

    id: int | None
    words: Sequence[str]
    note: str = ""
    active: bool = True


def groups(session: Session) -> list[SynonymGroup]:
    """The city's groups, oldest first."""
    return list(session.scalars(select(SynonymGroup).order_by(SynonymGroup.id)))


def put(uow: UnitOfWork, wanted: Sequence[GroupContent]) -> list[SynonymGroup]:
    """The whole list anew: groups not named go. Raises Invalid for fewer than two words, NotFound for an unknown id."""
    known = {row.id: row for row in groups(uow.session)}
    for key in known.keys() - {one.id for one in wanted}:
        uow.session.delete(known[key])
    for one in wanted:
        if one.id is not None and one.id not in known:
            raise NotFound("synonyms", thing="synonyms", id=one.id)
        _put(uow, SynonymGroup() if one.id is None else known[one.id], one)
    uow.session.flush()
    return groups(uow.session)


def _put(uow: UnitOfWork, row: SynonymGroup, content: GroupContent) -> None:
    words = list(dict.fromkeys(word.strip() for word in content.words if word.strip()))
    _check(words)
    if (row.words, row.note, row.active) == (words, content.note.strip(), content.active):
        return
    row.words, row.note, row.active = words, content.note.strip(), content.active
    row.changed_at, row.changed_by_id = uow.now, uow.actor.officer_id
    uow.session.add(row)


def _check(words: Sequence[str]) -> None:
    if len(words) < FEWEST_WORDS:
        raise Invalid("words", "too-few", minimum=FEWEST_WORDS)
    if len(words) > MOST_WORDS:
        raise Invalid("words", "too-many", maximum=MOST_WORDS, given=len(words))
    for word in words:
        if len(word) > LONGEST_WORD:
            raise Invalid("words", "too-long", maximum=LONGEST_WORD, given=len(word))


def merged(one: Mapping[str, tuple[str, ...]], other: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Every word of both with all that either calls it."""
    words = [*one, *(word for word in other if word not in one)]
    return {word: tuple(dict.fromkeys((*one.get(word, ()), *other.get(word, ())))) for word in words}
