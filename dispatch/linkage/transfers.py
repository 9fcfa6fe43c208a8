"""Hand-overs to partners: their two life cycles (the data push, the voice call) and the use cases that move them.

The only module that assigns `Transfer.state` and `Transfer.voice_state`. Sending and its alarm are in `sending`.
"""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.events import TransferMoved, TransferOpened
from dispatch.linkage.partners import partner as partner_of
from dispatch.models import Transfer, TransferState, VoiceState
from hotline.intake.ownership import own_contact
from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from hotline.kernel.scope import Scope
from hotline.kernel.transitions import LifeCycle, Transition
from hotline.people.permissions import Role
from hotline.tickets import queries, timeline
from hotline.tickets.workflow import SYSTEM

MACHINE = frozenset({SYSTEM})
FLOOR = frozenset({Role.AGENT.value, Role.DISPATCHER.value, Role.SHIFT_LEADER.value})
OWNER = "dispatch.linkage.transfers"

_T = Transition[TransferState]
_V = Transition[VoiceState]

# fmt: off
TRANSFERS = LifeCycle(
    "transfer", OWNER, frozenset({TransferState.TO_SEND}),
    frozenset({TransferState.RECEIPTED, TransferState.REFUSED, TransferState.FAILED}),
    (
        #  action     from                     to                       who      needs
        _T("send",    TransferState.TO_SEND,   TransferState.SENT,      MACHINE),
        _T("receipt", TransferState.TO_SEND,   TransferState.RECEIPTED, MACHINE, ("receipt_no",)),
        _T("receipt", TransferState.SENT,      TransferState.RECEIPTED, MACHINE, ("receipt_no",)),
        _T("receipt", TransferState.REFUSED,   TransferState.RECEIPTED, MACHINE, ("receipt_no",)),
        _T("receipt", TransferState.FAILED,    TransferState.RECEIPTED, MACHINE, ("receipt_no",)),
        _T("refuse",  TransferState.TO_SEND,   TransferState.REFUSED,   MACHINE),
        _T("fail",    TransferState.TO_SEND,   TransferState.FAILED,    MACHINE),
        _T("resend",  TransferState.TO_SEND,   TransferState.TO_SEND,   FLOOR),
        _T("resend",  TransferState.REFUSED,   TransferState.TO_SEND,   FLOOR),
        _T("resend",  TransferState.FAILED,    TransferState.TO_SEND,   FLOOR),
    ),
)
VOICE = LifeCycle(
    "voice", OWNER, frozenset({VoiceState.CALLING, VoiceState.NOT_NEEDED}),
    frozenset({VoiceState.ANSWERED, VoiceState.NOT_NEEDED}),
    (
        #  action       from                  to                    who    needs
        _V("answered",  VoiceState.CALLING,   VoiceState.ANSWERED,  FLOOR, ("answered_by",)),
        _V("no_answer", VoiceState.CALLING,   VoiceState.NO_ANSWER, FLOOR),
        _V("answered",  VoiceState.NO_ANSWER, VoiceState.ANSWERED,  FLOOR, ("answered_by",)),
        _V("no_answer", VoiceState.NO_ANSWER, VoiceState.NO_ANSWER, FLOOR),
    ),
)
# fmt: on


@dataclass(frozen=True)
class Handover:
    """What is to be handed over, and to whom. `key` makes a repeat harmless; empty: every call is a new hand-over."""

    partner: str
    reason: str
    contact_id: int | None = None
    ticket_id: int | None = None
    place: str = ""
    summary: str = ""
    key: str = ""


