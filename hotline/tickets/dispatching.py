"""Giving a ticket to units and taking it from them: dispatch, re-dispatch (改派), raising (提级), copies (抄送), redo.

Effects of `tickets`, which writes the line and the event. Parts are opened and ended through `assignments`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Invalid
from hotline.people import units
from hotline.people.models import Unit
from hotline.people.permissions import subtree
from hotline.tickets import assignments, checking, passing_on
from hotline.tickets.models import Assignment, Ruling, Ticket
from hotline.tickets.remarks import Remark
from hotline.tickets.rules import TicketRules, rules_of
from hotline.tickets.workflow import AT_WORK, SYSTEM, AssignmentState, State

LEAD = "lead"
ASSIST = "assist"
MACHINE = (SYSTEM,)
HOLDING = AT_WORK | {AssignmentState.REPLIED, AssignmentState.COPIED}
"""States in which a unit has, or had until it answered, to do with the ticket."""


def dispatch(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> Remark:
    """Give the ticket to a lead, to those who assist and to those who are told.

    Raises NotFound for an unknown unit, Conflict for the unit complained of, Invalid while the redacted text is missing. The
    given `override` says why it goes to a unit that a rule of dispatching speaks against.
    """
    checking.keep_redaction(uow, ticket, given)
    lead = units.get(uow.session, int(given["unit_id"]))
    assisting = _others(given, "assist_unit_ids", {lead.id})
    told = _others(given, "copy_unit_ids", {lead.id, *assisting})
    part = _give_lead(uow, ticket, lead, str(given.get("note") or ""), str(given.get("override") or ""))
    _give_each(uow, ticket, assisting)
    copied = _automatic_copies(uow, ticket, lead, {lead.id, *assisting, *told})
    _tell_each(uow, ticket, [*told, *copied])
    return Remark(
        data=_said(unit_id=lead.id, assist_unit_ids=assisting, copy_unit_ids=[*told, *copied], designated=part.designated)
    )


def redispatch(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> Remark:
    """Take the ticket from all its units and give it to others (改派)."""
    release_all(uow, ticket.id)
    return dispatch(uow, ticket, given)


def raise_level(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> Remark:
    """Give the ticket to a superior of its lead (提级办理). Raises Invalid for a unit that is none, on neither line."""
    lower, higher = ticket.lead_unit_id, int(given["unit_id"])
    if lower is None or lower == higher or lower not in subtree([higher], units.superiors(uow.session)):
        raise Invalid("unit_id", "not-a-superior", lead_unit_id=lower)
    if ticket.state is State.REVIEW:
        begin_round(ticket)
    return redispatch(uow, ticket, given)


def redo(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> Remark:
    """Begin another round with the unit that answered; a merged ticket's is the lead of the main one."""
    unit_id = ticket.lead_unit_id or _lead_of_main(uow.session, ticket)
    if unit_id is None:
        raise Conflict("no unit to redo it", reason="no-lead-unit")
    begin_round(ticket)
    ticket.reasonable = str(given["verdict"])
    _give_lead(uow, ticket, units.get(uow.session, unit_id), str(given["basis"]))
    return Remark(data={"unit_id": unit_id})


