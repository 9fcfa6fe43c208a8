"""The city's own words: names of estates, roads and services that a general dictionary would cut apart.

Indexes are written with them, so a change asks for new indexes: `VocabularyChanged`.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Invalid
from hotline.kernel.search.analysis import Analyzer
from knowledge_base.events import VocabularyChanged
from knowledge_base.synonyms import Synonyms
from knowledge_base.wordlists import VocabularyWord

LOOK_EVERY_S = 5.0
LONGEST_WORD = 64
SHORTEST_WORD = 2
MOST_WORDS = 20_000


class CityWords:
    """Keeps the words of one process's search up to date: synonyms and vocabulary. For all threads."""

    def __init__(self, synonyms: Synonyms, analyzer: Analyzer, now: Callable[[], float] = time.monotonic) -> None:
        self.synonyms, self.analyzer, self._now = synonyms, analyzer, now
        self._known: list[str] = []
        self._looked_at: float | None = None

    def refresh(self, session: Session) -> None:
        """Read what changed; looked for at most every few seconds. Called before words are cut."""
        if self._looked_at is not None and self._now() - self._looked_at < LOOK_EVERY_S:
            return
        self._looked_at = self._now()
        self.synonyms.read(session)
        self.learn(session)

    def learn(self, session: Session) -> None:
        """Read the vocabulary now."""
        found = [row.word for row in words(session)]
        if found != self._known:
            self.analyzer.learn(found)
            self._known = found


@dataclass(frozen=True)
class WordContent:
    """A word and what it names ("place", "item" …; free)."""

    word: str
    kind: str = ""


def words(session: Session) -> list[VocabularyWord]:
    """The city's words, in their order."""
    return list(session.scalars(select(VocabularyWord).order_by(VocabularyWord.word)))


def put(uow: UnitOfWork, wanted: Sequence[WordContent]) -> None:
    """The whole list anew: words not named go. Raises Invalid."""
    by_word = {one.word.strip(): one.kind.strip() for one in wanted if one.word.strip()}
    _check(list(by_word))
    known = {row.word: row for row in words(uow.session)}
    gone = known.keys() - by_word.keys()
    added = by_word.keys() - known.keys()
    if gone:
        uow.session.execute(delete(VocabularyWord).where(VocabularyWord.word.in_(gone)))
    for word, kind in by_word.items():
        if word in known:
            known[word].kind = kind
        else:
            uow.session.add(VocabularyWord(word=word, kind=kind, added_at=uow.now, added_by_id=uow.actor.officer_id))
    uow.session.flush()
    if gone or added:
        uow.record(VocabularyChanged(words=len(by_word)))


def _check(given: Sequence[str]) -> None:
    if len(given) > MOST_WORDS:
        raise Invalid("words", "too-many", maximum=MOST_WORDS, given=len(given))
    for word in given:
        if not SHORTEST_WORD <= len(word) <= LONGEST_WORD:
            raise Invalid("words", "word-length", given=word, minimum=SHORTEST_WORD, maximum=LONGEST_WORD)
