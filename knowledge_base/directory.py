"""Finding entries of the phone book: by name, pinyin, initials, number, keyword. A few thousand, so they are kept in memory.

Each process keeps its own; one small query at every search says whether the book changed since.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.kernel.search import pinyin
from hotline.kernel.search.analysis import is_latin, normalise, suggest_query
from knowledge_base.lifecycle import PhoneEntryState
from knowledge_base.noticeboard import PhoneEntry, PhoneKind

DIGITS_AT_LEAST = 3
"""Of a number so many digits in a row must be typed before it is looked for."""
CHARACTERS_AT_LEAST = 3
"""Of a name so many characters must be typed before others may stand between them."""
_NO_DIGIT = re.compile(r"\D")
STAMP = (
    func.count(PhoneEntry.id),
    func.coalesce(func.sum(PhoneEntry.version), 0),
    func.max(PhoneEntry.decided_at),
)
"""Differs after every entry, change and withdrawal."""


@dataclass(frozen=True)
class Listing:
    """A published entry as it is looked for: its name as written, in pinyin and by initials; its numbers; its other words."""

    id: int
    kind: PhoneKind
    name: str
    spoken: str
    initials: str
    numbers: tuple[str, ...]
    keywords: tuple[str, ...]
    elsewhere: str


class Directory:
    """The published entries of one database, read anew when they changed. Safe for threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._stamp: tuple[Any, ...] = ()
        self._listings: tuple[Listing, ...] = ()

    def search(self, session: Session, typed: str, kinds: Collection[PhoneKind]) -> list[int]:
        """Ids of the entries of these kinds that fit what was typed, the best first; all of them by name for nothing typed."""
        return find(self._current(session), typed, kinds)

    def _current(self, session: Session) -> tuple[Listing, ...]:
        published = PhoneEntry.state == PhoneEntryState.PUBLISHED
        stamp = tuple(session.execute(select(*STAMP).where(published)).one())
        with self._lock:
            if stamp != self._stamp:
                rows = session.scalars(select(PhoneEntry).where(published))
                self._listings, self._stamp = tuple(listing_of(row) for row in rows), stamp
            return self._listings


def find(listings: Iterable[Listing], typed: str, kinds: Collection[PhoneKind]) -> list[int]:
    """As `Directory.search`, among these. Pure."""
    among = [one for one in listings if one.kind in kinds]
    wanted = suggest_query(typed)
    ranked = ((_rank(one, wanted) if wanted else 0, one) for one in among)
    found = [(rank, one.name, one.id) for rank, one in ranked if rank is not None]
    return [entry_id for _, _, entry_id in sorted(found)]


def listing_of(entry: PhoneEntry) -> Listing:
    """An entry as it is looked for. Pure."""
    name = suggest_query(entry.name)
    syllables = pinyin.syllables(name)
    return Listing(
        id=entry.id,
        kind=entry.kind,
        name=name,
        spoken="".join(syllables),
        initials="".join(syllable[:1] for syllable in syllables),
        numbers=tuple(_NO_DIGIT.sub("", number) for number in (*entry.phones, entry.duty_phone) if number),
        keywords=tuple(suggest_query(keyword) for keyword in entry.keywords),
        elsewhere=normalise(f"{entry.address} {entry.note} {entry.hours}"),
    )


def _rank(one: Listing, wanted: str) -> int | None:
    """How well it fits, 0 the best: name, then keyword, number, pinyin, initials, the rest; None when it does not."""
    fits = (
        one.name.startswith(wanted),
        wanted in one.name,
        any(keyword.startswith(wanted) for keyword in one.keywords),
        _is_number(wanted) and any(wanted in number for number in one.numbers),
        is_latin(wanted) and one.spoken.startswith(wanted),
        is_latin(wanted) and one.initials.startswith(wanted),
        is_latin(wanted) and len(wanted) > 1 and (wanted in one.spoken or wanted in one.initials),
        _all_characters(one, wanted),
        wanted in one.elsewhere,
    )
    return next((rank for rank, fit in enumerate(fits) if fit), None)


def _is_number(wanted: str) -> bool:
    return wanted.isdigit() and len(wanted) >= DIGITS_AT_LEAST


def _all_characters(one: Listing, wanted: str) -> bool:
    """Whether the name has all that was typed in that order with something between: 江城供水 for 江城市供水集团."""
    if is_latin(wanted) or len(wanted) < CHARACTERS_AT_LEAST:
        return False
    rest = iter(one.name)
    return all(character in rest for character in wanted)