def open_transfer(uow: UnitOfWork, scope: Scope, given: Handover) -> Transfer:
    """Open a hand-over; it leaves the house by the outbox. The caller's number is read from the contact or ticket then.

    For a voice-first partner the voice call counts as begun. Safe to repeat with the same key. Raises Forbidden (not floor
    staff, another agent's contact),
    Invalid (unknown partner, no reason, neither contact nor ticket), NotFound, Conflict (key of another matter).
    """
    _check_floor(scope)
    _check_given(uow.session, scope, given)
    if given.key and (earlier := _by_key(uow.session, given.key)):
        return _same(earlier, given)
    transfer = Transfer(
        partner=given.partner,
        contact_id=given.contact_id,
        ticket_id=given.ticket_id,
        reason=given.reason,
        payload={"place": given.place, "summary": given.summary},
        idempotency_key=given.key or uuid.uuid4().hex,
        state=TransferState.TO_SEND,
        created_at=uow.now,
        created_by=scope.officer_id,
        voice_state=VoiceState.CALLING if partner_of(given.partner).voice_first else VoiceState.NOT_NEEDED,
    )
    uow.session.add(transfer)
    uow.session.flush()
    _note(uow, transfer, "transfer")
    uow.record(TransferOpened(transfer.id, transfer.partner, transfer.contact_id, transfer.ticket_id))
    return transfer


def note_voice(uow: UnitOfWork, scope: Scope, transfer_id: int, *, state: str, answered_by: str = "") -> Transfer:
    """Record that the partner answered the voice call (who, and now), or did not. `state` is answered or no_answer.

    Repeating what is recorded already changes nothing. Raises as `LifeCycle.find`: Conflict when no call is awaited.
    """
    transfer = _seen(uow.session, scope, transfer_id)
    if state == VoiceState.ANSWERED and transfer.voice_answered_by == answered_by:
        return transfer
    row = VOICE.find(transfer.voice_state, state, scope.roles, {"answered_by": answered_by.strip()})
    transfer.voice_state = row.target
    if row.target == VoiceState.ANSWERED:
        transfer.voice_answered_by, transfer.voice_answered_at = answered_by.strip(), uow.now
    _announce(uow, transfer, f"voice_{row.action}", transfer.state)
    return transfer


def receive_receipt(uow: UnitOfWork, partner: str, idempotency_key: str, receipt_no: str) -> Transfer:
    """Take a partner's receipt. Repeating it changes nothing.

    Raises NotFound when that partner was handed nothing under the key, Conflict for a second, different number.
    """
    found = _by_key(uow.session, idempotency_key)
    if found is None or found.partner != partner:
        raise NotFound("transfer", thing="transfer")
    return note_receipt(uow, found.id, receipt_no)


def note_receipt(uow: UnitOfWork, transfer_id: int, receipt_no: str) -> Transfer:
    """The partner has it. As `receive_receipt`, by our id."""
    transfer = _locked(uow.session, transfer_id)
    if transfer.state == TransferState.RECEIPTED:
        if transfer.receipt_no != receipt_no:
            raise Conflict("another receipt", reason="another-receipt", thing="transfer", id=transfer.id)
        return transfer
    _move(uow, transfer, "receipt", MACHINE, {"receipt_no": receipt_no})
    transfer.receipt_no, transfer.receipt_at, transfer.error = receipt_no, uow.now, ""
    transfer.sent_at = transfer.sent_at or uow.now
    return transfer


def note_sent(uow: UnitOfWork, transfer_id: int) -> None:
    """It left the house; the receipt is still awaited. Nothing when a receipt or a repeat was quicker."""
    transfer = _locked(uow.session, transfer_id)
    if transfer.state == TransferState.TO_SEND:
        _move(uow, transfer, "send", MACHINE, {})
        transfer.sent_at = uow.now


def note_lost(uow: UnitOfWork, transfer_id: int, action: str, error: str) -> None:
    """It did not get there and will not by itself: `action` is refuse (the partner's word) or fail (no data link)."""
    transfer = _locked(uow.session, transfer_id)
    if transfer.state == TransferState.TO_SEND:
        transfer.error = error
        _move(uow, transfer, action, MACHINE, {})


