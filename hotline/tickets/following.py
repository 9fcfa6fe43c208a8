"""How tickets follow: a ticket its lead unit (signed → handling, replied → audit or call-back, returned → the desk …), and
merged tickets the one they go with. Within-reactions to AssignmentMoved and TicketMoved, so that all moves in one transaction.
"""

from collections.abc import Callable

from sqlalchemy import select

from hotline.kernel.db import UnitOfWork
from hotline.tickets import assignments, dispatching, merging, reply_check, requests, rulings, supervision, tickets
from hotline.tickets.dispatching import LEAD, MACHINE
from hotline.tickets.events import AssignmentMoved, TicketMoved
from hotline.tickets.models import Assignment, Request
from hotline.tickets.reply_check import Reply, must_be_audited
from hotline.tickets.rules import rules_of
from hotline.tickets.workflow import DESK, RequestKind, RequestState, State, Workflow

REPLYING = frozenset({"submit_reply", "answer"})
FOLLOWED_BY = {
    "propose_reply": REPLYING,
    "reply": REPLYING,
    "grant_return": frozenset({"take_back"}),
    "recall": frozenset({"take_back"}),
    "designate_other": frozenset({"take_back"}),
    "grant_suspension": frozenset({"suspend"}),
    "grant_termination": frozenset({"terminate"}),
}
"""The ticket's moves, one of which must be open for the move of the lead's part to succeed."""
ANSWERING = frozenset({"answer", "pass_reply"})
PARTING = frozenset({"withdraw", "inform", "hand_over"})
"""Ends of a main ticket that say nothing about those merged into it: each goes its own way again."""
ENDING_ORDERS = frozenset({State.WITHDRAWN, State.TERMINATED, State.MERGED, State.INFORMED, State.HANDED_OVER})
"""A supervision order ends with the ticket: no unit has to do with it any more."""


def follow(uow: UnitOfWork, event: AssignmentMoved) -> None:
    """Move the ticket when its lead unit moved. Assisting units and those below another move nothing."""
    part = assignments.get(uow.session, event.assignment_id)
    if part.role == LEAD and event.action in STEPS:
        STEPS[event.action](uow, part)


def may_follow(workflow: Workflow, part: Assignment, action: str) -> bool:
    """Whether the ticket, as it stands, has a move for what this move of a part does to it: suspended (挂起) it has none."""
    wanted = FOLLOWED_BY.get(action)
    if part.role != LEAD or wanted is None:
        return True
    return any(row.action in wanted and row.source is part.ticket.state for row in workflow.ticket.rows)


def carry(uow: UnitOfWork, event: TicketMoved) -> None:
    """Take along what was merged into the ticket: answered and terminated with it, free again when it ends otherwise.

    Supervision orders end with the ticket they were given on.
    """
    if event.target in ENDING_ORDERS:
        supervision.end_with(uow, event.ticket_id)
    if event.action not in ANSWERING | PARTING | {"terminate"}:
        return
    words = tickets.get(uow, event.ticket_id).public_reply
    for member in merging.members(uow.session, event.ticket_id):
        if event.action in ANSWERING:
            tickets.move(uow, member.id, "answer_merged", roles=MACHINE, given={"public_note": words})
        elif event.action in PARTING:
            tickets.move(uow, member.id, "unmerge", roles=MACHINE, given={"note": event.number})
        else:
            tickets.move(uow, member.id, "terminate", roles=MACHINE, given={"note": words})


def _begin(uow: UnitOfWork, part: Assignment) -> None:
    if part.ticket.state is State.DISPATCHED:
        tickets.move(uow, part.ticket_id, "begin", roles=MACHINE, given={})


def _reply(uow: UnitOfWork, part: Assignment) -> None:
    supervised = supervision.is_supervised(uow.session, part.ticket_id)
    audited = rules_of(uow.session, uow.now).audit.holds(part.ticket, supervised=supervised)
    if audited or _holds_what_must_not_go_out(part):
        tickets.move(uow, part.ticket_id, "submit_reply", roles=MACHINE, given={})
        return
    dispatching.release_all(uow, part.ticket_id, spared=part.id)
    given = {"reply_public": part.reply_public, "public_note": part.reply_public}
    tickets.move(uow, part.ticket_id, "answer", roles=MACHINE, given=given)


def _holds_what_must_not_go_out(part: Assignment) -> bool:
    written = Reply(part.reply_public, part.reply_internal, part.solved or "")
    return must_be_audited(reply_check.check(written, reply_check.asked_of(part.ticket)))


def _take_back(uow: UnitOfWork, part: Assignment) -> None:
    dispatching.release_all(uow, part.ticket_id, spared=part.id)
    tickets.move(uow, part.ticket_id, "take_back", roles=MACHINE, given={})


def _designate(uow: UnitOfWork, part: Assignment) -> None:
    _take_back(uow, part)
    ruling = rulings.of_part(uow.session, part.id)
    if ruling is not None:
        given = {"unit_id": ruling.unit_id, "note": ruling.decision}
        tickets.move(uow, part.ticket_id, "dispatch", roles=DESK, given=given)


def _suspend(uow: UnitOfWork, part: Assignment) -> None:
    granted = _granted(uow, part, RequestKind.SUSPENSION)
    given = {"resume_at": requests.until(granted), "note": granted.decision}
    tickets.move(uow, part.ticket_id, "suspend", roles=MACHINE, given=given)


def _terminate(uow: UnitOfWork, part: Assignment) -> None:
    words = _granted(uow, part, RequestKind.TERMINATION).decision
    tickets.move(uow, part.ticket_id, "terminate", roles=MACHINE, given={"note": words})


def _granted(uow: UnitOfWork, part: Assignment, kind: RequestKind) -> Request:
    asked = Request.assignment_id == part.id, Request.kind == kind, Request.state == RequestState.GRANTED
    return uow.session.scalars(select(Request).where(*asked).order_by(Request.id.desc()).limit(1)).one()


STEPS: dict[str, Callable[[UnitOfWork, Assignment], None]] = {
    "sign": _begin,
    "reply": _reply,
    "grant_return": _take_back,
    "recall": _take_back,
    "designate_other": _designate,
    "grant_suspension": _suspend,
    "grant_termination": _terminate,
}
"""What a move of the lead's part does to the ticket."""
