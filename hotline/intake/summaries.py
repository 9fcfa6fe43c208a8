"""Use cases on the summary of a contact: drawn up by the machine when the call ends, written anew by a person."""

from collections.abc import Sequence

from hotline.intake import limits
from hotline.intake.drafting.fill import Sources
from hotline.intake.drafting.summary import summarise
from hotline.intake.drafting.telling import fill_all
from hotline.intake.drafting.values import Turn
from hotline.intake.models import Contact
from hotline.intake.ownership import own_contact
from hotline.kernel.db import UnitOfWork
from hotline.kernel.scope import Scope

LATE_TURNS = 4
"""So many turns may be heard to their end after the call was over."""


def draw_up(uow: UnitOfWork, contact: Contact, turns: Sequence[Turn], sources: Sources) -> None:
    """Keep what the call was about, unless a person wrote something else. Safe to repeat, also when late words come."""
    earlier = (turns[: len(turns) - back] for back in range(1, min(LATE_TURNS, len(turns)) + 1))
    if contact.summary and all(contact.summary != _drawn(some, sources) for some in earlier):
        return
    contact.summary = _drawn(turns, sources)
    uow.session.flush()


def write(uow: UnitOfWork, scope: Scope, contact_id: int, text: str) -> Contact:
    """A person words the summary. Raises Invalid for a text that is too long, NotFound for another's contact."""
    contact = own_contact(uow.session, scope, contact_id)
    contact.summary = limits.check_text("summary", text, maximum=limits.load_limits().note_max)
    uow.session.flush()
    return contact


def _drawn(turns: Sequence[Turn], sources: Sources) -> str:
    return summarise(turns, fill_all(turns, sources))[: limits.load_limits().note_max]
