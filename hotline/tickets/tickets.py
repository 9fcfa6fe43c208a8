"""Use cases on tickets: open, move, add. The only module that assigns `Ticket.state`.

Every function takes the unit of work first, never commits, writes the timeline and records its event.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Invalid, NotFound
from hotline.people import units
from hotline.tickets import assignments, numbering, timeline
from hotline.tickets.events import TicketAdded, TicketMoved, TicketOpened
from hotline.tickets.models import Attachment, HandlingPath, Ticket
from hotline.tickets.workflow import Secrecy, State, workflow_of

PUBLIC_ACTIONS = frozenset({"dispatch", "inform", "begin", "answer", "close", "redo", "withdraw", "keep_closed"})


@dataclass(frozen=True)
class NewTicket:
    """What a ticket is opened with; texts are checked by whoever took them in."""

    channel: str
    type: str
    title: str
    body: str
    wanted: str = ""
    urgency: str = "normal"
    profile: str = "general"
    category_code: str | None = None
    area_code: str | None = None
    address: str = ""
    citizen_id: int | None = None
    contact_name: str = ""
    contact_phone: str = ""
    secrecy: Secrecy = Secrecy.NORMAL
    reply_wanted: bool = True
    contact_id: int | None = None
    submission_key: str | None = None
    article_id: int | None = None
    answer: str = ""
    opened_by_id: int | None = None
    repeat_of_id: int | None = None
    attachment_tokens: tuple[str, ...] = field(default=())


def open_ticket(uow: UnitOfWork, given: NewTicket) -> Ticket:
    """Open a ticket to be dispatched. The same `submission_key` again returns the ticket it opened."""
    return _open(uow, given, State.PENDING)


def open_answered(uow: UnitOfWork, given: NewTicket) -> Ticket:
    """Record a direct answer (直接答复): closed on the spot, with the article or the words that answered it."""
    ticket = _open(uow, given, State.ANSWERED)
    ticket.closed_at, ticket.replied_at, ticket.public_reply = uow.now, uow.now, given.answer
    ticket.on_time, ticket.outcome_source = True, "direct"
    return ticket


def move(
    uow: UnitOfWork,
    ticket_id: int,
    action: str,
    *,
    roles: Collection[str],
    given: Mapping[str, Any],
    version: int | None = None,
) -> Ticket:
    """Move a ticket by its life cycle. Raises Conflict, Forbidden or Invalid as `LifeCycle.find` says.

    `version` is the one the person saw; another one now is a Conflict and nothing changes.
    """
    ticket = get(uow, ticket_id)
    if version is not None and version != ticket.version:
        raise Conflict("changed meanwhile", reason="stale", thing="ticket", version=ticket.version)
    row = workflow_of(uow).ticket.find(ticket.state, action, roles, given)
    source = ticket.state
    effect = EFFECTS.get(action)
    if effect is not None:
        effect(uow, ticket, given)
    ticket.state = row.target
    if not row.target.is_open:
        ticket.closed_at = uow.now
    note = str(given.get("explanation") or given.get("public_note") or given.get("note") or "")
    data = {key: given[key] for key in ("unit_id", "path_code", "verdict", "reason_code") if given.get(key) is not None}
    public = action in PUBLIC_ACTIONS
    states = (source.value, row.target.value)
    timeline.write(uow, ticket.id, action, text=note, public=public, data=data, unit_id=ticket.lead_unit_id, states=states)
    uow.session.flush()
    uow.record(TicketMoved(ticket.id, ticket.number, action, source.value, row.target.value))
    return ticket


def add(
    uow: UnitOfWork, ticket_id: int, kind: str, text: str, *, attachment_tokens: Collection[str] = (), public: bool = True
) -> Ticket:
    """Add the requester's words or files (`kind` supplement), or urge (`urge`). Raises Conflict when the ticket has ended."""
    ticket = get(uow, ticket_id)
    if not ticket.state.is_open:
        raise Conflict("the ticket has ended", reason="ended", state=ticket.state.value)
    if kind == "urge":
        ticket.urge_count += 1
    elif not text and not attachment_tokens:
        raise Invalid("text", "required")
    attach(uow, ticket.id, attachment_tokens)
    timeline.write(uow, ticket.id, kind, text=text, public=public, unit_id=ticket.lead_unit_id)
    uow.session.flush()
    uow.record(TicketAdded(ticket.id, ticket.number, kind))
    return ticket