def take_back(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> None:
    """Leave the ticket without a unit and without a unit's limit."""
    ticket.lead_unit_id, ticket.due_provisional = None, False
    ticket.due_at, ticket.near_at = None, None


def copy(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> None:
    """Tell further units. Raises Conflict for one that has to do with the ticket already."""
    _tell_each(uow, ticket, _others(given, "copy_unit_ids", set()))


def add_assist(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> None:
    """Add assisting units; one is swapped by recalling its part before. Raises Conflict for one that has a part."""
    _give_each(uow, ticket, _others(given, "assist_unit_ids", set()))


def release_all(uow: UnitOfWork, ticket_id: int, *, spared: int | None = None) -> None:
    """End every part that units still work on, but for the one `spared`; what was asked of them lapses."""
    for part in assignments.at_work(uow.session, ticket_id):
        if part.id != spared:
            assignments.move(uow, part.id, "release", roles=MACHINE, given={})


def begin_round(ticket: Ticket) -> None:
    """Count a round up; the requester has no answer of it yet."""
    ticket.round += 1
    ticket.replied_at = None


def had_lead(session: Session, ticket: Ticket) -> bool:
    """Whether a unit led the ticket in the round it is in."""
    return bool(session.scalar(select(exists().where(*_leads(ticket)))))


def has_part(session: Session, ticket_id: int, unit_id: int) -> bool:
    """Whether the unit has to do with the ticket in this dispatch."""
    held = Assignment.ticket_id == ticket_id, Assignment.unit_id == unit_id, Assignment.state.in_(HOLDING)
    return bool(session.scalar(select(exists().where(*held, passing_on.is_of_this_dispatch()))))


def check_free(session: Session, ticket_id: int, unit_id: int) -> None:
    """Raise Conflict when the unit has to do with the ticket already; what it answered in an earlier dispatch is over."""
    if has_part(session, ticket_id, unit_id):
        raise Conflict("the unit has a part already", reason="has-part", unit_id=unit_id)


def _give_lead(uow: UnitOfWork, ticket: Ticket, lead: Unit, note: str, override: str = "") -> Assignment:
    checking.check_redacted(ticket)
    checking.check_receiver(uow, ticket, lead)
    designated = _is_designated(uow.session, ticket, lead.id, rules_of(uow.session, uow.now))
    ticket.lead_unit_id, ticket.dispatched_at = lead.id, uow.now
    ticket.dispatch_count += 1
    part = assignments.open_for(uow, ticket, lead.id, role=LEAD, note=note, override=override)
    part.designated = designated
    return part


def _give_each(uow: UnitOfWork, ticket: Ticket, unit_ids: Iterable[int]) -> None:
    for unit_id in unit_ids:
        _check_other(uow, ticket, unit_id)
        assignments.open_for(uow, ticket, unit_id, role=ASSIST, note="")


def _tell_each(uow: UnitOfWork, ticket: Ticket, unit_ids: Iterable[int]) -> None:
    for unit_id in unit_ids:
        _check_other(uow, ticket, unit_id)
        assignments.copy_to(uow, ticket, unit_id, note="")


def _check_other(uow: UnitOfWork, ticket: Ticket, unit_id: int) -> None:
    checking.check_receiver(uow, ticket, units.get(uow.session, unit_id))
    check_free(uow.session, ticket.id, unit_id)


def _others(given: Mapping[str, Any], field: str, taken: set[int]) -> list[int]:
    """The units of a field, each once. Raises Invalid for one that the same move gives another part."""
    wanted = list(dict.fromkeys(int(unit_id) for unit_id in given.get(field) or ()))
    if taken.intersection(wanted):
        raise Invalid(field, "two-parts", unit_id=min(taken.intersection(wanted)))
    return wanted


def _automatic_copies(uow: UnitOfWork, ticket: Ticket, lead: Unit, taken: set[int]) -> list[int]:
    """The district of a township that was given the ticket straight; handbook 3.5."""
    above = lead.territorial_id
    if lead.level not in rules_of(uow.session, uow.now).copied_levels or above is None or above in taken:
        return []
    held = Assignment.ticket_id == ticket.id, Assignment.unit_id == above, Assignment.state.in_(HOLDING)
    return [] if uow.session.scalar(select(exists().where(*held))) or _is_kept_from(uow, ticket, above) else [above]


def _is_kept_from(uow: UnitOfWork, ticket: Ticket, unit_id: int) -> bool:
    complained = ticket.complained_unit_id
    return complained is not None and unit_id in subtree([complained], units.superiors(uow.session))


def _is_designated(session: Session, ticket: Ticket, unit_id: int, rules: TicketRules) -> bool:
    """Whether the part may not be returned: a ruling named the unit, or enough units had it in this round."""
    ruled = select(exists().where(Ruling.ticket_id == ticket.id, Ruling.unit_id == unit_id))
    before = session.scalar(select(func.count()).select_from(Assignment).where(*_leads(ticket))) or 0
    return before >= rules.return_max or bool(session.scalar(ruled))


def _leads(ticket: Ticket) -> tuple[Any, ...]:  # conditions
    return Assignment.ticket_id == ticket.id, Assignment.round == ticket.round, Assignment.role == LEAD


def _lead_of_main(session: Session, ticket: Ticket) -> int | None:
    main = session.get(Ticket, ticket.merged_into_id) if ticket.merged_into_id else None
    return main.lead_unit_id if main else None


def _said(**data: Any) -> dict[str, Any]:  # ids and flags
    return {key: value for key, value in data.items() if value}
