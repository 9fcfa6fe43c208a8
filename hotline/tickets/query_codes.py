"""A lost query code: whoever names a ticket and the telephone it was opened with is sent a new one. Called by the portal."""

import hmac

from sqlalchemy import select, update

from hotline.kernel.db import UnitOfWork
from hotline.people.citizens import plain_number
from hotline.tickets.events import QueryCodeRenewed
from hotline.tickets.models import Ticket
from hotline.tickets.numbering import new_query_code


def renew(uow: UnitOfWork, number: str, phone: str) -> None:
    """A new code when number and telephone fit; else nothing, and the caller does not learn which it was.

    Never for confidential tickets (保密): a message there would tell who looks at the telephone that there is one.
    """
    ticket = uow.session.scalars(select(Ticket).where(Ticket.number == number.strip().upper())).one_or_none()
    kept = plain_number(ticket.contact_phone) if ticket is not None else ""
    fits = hmac.compare_digest(kept.encode(), plain_number(phone).encode())
    if ticket is None or not kept or not fits or ticket.confidential:
        return
    # Past the version: nobody at a desk should meet a conflict because the requester lost a code.
    uow.session.execute(update(Ticket).where(Ticket.id == ticket.id).values(query_code=new_query_code()))
    uow.record(QueryCodeRenewed(ticket_id=ticket.id))
