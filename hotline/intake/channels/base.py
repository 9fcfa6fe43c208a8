"""The port of channels: a payload in, one checked `Intake` out, and words back to whoever sent it.

Implementations are entry points of the group `hotline.channels`, made with a notifier; `hotline.intake.submissions` takes
what they parse.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from hotline.kernel.errors import Invalid
from hotline.people.notifier import Notifier, Receipt


@dataclass(frozen=True)
class Intake:
    """What came in, folded and checked. `reference` is the channel's own name for it: sending it twice is one request."""

    channel: str
    reference: str
    body: str = ""
    title: str = ""
    type: str = ""
    area_code: str | None = None
    category_code: str | None = None
    """What the requester read about before; it proposes a category where the words propose none."""
    address: str = ""
    name: str = ""
    phone: str = ""
    confidential: bool = False
    reply_wanted: bool = True
    attachment_tokens: tuple[str, ...] = field(default=())


class Channel(Protocol):
    """One way in and back."""

    name: str

    def __init__(self, notifier: Notifier) -> None: ...

    def parse(self, payload: Mapping[str, Any]) -> Intake:  # whatever the other side sent
        """The checked request. Raises Invalid naming the field and the rule; a wrong type is Invalid too."""

    def send(self, to: str, text: str, *, delivery_id: int, at: datetime) -> Receipt:
        """Words back to the requester, once for each delivery id. Raises Unavailable when trying later may help."""


def text_of(payload: Mapping[str, Any], name: str) -> str:  # whatever the other side sent
    """The text of that name, empty when absent. Raises Invalid(name, "text") for anything but a text."""
    value = payload.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Invalid(name, "text")
    return value
