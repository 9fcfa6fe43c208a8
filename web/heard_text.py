"""What is shown of heard words, by the names and rules of the city in the database. Used for live and for late words."""

import logging
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from asr.engine import Hypothesis
from asr.shown import Shown, show
from asr.text import join_words, numbers_as_digits
from asr.wording.punctuation import Punctuator
from hotline.kernel import logs
from hotline.kernel.db import Database
from hotline.kernel.errors import HotlineError
from web.lexicon import KeptLexicon

LOG = logging.getLogger("web.heard_text")


def show_plainly(session: Session, found: Hypothesis) -> Shown:
    """Without names and rules: numbers as digits, nothing more."""
    return Shown(numbers_as_digits(join_words(found.text)))


class HeardText:
    """Keeps the city's lexicon between finals."""

    def __init__(self, zone: ZoneInfo, punctuator: Punctuator | None = None) -> None:
        self._lexicon, self._punctuator = KeptLexicon(zone), punctuator

    def prepare(self, database: Database) -> None:
        """Make the lexicon before the first call; one that cannot be made now is made with the first final."""
        try:
            with database.read() as session:
                self._lexicon(session)
        except HotlineError as error:
            LOG.warning("no names of the city yet: %s", error)

    def __call__(self, session: Session, found: Hypothesis) -> Shown:
        """The shown text of a final with its changes. Names or rules that fail cost the changes, never the words; a database
        that fails is the caller's to wait for."""
        try:
            lexicon = self._lexicon(session)
            return show(found.text, lexicon, alternatives=found.alternatives, words=found.words, punctuator=self._punctuator)
        except SQLAlchemyError:
            raise  # nothing could be stored in this session any more
        except Exception as error:  # noqa: BLE001 the chain's edge: words must be stored whatever a rule makes of them
            LOG.error("words are shown as heard: %s", logs.place_of(error))
            return show_plainly(session, found)
