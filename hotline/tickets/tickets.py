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
from hotline.tickets import (
    checking,
    correcting,
    dispatching,
    ending,
    links,
    merging,
    numbering,
    supervision,
    timeline,
)
from hotline.tickets.events import TicketAdded, TicketMoved, TicketOpened
from hotline.tickets.links import LinkKind
from hotline.tickets.models import Attachment, Ticket
from hotline.tickets.remarks import PLAIN, Remark
from hotline.tickets.rules import rules_of
from hotline.tickets.workflow import GENERAL, SYSTEM, Secrecy, State, workflow_of

PUBLIC_ACTIONS = frozenset(
    {
        *("send_back", "complete", "lapse", "dispatch", "inform", "hand_over", "begin", "suspend", "resume"),
        *("answer", "pass_reply"),
        *("answer_merged", "close", "redo", "withdraw", "keep_closed", "terminate", "exclude", "reopen"),
    }
)
TOLD_CODES = (
    *("unit_id", "assist_unit_ids", "copy_unit_ids", "path_code", "handed_to", "verdict", "reason_code", "main_id", "other_id"),
)
"""What of the given is a code or an id and says in the timeline what was done."""
NAMED_TICKETS = ("main_id", "other_id")
FIRST_ROUND = 1
EXPLICIT = "explicit"
"""The source of an outcome that a requester told us."""
WEIGHING = frozenset({"correct", "supervise", "instruct"})
"""Actions after which a ticket may have become important."""


@dataclass(frozen=True)
class NewTicket:
    """What a ticket is opened with; texts are checked by whoever took them in."""

    channel: str
    type: str
    title: str
    body: str
    wanted: str = ""
    urgency: str = "normal"
    profile: str = GENERAL
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
    parent_id: int | None = None
    complained_unit_id: int | None = None
    attachment_tokens: tuple[str, ...] = field(default=())


def open_ticket(uow: UnitOfWork, given: NewTicket) -> Ticket:
    """Open a ticket to be dispatched, or to be checked before. The same `submission_key` again returns the ticket it opened."""
    prechecked = rules_of(uow.session, uow.now).precheck_channels
    to_check = given.secrecy is not Secrecy.NORMAL or given.channel in prechecked
    return _open(uow, given, State.TO_CHECK if to_check else State.PENDING)


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
    """Move a ticket by its life cycle. Raises Conflict, Forbidden or Invalid as `LifeCycle.find` and the effect say.

    `version` is the one the person saw; another one now is a Conflict and nothing changes.
    """
    ticket = _held(uow, ticket_id, given)
    if version is not None and version != ticket.version:
        raise Conflict("changed meanwhile", reason="stale", thing="ticket", version=ticket.version)
    row = workflow_of(uow).ticket.find(ticket.state, action, roles, given)
    effect = EFFECTS.get(action)
    said = effect(uow, ticket, given) if effect is not None else None
    source = ticket.state
    ticket.state = row.target
    _keep_end(uow, ticket, source)
    _judge_importance(uow, ticket, action)
    _write_move(uow, ticket, action, given, said or PLAIN, source)
    uow.session.flush()
    uow.record(TicketMoved(ticket.id, ticket.number, action, source.value, row.target.value))
    return ticket


def add(
    uow: UnitOfWork, ticket_id: int, kind: str, text: str, *, attachment_tokens: Collection[str] = (), public: bool = True
) -> Ticket:
    """Add the requester's words or files (`kind` supplement), or urge (`urge`). Raises Conflict when the ticket has ended.

    Words complete a ticket that was sent back (待补充); those on a merged ticket reach the one it goes with.
    """
    ticket = _held(uow, ticket_id, {})
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
    merging.pass_words_on(uow, ticket, kind, text)
    if ticket.state is State.INCOMPLETE and kind == "supplement":
        move(uow, ticket.id, "complete", roles=[SYSTEM], given={})
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
    """Set what the requester said, and how we know it: explicit, default, unreachable, not_wanted, not_sampled or excluded.

    What was said of the first round is kept beside what was said last, whatever follows; silence that counts is not said.
    """
    if ticket.round == FIRST_ROUND and source == EXPLICIT:
        ticket.first_solved, ticket.first_satisfied = solved, satisfied
    ticket.contacted, ticket.solved, ticket.satisfied, ticket.outcome_source = contacted, solved, satisfied, source


def set_reasonable(uow: UnitOfWork, ticket: Ticket, verdict: str) -> None:
    """Set whether the requester is right, as a review or an appeal found: unreasonable ones leave the rates."""
    ticket.reasonable = verdict


