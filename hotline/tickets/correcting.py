"""Setting a ticket right: corrected fields with old and new kept in the timeline, its level of secrecy, its importance.

Effects of `tickets`. The redacted text itself is in `checking`.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Invalid
from hotline.people import units
from hotline.people.permissions import subtree
from hotline.tickets import checking, merging
from hotline.tickets.codes import check_codes
from hotline.tickets.dispatching import HOLDING
from hotline.tickets.models import Assignment, Ticket
from hotline.tickets.remarks import Remark
from hotline.tickets.workflow import PROFILES, TYPES, URGENCIES, Secrecy, State

CODED = ("type", "urgency", "profile", "category_code", "area_code")
WORDED = ("title", "body", "wanted", "address")
CHOICES = {"type": TYPES, "urgency": URGENCIES, "profile": PROFILES}


def correct(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> Remark:
    """Change what was taken down wrongly. Codes stand in the line's data as [old, new], words in its text.

    Raises Invalid for an unknown code, and when nothing differs, Conflict for a report that other callers hang on.
    """
    wanted = given.get("changes") or {}
    changed = {name: wanted[name] for name in (*CODED, *WORDED) if wanted.get(name) not in (None, getattr(ticket, name))}
    if not changed:
        raise Invalid("changes", "nothing-changed")
    _check(uow.session, changed)
    old = {name: getattr(ticket, name) for name in changed}
    for name, value in changed.items():
        setattr(ticket, name, value)
    if not merging.may_merge(ticket):
        _check_alone(uow.session, ticket)
    words = [f"{name}: {old[name]} → {changed[name]}" for name in WORDED if name in changed]
    codes = {name: [old[name], changed[name]] for name in CODED if name in changed}
    return Remark(text="\n".join([str(given["note"]), *words]), data=codes)


def set_secrecy(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> Remark:
    """Set the level, the unit complained of and the importance. A ticket that units have needs its redacted text at once.

    Raises Invalid for a missing text and while the unit complained of has a part, Conflict when other callers hang on it.
    """
    before = _standing(ticket)
    checking.keep_redaction(uow, ticket, given)
    ticket.secrecy = Secrecy(given["secrecy"])
    if given.get("important") is not None:
        ticket.important = bool(given["important"])
    if "complained_unit_id" in given:
        _set_complained(uow, ticket, given["complained_unit_id"])
    if ticket.confidential:
        _check_alone(uow.session, ticket)
    if ticket.dispatch_count:
        checking.check_redacted(ticket)
    after = _standing(ticket)
    return Remark(data={name: [before[name], after[name]] for name in after if before[name] != after[name]})


def _check(session: Session, changed: Mapping[str, Any]) -> None:
    for name, allowed in CHOICES.items():
        if name in changed and changed[name] not in allowed:
            raise Invalid(f"changes.{name}", "unknown-choice", given=changed[name], allowed=sorted(allowed))
    check_codes(session, changed.get("category_code"), changed.get("area_code"))


def _standing(ticket: Ticket) -> dict[str, Any]:  # codes, ids and flags
    return {
        "secrecy": ticket.secrecy.value,
        "important": ticket.important,
        "complained_unit_id": ticket.complained_unit_id,
    }


def _set_complained(uow: UnitOfWork, ticket: Ticket, unit_id: int | None) -> None:
    ticket.complained_unit_id = units.get(uow.session, unit_id).id if unit_id else None
    if ticket.complained_unit_id is None:
        return
    kept_out = subtree([ticket.complained_unit_id], units.superiors(uow.session))
    held = select(Assignment.unit_id).where(Assignment.ticket_id == ticket.id, Assignment.state.in_(HOLDING))
    for holder in uow.session.scalars(held.order_by(Assignment.id)):
        if holder in kept_out:
            raise Invalid("complained_unit_id", "has-a-part", unit_id=holder)


def _check_alone(session: Session, ticket: Ticket) -> None:
    if ticket.state is State.MERGED or merging.members(session, ticket.id):
        raise Conflict("merged with other callers", reason="merged")
