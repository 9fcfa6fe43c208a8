"""The city's names as speech needs them, read from the database and kept a while, because they change rarely.

Called where finals are stored (`web.heard`) and where transcripts are evaluated. What is done with names is `asr.wording`'s.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from threading import Lock, Thread
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from asr.wording import text_rules
from asr.wording.lexicon import Lexicon
from asr.wording.text_rules import SpeechRules
from hotline.intake.drafting.forms import short_forms
from hotline.kernel import clock
from hotline.kernel.clock import Clock
from hotline.people.models import Area, Place, Unit
from hotline.tickets.models import Category
from sla import book

KEPT_SECONDS = 300.0
SHORTEST_SUBJECT = 4
"""Characters of a category's name from which it is taken for a name: shorter ones (噪声, 供水) are everyday words."""

Made = tuple[frozenset[str], SpeechRules, frozenset[str]]
Named = tuple[str, str, Sequence[str]]


def load_lexicon(session: Session) -> Lexicon:
    """All names as they are now, none of them hot."""
    return Lexicon.of(*_made_of(session))


@dataclass
class _Kept:
    made: Made
    lexicon: Lexicon
    looked_at: float


class KeptLexicon:
    """A lexicon by database, looked at again when it is older than KEPT_SECONDS. Safe in threads.

    The first call takes seconds for tens of thousands of names; a process that hears calls makes it before the first one. Later
    ones never wait: while a changed city is made into a new lexicon, words are set right by the one before.
    """

    def __init__(
        self,
        zone: ZoneInfo,
        now: Clock = clock.now,
        *,
        make: Callable[..., Lexicon] = Lexicon.of,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`make` takes names, rules and subjects."""
        self._zone, self._now, self._make, self._monotonic = zone, now, make, monotonic
        self._first, self._looking = Lock(), Lock()
        self._kept: WeakKeyDictionary[object, _Kept] = WeakKeyDictionary()

    def __call__(self, session: Session) -> Lexicon:
        """The lexicon now: the words of its season are hot."""
        return self._current(session).heated(self._now().astimezone(self._zone).month)

    def forget(self) -> None:
        """Look again the next time: names or rules were changed here."""
        self._kept.clear()

    def _current(self, session: Session) -> Lexicon:
        bind = session.get_bind()
        kept = self._kept.get(bind)
        if kept is None:
            with self._first:
                kept = self._kept.get(bind) or self._renewed(bind, _made_of(session))
        elif self._is_due(kept):
            fresh = _made_of(session)
            if fresh != kept.made:
                Thread(target=self._renewed, args=(bind, fresh), name="names", daemon=True).start()
        return kept.lexicon

    def _is_due(self, kept: _Kept) -> bool:
        """Whether it is time to look again; the one who is told so does."""
        with self._looking:
            now = self._monotonic()
            if now - kept.looked_at <= KEPT_SECONDS:
                return False
            kept.looked_at = now
            return True

    def _renewed(self, bind: object, made: Made) -> _Kept:
        self._kept[bind] = kept = _Kept(made, self._make(*made), self._monotonic())
        return kept


def spoken_names(areas: Iterable[tuple[str, str]], places: Iterable[Named], units: Sequence[str]) -> frozenset[str]:
    """What areas (name, level), places (name, kind, other names) and units are called, short forms with them. Pure."""
    levels = dict(areas)
    city = next((name for name, level in levels.items() if level == "city"), "")
    found = {*levels, *units, *(name.removeprefix(city) for name in units)}
    found.update(form for name, level in levels.items() for form in short_forms(name, level, city, ()))
    for name, kind, aliases in places:
        found.update((name, *aliases, *short_forms(name, kind, city, ())))
    return frozenset(filter(None, found))


def spoken_subjects(categories: Iterable[str]) -> frozenset[str]:
    """The names of categories that are no everyday words. Pure."""
    return frozenset(name for name in categories if len(name) >= SHORTEST_SUBJECT)


def _made_of(session: Session) -> Made:
    areas = session.execute(select(Area.name, Area.level)).all()
    places = session.execute(select(Place.name, Place.kind, Place.aliases).where(Place.active)).all()
    units = session.scalars(select(Unit.name).where(Unit.active)).all()
    subjects = session.scalars(select(Category.name).where(Category.active))
    return spoken_names(areas, places, units), text_rules.read(book.values_of(session)), spoken_subjects(subjects)
