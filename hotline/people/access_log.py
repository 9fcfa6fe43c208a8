"""Looking at masked data (查看敏感信息): only with a reason, and every look is kept. Handbook 3.10."""

from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel import typed
from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Forbidden, Invalid
from hotline.kernel.scope import Scope
from hotline.people.models import AccessLogEntry

FIELDS = {"name": "contact_name", "phone": "contact_phone"}
"""What can be asked for, and the ticket's attribute that holds it."""
FLOW_SHEET, PRINTED = "flow_sheet", "flow-sheet-printed"
"""Field and reason (a code) of the entry that a printed flow sheet leaves."""
LONGEST_REASON = 500


class HoldsContactData(Protocol):
    """What `reveal` needs to know of a ticket; the tables of tickets lie above this package."""

    id: int


def reveal(uow: UnitOfWork, scope: Scope, ticket: HoldsContactData, *, field: str, reason: str) -> str:
    """The value behind the mask, and a line in the log. The caller has asked `rights` first.

    Raises Invalid without a reason or for a field that is not masked, Forbidden for nobody in particular.
    """
    if field not in FIELDS:
        raise Invalid("field", "not-masked", allowed=sorted(FIELDS))
    why = typed.needed("reason", reason, LONGEST_REASON)
    _keep(uow, scope, ticket, field, why)
    return str(getattr(ticket, FIELDS[field]))


def note_print(uow: UnitOfWork, scope: Scope, ticket: HoldsContactData) -> None:
    """Keep that a flow sheet (流转单) with the data in clear was printed. Raises Forbidden for nobody in particular."""
    _keep(uow, scope, ticket, FLOW_SHEET, PRINTED)


def looks(session: Session, ticket_id: int) -> list[AccessLogEntry]:
    """Who looked at the masked data of a ticket, newest first."""
    query = select(AccessLogEntry).where(AccessLogEntry.ticket_id == ticket_id)
    return list(session.scalars(query.order_by(AccessLogEntry.id.desc())))


def _keep(uow: UnitOfWork, scope: Scope, ticket: HoldsContactData, field: str, reason: str) -> None:
    if scope.officer_id is None:
        raise Forbidden("contact data", action="reveal")
    entry = AccessLogEntry(officer_id=scope.officer_id, ticket_id=ticket.id, field=field, reason=reason, at=uow.now)
    uow.session.add(entry)
    uow.session.flush()
