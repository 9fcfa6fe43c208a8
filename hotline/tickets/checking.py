"""What stands before a dispatch (预审): the redacted text (脱敏正文) of a confidential ticket, and who may never receive it.

Effects of `tickets`; `check_receiver` and `check_redacted` are asked wherever a unit is given a part.
Sources: handbook 3.10; 济南市12345市民服务热线条例 art. 32.
"""

from collections.abc import Mapping
from typing import Any

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Invalid
from hotline.people import units
from hotline.people.models import Unit
from hotline.people.permissions import subtree
from hotline.tickets.models import Ticket
from hotline.tickets.remarks import Remark
from hotline.tickets.rules import rules_of

REDACTED = ("redacted_title", "redacted_body")


def check(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> None:
    """Let a ticket be dispatched. Raises Invalid naming the redacted text that a confidential one lacks."""
    keep_redaction(uow, ticket, given)
    check_redacted(ticket)


def send_back(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> Remark:
    """Ask the requester to complete it (待补充); the line says until when."""
    until = uow.now + rules_of(uow.session, uow.now).incomplete
    return Remark(data={"until": until.isoformat()})


def keep_redaction(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> None:
    """Keep the redacted texts that were given, and who is answerable for them."""
    texts = {name: str(given[name]) for name in REDACTED if given.get(name)}
    for name, text in texts.items():
        setattr(ticket, name, text)
    if texts:
        ticket.redacted_at, ticket.redacted_by_id = uow.now, uow.actor.officer_id


def check_redacted(ticket: Ticket) -> None:
    """Raise Invalid naming the field when a confidential ticket has no redacted text yet."""
    if not ticket.confidential:
        return
    if not ticket.redacted_title:
        raise Invalid("redacted_title", "required")
    if not ticket.redacted_body:
        raise Invalid("redacted_body", "required")


def check_receiver(uow: UnitOfWork, ticket: Ticket, unit: Unit) -> None:
    """Raise Conflict when the unit is the one complained of, or below it on either line."""
    if ticket.complained_unit_id is None:
        return
    if unit.id in subtree([ticket.complained_unit_id], units.superiors(uow.session)):
        raise Conflict("the unit complained of", reason="complained-unit", unit_id=unit.id)
