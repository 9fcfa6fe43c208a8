"""Merging repeats (并单): one matter, one answer, every caller kept in the volume, answered and called back.

Effects of `tickets`, and what its neighbours ask. Callers never learn of each other: nothing of one is written where the
other reads. Source: handbook 3.2 row 22.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict
from hotline.tickets import assignments, links, timeline
from hotline.tickets.events import TicketAdded, TicketsMerged
from hotline.tickets.indexing import without_numbers
from hotline.tickets.links import LinkKind
from hotline.tickets.models import Assignment, Ticket
from hotline.tickets.workflow import SYSTEM, UNDECIDED, AssignmentState, State

REPORT = "report"
MACHINE = (SYSTEM,)
SHORTEST_NAME = 2
"""Taking out a single character would take words apart."""


def merge(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> None:
    """Let a ticket go with another, its parts and whatever was merged into it before.

    Raises Invalid for itself, Conflict when one of them is answered, ended, merged or may never be merged.
    """
    main = _locked(uow, ticket, int(given["main_id"]))
    _check_main(main)
    _check_member(uow.session, ticket)
    note = str(given.get("note") or "")
    _join(uow, ticket, main, note)
    for part in assignments.at_work(uow.session, ticket.id):
        assignments.move(uow, part.id, "release", roles=MACHINE, given={})
    for member in members(uow.session, ticket.id):
        links.undo(uow, member.id, ticket.id, LinkKind.MERGED)
        _join(uow, member, main, note)
    uow.session.flush()
    uow.record(TicketsMerged(main.id, ticket.id, main.number))


def unmerge(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> None:
    """Undo it: the ticket is to be dispatched again, by itself."""
    main_id, ticket.merged_into_id = ticket.merged_into_id, None
    if main_id is None:
        return
    links.undo(uow, ticket.id, main_id, LinkKind.MERGED)
    timeline.write(uow, main_id, "merged_out", text=str(given.get("note") or ""), data={"ticket_id": ticket.id})


def answer_merged(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> None:
    """Answer a caller with what the main ticket's was told; marks of this call-back go to the unit that answered."""
    main = uow.session.get_one(Ticket, ticket.merged_into_id)
    ticket.public_reply, ticket.replied_at = main.public_reply, uow.now
    ticket.lead_unit_id, ticket.answerable_unit_id = main.lead_unit_id, main.answerable_unit_id


def pass_words_on(uow: UnitOfWork, ticket: Ticket, kind: str, text: str) -> None:
    """What a merged ticket's caller adds later reaches the survivor and its unit, without what would name the caller."""
    if ticket.state is not State.MERGED or ticket.merged_into_id is None:
        return
    main = uow.session.get_one(Ticket, ticket.merged_into_id)
    if kind == "urge":
        main.urge_count += 1
    words = _nameless(ticket, text)
    timeline.write(uow, main.id, f"merged_{kind}", text=words, data={"ticket_id": ticket.id}, unit_id=main.lead_unit_id)
    uow.session.flush()
    uow.record(TicketAdded(main.id, main.number, kind))


def members(session: Session, main_id: int) -> list[Ticket]:
    """The tickets that wait for the answer of this one, oldest first."""
    query = select(Ticket).where(Ticket.merged_into_id == main_id, Ticket.state == State.MERGED)
    return list(session.scalars(query.order_by(Ticket.id)))


def ever_merged(session: Session, main_id: int) -> list[Ticket]:
    """Every ticket whose caller is answered by this one, also those answered by now, oldest first."""
    return list(session.scalars(select(Ticket).where(Ticket.merged_into_id == main_id).order_by(Ticket.id)))


def may_merge(ticket: Ticket) -> bool:
    """Whether the ticket may ever be merged: reports and confidential tickets keep to themselves."""
    return ticket.type != REPORT and not ticket.confidential


def may_be_main(ticket: Ticket) -> bool:
    """Whether another may be merged into the ticket now."""
    return may_merge(ticket) and ticket.state in UNDECIDED


def _join(uow: UnitOfWork, ticket: Ticket, main: Ticket, note: str) -> None:
    ticket.merged_into_id, ticket.lead_unit_id = main.id, None
    ticket.due_at, ticket.near_at, ticket.due_provisional = None, None, False
    links.link(uow, ticket.id, main.id, LinkKind.MERGED, note)
    timeline.write(uow, main.id, "merged_in", text=note, data={"ticket_id": ticket.id}, unit_id=main.lead_unit_id)


def _locked(uow: UnitOfWork, ticket: Ticket, main_id: int) -> Ticket:
    # Both at once and in one order: two people who merge A into B and B into A must not both succeed.
    links.another(uow, ticket, main_id, "main_id")
    uow.session.flush()
    pair = select(Ticket.id).where(Ticket.id.in_([ticket.id, main_id])).order_by(Ticket.id).with_for_update()
    uow.session.execute(pair).all()
    main = uow.session.get_one(Ticket, main_id)
    uow.session.refresh(main)
    return main


def _check_main(main: Ticket) -> None:
    _check_kind(main)
    if main.state is State.MERGED:
        raise Conflict("merged itself", reason="main-merged")
    if not main.state.is_open:
        raise Conflict("the main ticket has ended", reason="main-ended")
    if main.state not in UNDECIDED:
        raise Conflict("answered already", reason="main-replied")


def _check_member(session: Session, ticket: Ticket) -> None:
    _check_kind(ticket)
    replied = exists().where(
        Assignment.ticket_id == ticket.id, Assignment.round == ticket.round, Assignment.state == AssignmentState.REPLIED
    )
    if session.scalar(select(replied)):
        raise Conflict("a unit has replied", reason="replied")


def _check_kind(ticket: Ticket) -> None:
    if not may_merge(ticket):
        raise Conflict("reports and confidential tickets are never merged", reason="never-merged")


def _nameless(ticket: Ticket, text: str) -> str:
    words, name = without_numbers(text), ticket.contact_name
    return words.replace(name, "") if len(name) >= SHORTEST_NAME else words