def set_important(uow: UnitOfWork, ticket: Ticket) -> None:
    """Make it an important case (重件), whose papers climb the higher ladder of its unit."""
    ticket.important = True
    uow.session.flush()


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
    rules = rules_of(uow.session, uow.now)
    if ticket.profile == GENERAL:
        ticket.profile = rules.profiles.get(ticket.channel, GENERAL)
    ticket.important = rules.important.holds(ticket, supervised=False)
    uow.session.add(ticket)
    uow.session.flush()
    attach(uow, ticket.id, given.attachment_tokens)
    timeline.write(uow, ticket.id, "open", public=True, data={"channel": given.channel}, states=("", state.value))
    uow.record(TicketOpened(ticket.id, ticket.number, state.value, ticket.urgency))
    return ticket


def _held(uow: UnitOfWork, ticket_id: int, given: Mapping[str, Any]) -> Ticket:
    """The ticket as it stands now. Tickets that a move names are held in one order: no two moves wait for each other.

    The one that a ticket goes with comes first, since its moves take along what was merged into it.
    """
    uow.session.flush()
    main_id = uow.session.scalar(select(Ticket.merged_into_id).where(Ticket.id == ticket_id, Ticket.state == State.MERGED))
    named = sorted({ticket_id, *(int(given[name]) for name in NAMED_TICKETS if given.get(name))})
    for each in ([main_id] if main_id is not None else []) + named:
        timeline.hold(uow, each)
    ticket = uow.session.get(Ticket, ticket_id, populate_existing=True)
    if ticket is None:
        raise NotFound("ticket", thing="ticket", id=ticket_id)
    return ticket


def _keep_end(uow: UnitOfWork, ticket: Ticket, source: State) -> None:
    if source.is_open and not ticket.state.is_open:
        ticket.closed_at = uow.now
    elif ticket.state.is_open:
        ticket.closed_at = None


def _judge_importance(uow: UnitOfWork, ticket: Ticket, action: str) -> None:
    if action not in WEIGHING or ticket.important:
        return
    uow.session.flush()
    supervised = supervision.is_supervised(uow.session, ticket.id)
    ticket.important = rules_of(uow.session, uow.now).important.holds(ticket, supervised=supervised)


def _write_move(uow: UnitOfWork, ticket: Ticket, action: str, given: Mapping[str, Any], said: Remark, source: State) -> None:
    words = str(given.get("explanation") or given.get("public_note") or given.get("note") or "")
    timeline.write(
        uow,
        ticket.id,
        action,
        text=said.text or words,
        public=action in PUBLIC_ACTIONS,
        data={**{key: given[key] for key in TOLD_CODES if given.get(key)}, **said.data},
        unit_id=ticket.lead_unit_id,
        states=(source.value, ticket.state.value),
    )


def _split(uow: UnitOfWork, ticket: Ticket, given: Mapping[str, Any]) -> Remark:
    """Open a ticket for each separate duty (分办): the same requester, a call-back of its own."""
    opened = [open_ticket(uow, NewTicket(**links.child_values(uow.session, ticket, child))) for child in given["children"]]
    for child in opened:
        links.link(uow, child.id, ticket.id, LinkKind.CHILD)
    return Remark(data={"child_ids": [child.id for child in opened]})


Effect = Callable[[UnitOfWork, Ticket, Mapping[str, Any]], Remark | None]

EFFECTS: dict[str, Effect] = {
    "check": checking.check,
    "send_back": checking.send_back,
    "correct": correcting.correct,
    "set_secrecy": correcting.set_secrecy,
    "dispatch": dispatching.dispatch,
    "redispatch": dispatching.redispatch,
    "raise_level": dispatching.raise_level,
    "take_back": dispatching.take_back,
    "redo": dispatching.redo,
    "copy": dispatching.copy,
    "add_assist": dispatching.add_assist,
    "inform": ending.inform,
    "lapse": ending.lapse,
    "hand_over": ending.hand_over,
    "withdraw": ending.withdraw,
    "answer": ending.answer,
    "pass_reply": ending.pass_reply,
    "reject_reply": ending.reject_reply,
    "suspend": ending.suspend,
    "resume": ending.resume,
    "terminate": ending.terminate,
    "exclude": ending.exclude,
    "keep_closed": ending.keep_closed,
    "reopen": ending.reopen,
    "merge": merging.merge,
    "unmerge": merging.unmerge,
    "answer_merged": merging.answer_merged,
    "split": _split,
    "relate": links.relate,
    "press": supervision.press,
    "supervise": supervision.supervise,
    "instruct": supervision.instruct,
    "apportion": supervision.apportion,
}
"""What an action does beside changing the state; rows without an entry only change it."""
