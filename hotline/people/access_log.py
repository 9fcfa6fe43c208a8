"""Looking at masked data (查看敏感信息): only with a reason, and every look is kept. Handbook 3.10.

Listening to a call is such a look, and leaves its seconds instead of a reason.
"""

import uuid
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
AUDIO = "audio"
"""Field of the entry that listening to a call leaves; its reason tells whom and which seconds."""
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


def note_listening(uow: UnitOfWork, scope: Scope, call_id: uuid.UUID, *, role: str, from_s: float, to_s: float) -> None:
    """Keep that a stretch of a party's audio was listened to. Raises Forbidden for nobody in particular."""
    heard = f"{role} {from_s:.1f}-{to_s:.1f} s"
    _add(uow, scope, AccessLogEntry(call_id=call_id, field=AUDIO, reason=heard))


def listened(session: Session, call_id: uuid.UUID) -> list[AccessLogEntry]:
    """Who listened to a call, newest first."""
    query = select(AccessLogEntry).where(AccessLogEntry.call_id == call_id)
    return list(session.scalars(query.order_by(AccessLogEntry.id.desc())))


def looks(session: Session, ticket_id: int) -> list[AccessLogEntry]:
    """Who looked at the masked data of a ticket, newest first."""
    query = select(AccessLogEntry).where(AccessLogEntry.ticket_id == ticket_id)
    return list(session.scalars(query.order_by(AccessLogEntry.id.desc())))


def _keep(uow: UnitOfWork, scope: Scope, ticket: HoldsContactData, field: str, reason: str) -> None:
    _add(uow, scope, AccessLogEntry(ticket_id=ticket.id, field=field, reason=reason))


def _add(uow: UnitOfWork, scope: Scope, entry: AccessLogEntry) -> None:
    if scope.officer_id is None:
        raise Forbidden("contact data", action="reveal")
    entry.officer_id, entry.at = scope.officer_id, uow.now
    uow.session.add(entry)
    uow.session.flush()
