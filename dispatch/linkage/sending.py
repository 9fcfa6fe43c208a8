"""The outbound side of hand-overs: the after-reaction that sends, and the sweep that raises the alarm when no receipt came.

Safe at every kill: a repeat sends the same key, and the partner keeps one matter per key.
"""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from dispatch.events import TransferMoved, TransferOpened, TransferOverdue
from dispatch.linkage import transfers
from dispatch.linkage.partners import partner
from dispatch.linkage.protocol import Linkage, NotConnected, OutgoingTransfer, TransferRefused
from dispatch.models import Transfer, TransferState
from hotline.intake.models import Contact
from hotline.kernel.db import Database
from hotline.tickets import timeline
from hotline.tickets.models import Ticket

BATCH = 100
LOST = (TransferState.REFUSED, TransferState.FAILED)


def send(database: Database, linkages: Mapping[str, Linkage], delivery_id: int, event: TransferOpened | TransferMoved) -> None:
    """After-reaction to TransferOpened and TransferMoved: hand over what is still to be sent, then note how it went.

    Safe to repeat. Raises PartnerUnavailable, upon which the outbox tries again.
    """
    with database.read() as session:
        transfer = transfers.get(session, event.transfer_id)
        if transfer.state != TransferState.TO_SEND:
            return
        outgoing = _outgoing(session, transfer)
    try:
        receipt = _linkage(linkages, outgoing.partner).forward(outgoing)
    except TransferRefused as error:
        _note_lost(database, event.transfer_id, "refuse", error)
        return
    except NotConnected as error:
        _note_lost(database, event.transfer_id, "fail", error)
        return
    with database.work() as uow:
        if receipt is None:
            transfers.note_sent(uow, event.transfer_id)
        else:
            transfers.note_receipt(uow, event.transfer_id, receipt.number)


def overdue(database: Database, seconds: int) -> int:
    """Raise the alarm, once each, for hand-overs without receipt for so long, and at once for lost ones; returns how many.

    Safe to run twice at once: each row is taken by one of them.
    """
    with database.work() as uow:
        late = and_(Transfer.state != TransferState.RECEIPTED, Transfer.created_at <= uow.now - timedelta(seconds=seconds))
        query = select(Transfer).where(Transfer.alarm_at.is_(None), or_(late, Transfer.state.in_(LOST)))
        found = uow.session.scalars(query.order_by(Transfer.id).limit(BATCH).with_for_update(skip_locked=True)).all()
        for transfer in found:
            transfer.alarm_at = uow.now
            ids = (transfer.id, transfer.partner, transfer.contact_id, transfer.ticket_id)
            uow.record(TransferOverdue(*ids, officer_id=transfer.created_by, state=transfer.state.value))
            if transfer.ticket_id is not None:
                timeline.write(uow, transfer.ticket_id, "transfer_overdue", data={"transfer_id": transfer.id})
        return len(found)


def _linkage(linkages: Mapping[str, Linkage], code: str) -> Linkage:
    found = linkages.get(code)
    if found is None:
        raise NotConnected(code, partner=code)
    return found


def _note_lost(database: Database, transfer_id: int, action: str, error: TransferRefused | NotConnected) -> None:
    with database.work() as uow:
        transfers.note_lost(uow, transfer_id, action, error.code)


def _outgoing(session: Session, transfer: Transfer) -> OutgoingTransfer:
    ticket = session.get(Ticket, transfer.ticket_id) if transfer.ticket_id is not None else None
    return OutgoingTransfer(
        key=transfer.idempotency_key,
        partner=transfer.partner,
        reason=transfer.reason,
        place=transfer.payload.get("place") or (ticket.address if ticket is not None else ""),
        summary=transfer.payload.get("summary", ""),
        callback_number=_callback_number(session, transfer, ticket),
        ticket_number=ticket.number if ticket is not None else "",
        created_at=transfer.created_at,
    )


def _callback_number(session: Session, transfer: Transfer, ticket: Ticket | None) -> str:
    """The caller's number, which a confidential ticket keeps from everyone but the emergency lines."""
    contact = session.get(Contact, transfer.contact_id) if transfer.contact_id is not None else None
    if ticket is not None and ticket.confidential and not partner(transfer.partner).voice_first:
        return ""
    return (ticket.contact_phone if ticket is not None else "") or (contact.number if contact is not None else "")
