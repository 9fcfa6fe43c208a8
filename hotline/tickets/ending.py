"""Answering, waiting and ending: replies and their audit, suspension, informing, handing over, withdrawing, reopening.

Effects of `tickets`, which sets the state, writes the line and records the event.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Invalid
from hotline.tickets import assignments, dispatching, merging
from hotline.tickets.dispatching import LEAD, MACHINE
from hotline.tickets.models import Assignment, HandlingPath, Ticket
from hotline.tickets.remarks import Remark
from hotline.tickets.rules import rules_of
from hotline.tickets.workflow import AssignmentState

UNREASONABLE = "unreasonable"
"""The verdict that takes a ticket out of the rates, in the words of `Ticket.reasonable`."""


def inform(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> None:
    """Tell the requester which way the matter goes (分类处置). Raises Invalid for a path that does not exist."""
    if uow.session.get(HandlingPath, given["path_code"]) is None:
        raise Invalid("path_code", "unknown-code", given=given["path_code"])
    ticket.path_code, ticket.public_reply = str(given["path_code"]), str(given["note"])


def lapse(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> None:
    """End what its requester did not complete in time (逾期未补充), by the path that the city's rules name for it."""
    path = uow.session.get(HandlingPath, rules_of(uow.session, uow.now).incomplete_path)
    if path is not None:
        ticket.path_code, ticket.public_reply = path.code, path.channel


def hand_over(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> Remark:
    """Hand the matter to another hotline; the requester reads its name. Raises Invalid for one that is not known."""
    targets = rules_of(uow.session, uow.now).hand_over_targets
    code = str(given["handed_to"])
    if code not in targets:
        raise Invalid("handed_to", "unknown-code", given=code, allowed=sorted(targets))
    ticket.handed_to, ticket.public_reply = code, f"{targets[code]}\n{given['note']}"
    return Remark(text=ticket.public_reply, data={"handed_to": code})


def withdraw(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> None:
    """End the ticket as its requester wishes; its units are let go."""
    dispatching.release_all(uow, ticket.id)
    ticket.resume_at = None


def answer(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> None:
    """Give the requester the unit's words."""
    ticket.replied_at, ticket.public_reply = uow.now, str(given.get("reply_public") or "")


def pass_reply(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> Remark:
    """The audited reply goes to the requester; whoever still assists is let go."""
    reply = audited_reply(uow.session, ticket)
    dispatching.release_all(uow, ticket.id)
    ticket.replied_at, ticket.public_reply = uow.now, reply.reply_public
    return Remark(text=reply.reply_public)


def reject_reply(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> None:
    """Send a poor reply back to the lead, whose part it is again."""
    reply = audited_reply(uow.session, ticket)
    assignments.move(uow, reply.id, "rework", roles=MACHINE, given={"note": given["note"]})


def suspend(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> Remark:
    """Let the ticket wait (挂起) until the day that was granted."""
    ticket.resume_at = given["resume_at"]
    return Remark(data={"until": ticket.resume_at.isoformat()} if ticket.resume_at else {})


def resume(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> None:
    """Go on."""
    ticket.resume_at = None


def terminate(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> None:
    """End the ticket by review (终止办理); the requester reads why."""
    dispatching.release_all(uow, ticket.id)
    ticket.reasonable = str(given["verdict"]) if given.get("verdict") else ticket.reasonable
    ticket.public_reply = str(given.get("explanation") or given.get("note") or "") or ticket.public_reply
    ticket.resume_at = None


def exclude(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> None:
    """End what a wrong or malicious judgement led to (差评剔除); the requester reads why."""
    terminate(uow, ticket, {**given, "verdict": UNREASONABLE})


def keep_closed(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> None:
    """Leave a dissatisfied case closed, for the reason explained."""
    ticket.reasonable = str(given["verdict"])


def reopen(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> None:
    """Begin again with an ended ticket, by itself if it was merged. Raises Conflict when its end is too long ago."""
    window = rules_of(uow.session, uow.now).reopen
    if ticket.closed_at is not None and uow.now > ticket.closed_at + window:
        raise Conflict("ended too long ago", reason="reopen-window-over", days=window.days)
    if dispatching.had_lead(uow.session, ticket) or ticket.merged_into_id is not None:
        dispatching.begin_round(ticket)
    merging.unmerge(uow, ticket, given)
    dispatching.take_back(uow, ticket, given)
    ticket.replied_at, ticket.public_reply = None, ""
    ticket.path_code = ticket.handed_to = ticket.answerable_unit_id = None
    ticket.contacted = ticket.solved = ticket.satisfied = ticket.outcome_source = ticket.reasonable = None


def audited_reply(session: Session, ticket: Ticket) -> Assignment:
    """The lead's reply of this round. Raises Conflict when there is none."""
    replied = Assignment.role == LEAD, Assignment.round == ticket.round, Assignment.state == AssignmentState.REPLIED
    query = select(Assignment).where(Assignment.ticket_id == ticket.id, *replied).order_by(Assignment.id.desc())
    found = session.scalars(query.limit(1)).one_or_none()
    if found is None:
        raise Conflict("no reply to audit", reason="no-reply")
    return found