def attach(uow: UnitOfWork, ticket_id: int, tokens: Collection[str]) -> None:
    """Give uploaded files to a ticket. Raises Invalid for a token that is unknown or belongs to another ticket."""
    if not tokens:
        return
    free = Attachment.token.in_(list(tokens)), Attachment.ticket_id.is_(None)
    taken = uow.session.execute(update(Attachment).where(*free).values(ticket_id=ticket_id).returning(Attachment.id)).all()
    if len(taken) != len(set(tokens)):
        raise Invalid("attachment_tokens", "unknown-attachment")


def record_outcome(
    uow: UnitOfWork, ticket: Ticket, *, contacted: bool | None, solved: str | None, satisfied: str | None, source: str
) -> None:
    """Set what the requester said, and how we know it: explicit, default or unreachable."""
    ticket.contacted, ticket.solved, ticket.satisfied, ticket.outcome_source = contacted, solved, satisfied, source


def set_total_limit(uow: UnitOfWork, ticket: Ticket, due_at: datetime) -> None:
    """Set the citizen's limit (诉求总时限), which runs from acceptance and never restarts."""
    ticket.total_due_at = due_at


def record_on_time(uow: UnitOfWork, ticket: Ticket, on_time: bool) -> None:
    """Set whether every reply so far came within the unit's limit; one late round stays late."""
    ticket.on_time = on_time and ticket.on_time is not False


def get(uow: UnitOfWork, ticket_id: int) -> Ticket:
    """The ticket. Raises NotFound."""
    ticket = uow.session.get(Ticket, ticket_id)
    if ticket is None:
        raise NotFound("ticket", thing="ticket", id=ticket_id)
    return ticket


def submitted(uow: UnitOfWork, key: str) -> Ticket | None:
    """The ticket that this submission opened before. A second sending at the same moment waits for the first."""
    uow.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"submission:{key}", 0))))
    return uow.session.scalars(select(Ticket).where(Ticket.submission_key == key)).one_or_none()


def _open(uow: UnitOfWork, given: NewTicket, state: State) -> Ticket:
    if given.submission_key and (earlier := submitted(uow, given.submission_key)):
        return earlier
    values = {
        name: getattr(given, name) for name in NewTicket.__dataclass_fields__ if name not in {"answer", "attachment_tokens"}
    }
    ticket = Ticket(
        **values,
        number=numbering.next_number(uow),
        query_code=numbering.new_query_code(),
        state=state,
        opened_at=uow.now,
        round=1,
        dispatch_count=0,
        urge_count=0,
    )
    uow.session.add(ticket)
    uow.session.flush()
    attach(uow, ticket.id, given.attachment_tokens)
    timeline.write(uow, ticket.id, "open", public=True, data={"channel": given.channel}, states=("", state.value))
    uow.record(TicketOpened(ticket.id, ticket.number, state.value, ticket.urgency))
    return ticket


def _dispatch(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> None:
    unit = units.get(uow.session, int(given["unit_id"]))
    ticket.lead_unit_id, ticket.dispatched_at, ticket.closed_at = unit.id, uow.now, None
    ticket.dispatch_count += 1
    assignments.open_for(uow, ticket, unit.id, role="lead", note=str(given.get("note") or ""))
    for assist_id in given.get("assist_unit_ids") or ():
        assignments.open_for(uow, ticket, units.get(uow.session, int(assist_id)).id, role="assist", note="")


def _inform(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> None:
    if uow.session.get(HandlingPath, given["path_code"]) is None:
        raise Invalid("path_code", "unknown-code", given=given["path_code"])
    ticket.path_code, ticket.public_reply = str(given["path_code"]), str(given["note"])


def _take_back(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> None:
    ticket.lead_unit_id, ticket.due_provisional = None, False
    ticket.due_at, ticket.near_at = None, None


def _answer(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> None:
    ticket.replied_at, ticket.public_reply = uow.now, str(given.get("reply_public") or "")


def _redo(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> None:
    if ticket.lead_unit_id is None:
        raise Conflict("no unit to redo it", reason="no-lead-unit")
    ticket.round += 1
    ticket.dispatch_count += 1
    ticket.reasonable, ticket.dispatched_at, ticket.replied_at = str(given["verdict"]), uow.now, None
    assignments.open_for(uow, ticket, ticket.lead_unit_id, role="lead", note=str(given["basis"]))


def _keep_closed(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> None:
    ticket.reasonable = str(given["verdict"])


EFFECTS: dict[str, Callable[[UnitOfWork, Ticket, Mapping[str, Any]], None]] = {
    "dispatch": _dispatch,
    "inform": _inform,
    "take_back": _take_back,
    "answer": _answer,
    "redo": _redo,
    "keep_closed": _keep_closed,
}
