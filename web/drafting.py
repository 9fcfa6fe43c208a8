"""Drafts of a call filled from its transcript, with the city's names, its ranker and its words of danger put together.

Called by what listens to calls and by the views that split a draft; `hotline.intake.drafts` decides what is kept.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType

from sqlalchemy.orm import Session

from asr import transcripts
from dispatch import assignment
from hotline.intake import drafts, summaries
from hotline.intake.drafting.fill import Sources
from hotline.intake.drafting.gazetteer import Gazetteer
from hotline.intake.drafting.model import Suggestion
from hotline.intake.drafting.values import Turn
from hotline.intake.models import Contact
from hotline.intake.places import KeptGazetteer
from hotline.kernel.db import UnitOfWork
from web import risk_rules

Names = Callable[[Session], Gazetteer]
city_names: Names = KeptGazetteer()
"""One for the process."""


def turns_of(session: Session, contact: Contact) -> list[Turn]:
    """What was said in the contact's call so far; nothing without a call."""
    found = transcripts.transcript(session, contact.call_id) if contact.call_id else ()
    return [Turn(segment.seq, segment.role, segment.text) for segment in found]


def refresh(
    uow: UnitOfWork,
    contact: Contact,
    turns: Sequence[Turn],
    names: Names = city_names,
    *,
    suggested: Mapping[int, Sequence[Suggestion]] = MappingProxyType({}),
) -> None:
    """Fill the open drafts of the contact that these turns may change; `suggested` is by the draft's id."""
    if found := drafts.to_refresh(uow.session, contact.id):
        sources = _sources(uow.session, contact, names)
        for draft in found:
            drafts.refresh(uow, draft.id, turns, sources, suggested=suggested.get(draft.id))


def summarise(uow: UnitOfWork, contact: Contact, turns: Sequence[Turn], names: Names = city_names) -> None:
    """Draw up what the call was about."""
    summaries.draw_up(uow, contact, turns, _sources(uow.session, contact, names))


def _sources(session: Session, contact: Contact, names: Names) -> Sources:
    ranker = partial(assignment.rank_fields, session)
    return Sources(names(session), ranker, contact.number, risk_rules.words_of(session))
