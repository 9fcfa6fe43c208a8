"""The telephone: an exchange tells that a call rings. What is said in it goes the way of calls, contacts and drafts."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hotline.intake.channels.base import Intake, text_of
from hotline.kernel.errors import Invalid
from hotline.people.citizens import plain_number
from hotline.people.notifier import Message, Notifier, Receipt

LONGEST_NUMBER = 32


class Phone:
    """Calls. Words back go to the caller's number as a message."""

    name = "phone"

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier

    def parse(self, payload: Mapping[str, Any]) -> Intake:
        """Fields `call_id` (a UUID; made when absent) and `number`. Any number is taken: who calls may be withheld."""
        given = text_of(payload, "call_id") or str(uuid.uuid4())
        try:
            call_id = uuid.UUID(given)
        except ValueError as error:
            raise Invalid("call_id", "uuid", given=given[:64]) from error
        number = plain_number(text_of(payload, "number"))
        if len(number) > LONGEST_NUMBER:
            raise Invalid("number", "too-long", maximum=LONGEST_NUMBER, given=len(number))
        return Intake(channel=self.name, reference=str(call_id), phone=number)

    def send(self, to: str, text: str, *, delivery_id: int, at: datetime) -> Receipt:
        return self._notifier.send(Message(delivery_id=delivery_id, to=to, text=text, at=at))
