"""Brings a few of the demo city's open requests into the rarer states, so that every desk has something to show.

Called by `seed` after the stories. What is there already is left alone, so that a second run changes nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import ColumnElement, exists, select

from hotline.kernel.db import UnitOfWork
from hotline.people.models import Unit
from hotline.people.permissions import Role
from hotline.tickets import assignments, tickets
from hotline.tickets.merging import may_merge
from hotline.tickets.models import Assignment, Request, SupervisionOrder, Ticket, TimelineEntry
from hotline.tickets.workflow import AssignmentState, RequestKind, RequestState, Secrecy, State
from sla import versions
from sla.models import PolicyStatus, PolicyVersion
from web.demo.scene import Cast

ASKS = (RequestKind.EXTENSION, RequestKind.COMMITMENT, RequestKind.SUSPENSION, RequestKind.TERMINATION)
GRANTED = (RequestKind.EXTENSION, RequestKind.COMMITMENT)
LOWER_LEVELS = ("district", "street", "community")
"""Units of these levels send their papers without a ladder."""


@dataclass
class Bender:
    """Who bends them: one unit of work, the cast and its words."""

    uow: UnitOfWork
    cast: Cast
    words: Mapping[str, Any]  # texts and codes, as in the shape

    def at_desk(self, ticket: Ticket, role: Role, action: str, **given: Any) -> None:  # what the move needs
        """A move of the hotline."""
        self.uow.actor = self.cast.of(role, Random(ticket.number)).actor
        tickets.move(self.uow, ticket.id, action, roles=[role], given=given)

    def by_lead(self, ticket: Ticket, action: str, **given: Any) -> None:  # what the move needs
        """A move of the lead unit."""
        lead = assignments.at_work(self.uow.session, ticket.id)[0]
        self.uow.actor = self.cast.by_unit[lead.unit_id].actor
        assignments.move(self.uow, lead.id, action, roles=[Role.LIAISON], given=given)

    def grant(self, ticket: Ticket, kind: str, role: Role = Role.REPLY_AUDITOR) -> None:
        """The auditor, or a supervisor, agrees to what the lead asked."""
        lead = assignments.at_work(self.uow.session, ticket.id)[0]
        self.uow.actor = self.cast.of(role, Random(ticket.number)).actor
        given = {"note": self.words[f"{kind}_granted"]}
        assignments.move(self.uow, lead.id, f"grant_{kind}", roles=[role], given=given)


def bend(uow: UnitOfWork, cast: Cast, words: Mapping[str, Any]) -> None:  # as in Bender
    """Let each rarer state occur once at least, as far as there are requests to bend."""
    bender = Bender(uow, cast, words)
    for target, (source, step) in BENDS.items():
        if uow.session.scalar(select(exists().where(Ticket.state == target))):
            continue
        ticket = _candidate(uow, source)
        if ticket is not None:
            step(bender, ticket)
            uow.session.flush()
    _terminate_once(bender)
    for kind in ASKS:
        _leave_asked(bender, kind)
    for kind in GRANTED:
        _have_granted(bender, kind)
    _extend_far(bender)
    _instruct(bender)
    _report_progress(bender)
    _draft_limits(bender)


def _leave_asked(bender: Bender, kind: RequestKind) -> None:
    """One request of the kind waits at the review desk."""
    waiting = exists().where(Request.kind == kind, Request.state == RequestState.ASKED)
    ticket = _candidate(bender.uow, State.HANDLING, *_in_time(bender.uow))
    if ticket is None or bender.uow.session.scalar(select(waiting)):
        return
    bender.by_lead(ticket, f"ask_{kind}", **_asked(bender, kind))
    bender.uow.session.flush()


def _have_granted(bender: Bender, kind: RequestKind) -> None:
    """One unit got more time, so that its limit has something to explain."""
    granted = exists().where(Request.kind == kind, Request.state == RequestState.GRANTED)
    ticket = _candidate(bender.uow, State.HANDLING, *_in_time(bender.uow))
    if ticket is None or bender.uow.session.scalar(select(granted)):
        return
    bender.by_lead(ticket, f"ask_{kind}", **_asked(bender, kind))
    bender.grant(ticket, kind.value)
    bender.uow.session.flush()


def _extend_far(bender: Bender) -> None:
    """A unit got more time twice, the second time by a supervisor: late in a year its limit may reach into the next."""
    ticket = _candidate(bender.uow, State.HANDLING, *_in_time(bender.uow), Ticket.type == "complaint")
    by_supervisor = exists().where(
        Request.kind == RequestKind.EXTENSION, Request.data["days"].as_integer() == bender.words["long_extension"]["days"]
    )
    if ticket is None or bender.uow.session.scalar(select(by_supervisor)):
        return
    for role in (Role.REPLY_AUDITOR, Role.SUPERVISOR):
        bender.by_lead(ticket, "ask_extension", **bender.words["long_extension"])
        bender.grant(ticket, "extension", role)
    bender.uow.session.flush()


def _report_progress(bender: Bender) -> None:
    """A unit reports how far it has come (阶段反馈)."""
    ticket = _candidate(bender.uow, State.HANDLING, *_in_time(bender.uow))
    if ticket is None or bender.uow.session.scalar(select(exists().where(TimelineEntry.action == "report_progress"))):
        return
    bender.by_lead(ticket, "report_progress", note=bender.words["progress"])
    bender.uow.session.flush()


def _draft_limits(bender: Bender) -> None:
    """Other limits wait for publication, one of them shorter."""
    if bender.uow.session.scalar(select(exists().where(PolicyVersion.status == PolicyStatus.DRAFT))):
        return
    bender.uow.actor = bender.cast.of(Role.ADMINISTRATOR, Random("limits")).actor
    words = bender.words["draft"]
    current = versions.in_force(bender.uow.session.scalars(select(PolicyVersion)), bender.uow.now)
    if current is None:
        return
    draft = versions.draft_from_version(bender.uow, current.version, words["name"])
    rows = [versions.facts_of(row) for row in versions.rows_of(bender.uow.session, draft.version)]
    shorter = [
        replace(row, amount=words["amount"]) if (row.stage.value, row.type) == (words["stage"], words["type"]) else row
        for row in rows
    ]
    versions.put_rows(bender.uow, draft.version, shorter)


def _asked(bender: Bender, kind: RequestKind) -> dict[str, Any]:  # what the request needs
    given = dict(bender.words["asks"][kind.value])
    if "until_days" in given:
        given["until"] = bender.uow.now + timedelta(days=given.pop("until_days"))
    return given


def _instruct(bender: Bender) -> None:
    """A leader's instruction (领导批示) waits for the unit's answer."""
    given = dict(bender.words["instruction"])
    ticket = _candidate(bender.uow, State.HANDLING)
    if ticket is None or bender.uow.session.scalar(select(exists().where(SupervisionOrder.leader == given["leader"]))):
        return
    given["given_on"] = bender.uow.now.astimezone(bender.uow.zone).date()
    given["due_at"] = bender.uow.now + timedelta(days=given.pop("days"))
    bender.at_desk(ticket, Role.SUPERVISOR, "instruct", **given)


def _in_time(uow: UnitOfWork) -> tuple[ColumnElement[bool], ...]:
    """Nothing can be asked once the limit is over, and little where it is short."""
    part = exists().where(Assignment.ticket_id == Ticket.id, Assignment.due_at > uow.now)
    return (part, Ticket.urgency == "normal", Ticket.type != "enquiry")


def _candidate(uow: UnitOfWork, source: State, *narrower: ColumnElement[bool]) -> Ticket | None:
    """The newest plain request in that state, of a unit without a ladder if a unit has it, with nothing asked of it."""
    asked = exists().where(Request.ticket_id == Ticket.id)
    query = select(Ticket).where(Ticket.state == source, Ticket.secrecy == Secrecy.NORMAL, Ticket.type != "report", ~asked)
    query = query.where(*narrower)
    if source is State.HANDLING:
        query = query.join(Unit, Unit.id == Ticket.lead_unit_id).where(Unit.level.in_(LOWER_LEVELS))
    found = uow.session.scalars(query.order_by(Ticket.opened_at.desc()))
    return next((ticket for ticket in found if source is not State.HANDLING or _is_signed(uow, ticket)), None)


def _is_signed(uow: UnitOfWork, ticket: Ticket) -> bool:
    parts = assignments.at_work(uow.session, ticket.id)
    return len(parts) == 1 and parts[0].state in (AssignmentState.SIGNED, AssignmentState.CONTACTED)


def _send_back(bender: Bender, ticket: Ticket) -> None:
    bender.at_desk(ticket, Role.DISPATCHER, "send_back", note=bender.words["send_back"])


def _complete(bender: Bender, ticket: Ticket) -> None:
    _send_back(bender, ticket)
    tickets.add(bender.uow, ticket.id, "supplement", bender.words["completed"])


def _hand_over(bender: Bender, ticket: Ticket) -> None:
    bender.at_desk(ticket, Role.DISPATCHER, "hand_over", handed_to="other-city", note=bender.words["hand_over"])


def _merge(bender: Bender, ticket: Ticket) -> None:
    main = _candidate(bender.uow, State.HANDLING)
    if main is not None and may_merge(ticket):
        bender.at_desk(ticket, Role.DISPATCHER, "merge", main_id=main.id, note=bender.words["merge"])


def _suspend(bender: Bender, ticket: Ticket) -> None:
    until = bender.uow.now + timedelta(days=bender.words["suspension_days"])
    bender.by_lead(ticket, "ask_suspension", reason=bender.words["suspension"], until=until)
    bender.grant(ticket, "suspension")


def _terminate_once(bender: Bender) -> None:
    """A unit's part ends by the hotline's consent, which a review that terminates a case does not show."""
    ticket = _candidate(bender.uow, State.HANDLING)
    if ticket is None or bender.uow.session.scalar(select(exists().where(Assignment.state == AssignmentState.ENDED))):
        return
    bender.by_lead(ticket, "ask_termination", **bender.words["termination"])
    bender.grant(ticket, "termination")
    bender.uow.session.flush()


def _await_audit(bender: Bender, ticket: Ticket) -> None:
    due_at = bender.uow.now + timedelta(days=bender.words["supervision_days"])
    order = {"reason_code": bender.words["supervision_reason"], "note": bender.words["supervision"], "due_at": due_at}
    bender.at_desk(ticket, Role.SUPERVISOR, "supervise", **order)
    bender.by_lead(ticket, "reply", **bender.words["supervised_reply"])


BENDS: dict[State, tuple[State, Callable[[Bender, Ticket], None]]] = {
    State.INCOMPLETE: (State.PENDING, _send_back),
    State.TO_CHECK: (State.PENDING, _complete),
    State.HANDED_OVER: (State.PENDING, _hand_over),
    State.MERGED: (State.PENDING, _merge),
    State.SUSPENDED: (State.HANDLING, _suspend),
    State.AUDIT: (State.HANDLING, _await_audit),
}
"""Each rarer state with the state it is bent from, and how. Archived ones come with time: two months are too short."""
