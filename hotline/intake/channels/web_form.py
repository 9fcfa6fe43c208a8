"""The portal's form: a citizen's text, place, pictures and telephone number, checked field by field."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hotline.intake import limits
from hotline.intake.channels.base import Intake, text_of
from hotline.kernel.errors import Invalid
from hotline.people.citizens import check_phone
from hotline.people.notifier import Message, Notifier, Receipt
from hotline.tickets.workflow import TYPES

LONGEST_REFERENCE = 64
LONGEST_CODE = 16


class WebForm:
    """Requests from the portal. Words back go to the citizen's telephone."""

    name = "web_form"

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier

    def parse(self, payload: Mapping[str, Any]) -> Intake:
        """Fields `text`, `phone` (needed), `title`, `type`, `area_code`, `category_code`, `address`, `name`, `confidential`,
        `reply_wanted`, `attachment_tokens`, `submission_key`. Raises Invalid naming the first that is wrong."""
        lengths = limits.load_limits()
        title, kind = text_of(payload, "title"), text_of(payload, "type")
        return Intake(
            channel=self.name,
            reference=limits.check_text("submission_key", text_of(payload, "submission_key"), maximum=LONGEST_REFERENCE),
            body=limits.check_text("text", text_of(payload, "text"), minimum=lengths.body_min, maximum=lengths.body_max),
            title=limits.check_text("title", title, minimum=lengths.title_min, maximum=lengths.title_max) if title else "",
            type=limits.check_choice("type", kind, TYPES) if kind else "",
            area_code=limits.check_text("area_code", text_of(payload, "area_code"), maximum=LONGEST_CODE) or None,
            category_code=limits.check_text("category_code", text_of(payload, "category_code"), maximum=LONGEST_CODE) or None,
            address=limits.check_text("address", text_of(payload, "address"), maximum=lengths.address_max),
            name=limits.check_text("name", text_of(payload, "name"), maximum=lengths.name_max),
            phone=check_phone(text_of(payload, "phone"), "phone"),
            confidential=payload.get("confidential") is True,
            reply_wanted=payload.get("reply_wanted") is not False,
            attachment_tokens=_tokens(payload, lengths.attachments_max),
        )

    def send(self, to: str, text: str, *, delivery_id: int, at: datetime) -> Receipt:
        return self._notifier.send(Message(delivery_id=delivery_id, to=to, text=text, at=at))


def _tokens(payload: Mapping[str, Any], maximum: int) -> tuple[str, ...]:  # whatever the other side sent
    given = payload.get("attachment_tokens") or []
    if not isinstance(given, list | tuple) or not all(isinstance(token, str) for token in given):
        raise Invalid("attachment_tokens", "list-of-texts")
    if len(given) > maximum:
        raise Invalid("attachment_tokens", "too-many", maximum=maximum, given=len(given))
    return tuple(dict.fromkeys(given))
