"""How a ticket follows its lead unit: signed → handling, replied → call-back, returned or recalled → to be dispatched again.

A within-reaction to AssignmentMoved, so that both life cycles move in one transaction.
"""

from hotline.kernel.db import UnitOfWork
from hotline.tickets import assignments, tickets
from hotline.tickets.events import AssignmentMoved
from hotline.tickets.workflow import SYSTEM, State

MACHINE = (SYSTEM,)


def follow(uow: UnitOfWork, event: AssignmentMoved) -> None:
    """Move the ticket when its lead unit moved; assisting units move nothing, and are let go when the lead is done."""
    assignment = assignments.get(uow.session, event.assignment_id)
    if assignment.role != "lead":
        return
    if event.action == "sign" and assignment.ticket.state == State.DISPATCHED:
        tickets.move(uow, event.ticket_id, "begin", roles=MACHINE, given={})
    elif event.action == "reply":
        given = {"reply_public": assignment.reply_public, "public_note": assignment.reply_public}
        _release_others(uow, event)
        tickets.move(uow, event.ticket_id, "answer", roles=MACHINE, given=given)
    elif event.action in {"grant_return", "recall"}:
        _release_others(uow, event)
        tickets.move(uow, event.ticket_id, "take_back", roles=MACHINE, given={})


def _release_others(uow: UnitOfWork, event: AssignmentMoved) -> None:
    for part in assignments.at_work(uow.session, event.ticket_id):
        if part.id != event.assignment_id:
            assignments.move(uow, part.id, "release", roles=MACHINE, given={})
