"""Use cases on words of danger that fell in a contact: the banner of the agent, and what was done about it.

The words themselves and the rules against false alarms are in `risk_words`; handing over to a partner is in `dispatch`.
"""

from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hotline.intake import limits
from hotline.intake.events import RiskAlertChosen, RiskWordFell
from hotline.intake.models import RiskAlert
from hotline.intake.ownership import own_contact
from hotline.intake.risk_words import TRANSFER, RiskHit, RiskWords, load_risk_words
from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Invalid, NotFound
from hotline.kernel.scope import Scope

SPOKEN = "spoken"
"""The source of an alert that fell in a call; the other is typed."""


class Choice(StrEnum):
    """What an agent does about a word of danger (handbook 7.1)."""

    TRANSFER = "transfer"
    THREE_WAY = "three_way"
    NOTE = "note"


def raise_alerts(uow: UnitOfWork, contact_id: int, text: str, source: str, risks: RiskWords | None = None) -> list[RiskAlert]:
    """Raise an alert for each word of danger that a partner must hear of, once a contact and word.

    `source` is spoken or typed; without `risks` the words that come with the package hold. Returns what is new. Safe to
    repeat with the same text.
    """
    words = risks or load_risk_words()
    hits = words.find_spoken(text) if source == SPOKEN else words.find(text)
    raised = [_raise_once(uow, contact_id, hit, source) for hit in hits if hit.action == TRANSFER]
    return [alert for alert in raised if alert is not None]


def choose(uow: UnitOfWork, scope: Scope, alert_id: int, *, choice: str, reason: str = "") -> RiskAlert:
    """Keep what the agent decided. A note may still become a transfer or a three-way call, never the other way.

    Raises Invalid for an unknown choice or a note without reason, Conflict when it was decided otherwise.
    """
    alert = _locked(uow, alert_id)
    own_contact(uow.session, scope, alert.contact_id)
    limits.check_choice("choice", choice, frozenset(Choice))
    why = limits.check_text("reason", reason, maximum=limits.load_limits().note_max)
    if choice == Choice.NOTE and not why:
        raise Invalid("reason", "required")
    if alert.choice == choice:
        return alert
    if alert.choice not in (None, Choice.NOTE):
        raise Conflict("decided otherwise", reason="decided", thing="alert", choice=alert.choice)
    alert.choice, alert.reason, alert.chosen_at = choice, why, uow.now
    uow.session.flush()
    uow.record(RiskAlertChosen(alert_id=alert.id, contact_id=alert.contact_id, partner=alert.partner, choice=choice))
    return alert


def of_contact(session: Session, contact_id: int) -> list[RiskAlert]:
    """The alerts of a contact, oldest first."""
    return list(session.scalars(select(RiskAlert).where(RiskAlert.contact_id == contact_id).order_by(RiskAlert.id)))


def undecided(session: Session, limit: int = 50) -> list[RiskAlert]:
    """Alerts nobody has decided about, newest first: for the shift leader."""
    query = select(RiskAlert).where(RiskAlert.choice.is_(None)).order_by(RiskAlert.id.desc())
    return list(session.scalars(query.limit(limit)))


def _raise_once(uow: UnitOfWork, contact_id: int, hit: RiskHit, source: str) -> RiskAlert | None:
    row = {"contact_id": contact_id, "word": hit.word, "level": hit.level, "partner": hit.partner, "source": source}
    statement = insert(RiskAlert).values(**row, at=uow.now, reason="")
    once = statement.on_conflict_do_nothing(index_elements=[RiskAlert.contact_id, RiskAlert.word])
    alert_id = uow.session.scalar(once.returning(RiskAlert.id))
    if alert_id is None:
        return None
    uow.record(RiskWordFell(alert_id=alert_id, contact_id=contact_id, level=hit.level, partner=hit.partner))
    return uow.session.get_one(RiskAlert, alert_id)


def _locked(uow: UnitOfWork, alert_id: int) -> RiskAlert:
    query = select(RiskAlert).where(RiskAlert.id == alert_id).with_for_update().execution_options(populate_existing=True)
    alert = uow.session.scalars(query).one_or_none()
    if alert is None:
        raise NotFound("alert", thing="alert", id=alert_id)
    return alert