def resend(uow: UnitOfWork, scope: Scope, transfer_id: int) -> Transfer:
    """Try again under the same key; the alarm stays as it was raised. Raises as `LifeCycle.find`."""
    transfer = _seen(uow.session, scope, transfer_id)
    _move(uow, transfer, "resend", scope.roles, {})
    transfer.error = ""
    return transfer


def get(session: Session, transfer_id: int) -> Transfer:
    """The hand-over. Raises NotFound."""
    transfer = session.get(Transfer, transfer_id)
    if transfer is None:
        raise NotFound("transfer", thing="transfer", id=transfer_id)
    return transfer


def newest(session: Session, *, limit: int, before_id: int | None = None) -> list[Transfer]:
    """Hand-overs, newest first; those before an id for the next page."""
    query = select(Transfer).order_by(Transfer.id.desc()).limit(limit)
    return list(session.scalars(query if before_id is None else query.where(Transfer.id < before_id)))


def of_ticket(session: Session, ticket_id: int) -> list[Transfer]:
    """A ticket's hand-overs, oldest first."""
    return list(session.scalars(select(Transfer).where(Transfer.ticket_id == ticket_id).order_by(Transfer.id)))


def of_contact(session: Session, contact_id: int) -> list[Transfer]:
    """A contact's hand-overs, oldest first."""
    return list(session.scalars(select(Transfer).where(Transfer.contact_id == contact_id).order_by(Transfer.id)))


def _check_floor(scope: Scope) -> None:
    if not scope.has(*FLOOR):
        raise Forbidden("hand-overs are the floor's", action="transfer", roles=sorted(FLOOR))


def _check_given(session: Session, scope: Scope, given: Handover) -> None:
    partner_of(given.partner)
    if not given.reason.strip():
        raise Invalid("reason", "required")
    if given.contact_id is None and given.ticket_id is None:
        raise Invalid("contact_id", "required")
    if given.contact_id is not None:
        own_contact(session, scope, given.contact_id)
    if given.ticket_id is not None:
        queries.get_visible(session, scope, given.ticket_id)


def _by_key(session: Session, key: str) -> Transfer | None:
    return session.scalars(select(Transfer).where(Transfer.idempotency_key == key)).one_or_none()


def _same(earlier: Transfer, given: Handover) -> Transfer:
    if (earlier.partner, earlier.contact_id, earlier.ticket_id) != (given.partner, given.contact_id, given.ticket_id):
        raise Conflict("key of another matter", reason="key-reused", thing="transfer")
    return earlier


def _locked(session: Session, transfer_id: int) -> Transfer:
    found = session.get(Transfer, transfer_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("transfer", thing="transfer", id=transfer_id)
    return found


def _seen(session: Session, scope: Scope, transfer_id: int) -> Transfer:
    transfer = _locked(session, transfer_id)
    if transfer.ticket_id is not None:
        queries.get_visible(session, scope, transfer.ticket_id)
    return transfer


def _move(uow: UnitOfWork, transfer: Transfer, action: str, roles: Collection[str], given: Mapping[str, Any]) -> None:
    row = TRANSFERS.find(transfer.state, action, roles, given)
    source, transfer.state = transfer.state, row.target
    _announce(uow, transfer, action, source)


def _announce(uow: UnitOfWork, transfer: Transfer, action: str, source: TransferState) -> None:
    uow.session.flush()
    _note(uow, transfer, f"transfer_{action}")
    ids = (transfer.id, transfer.partner, transfer.contact_id, transfer.ticket_id)
    uow.record(TransferMoved(*ids, action, source.value, transfer.state.value))


def _note(uow: UnitOfWork, transfer: Transfer, action: str) -> None:
    if transfer.ticket_id is not None:
        data = {"transfer_id": transfer.id, "partner": transfer.partner, "state": transfer.state.value}
        timeline.write(uow, transfer.ticket_id, action, data=data)
