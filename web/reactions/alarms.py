"""Alarms that leave the house: one short message to the telephone of a unit or an officer. Safe to repeat: by delivery id."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from hotline.kernel import clock
from hotline.kernel.db import Database
from hotline.people.models import Officer, Unit
from hotline.people.notifier import Message, Notifier
from sla import digests
from sla.book import rules_of
from sla.events import DigestMade
from sla.models import Digest
from web.digests import worded


@dataclass(frozen=True)
class Alarming:
    """Reactions that send; each takes (database, delivery id, event)."""

    notifier: Notifier

    def digest_made(self, database: Database, delivery_id: int, event: DigestMade) -> None:
        """The receiver gets the message, if there is a number to send it to."""
        with database.read() as session:
            digest = session.get_one(Digest, event.digest_id)
            phone = _phone(session, digest)
            said = digests.said(session, digest, rules_of(session, digest.at).alarms)
        if phone:
            words = worded(said.code, "text", said.args)
            self.notifier.send(Message(delivery_id, phone, words, clock.now(), channel=digest.channel))


def _phone(session: Session, digest: Digest) -> str:
    if digest.officer_id is not None:
        return session.get_one(Officer, digest.officer_id).phone
    if digest.unit_id is None:
        return ""
    unit = session.get_one(Unit, digest.unit_id)
    return (unit.duty_phone if unit.around_the_clock else "") or unit.phone
