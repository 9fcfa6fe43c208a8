"""The life of a ticket and of an assignment, as rows. Pure; the states are assigned only in `tickets.py` and `assignments.py`.

Labels of actions and states are catalogue ids: `action.<action>` and `state.<state>` / `assignment-state.<state>`.
Sources: handbook section 3 (life cycle) and 4.3 (returns), 国办函〔2025〕66号.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hotline.kernel.db import UnitOfWork
from hotline.kernel.transitions import LifeCycle, Transition
from hotline.people.permissions import Role

BAD_MARK = "bad_mark"
TYPES = frozenset({"enquiry", "help", "complaint", "report", "suggestion", "praise", "other", BAD_MARK})
"""诉求类型, handbook 11.1; a bad mark (差评) comes from the evaluation of services, handbook 8.1."""
GENERAL = "general"
PROFILES = frozenset({GENERAL, "enterprise", BAD_MARK, "provincial", "transfer_110"})
"""Whose limits hold: of everybody, of enterprises, of bad marks, of tickets from the province or from 110."""
URGENCIES = frozenset({"normal", "urgent", "critical"})
"""一般, 紧急, 特急: handbook 4.4."""


class State(StrEnum):
    """Where a ticket stands, as its citizen would say it."""

    ANSWERED = "answered"
    TO_CHECK = "to_check"
    INCOMPLETE = "incomplete"
    PENDING = "pending"
    INFORMED = "informed"
    HANDED_OVER = "handed_over"
    DISPATCHED = "dispatched"
    HANDLING = "handling"
    SUSPENDED = "suspended"
    AUDIT = "audit"
    CALLBACK = "callback"
    REVIEW = "review"
    MERGED = "merged"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    TERMINATED = "terminated"
    ARCHIVED = "archived"

    @property
    def is_open(self) -> bool:
        """Whether somebody still owes the citizen something."""
        return self in OPEN


class AssignmentState(StrEnum):
    """Where one unit stands with its part of a ticket; `copied` is told and owes nothing."""

    TO_SIGN = "to_sign"
    SIGNED = "signed"
    CONTACTED = "contacted"
    REPLIED = "replied"
    RETURNED = "returned"
    RECALLED = "recalled"
    COPIED = "copied"
    ENDED = "ended"


class RequestKind(StrEnum):
    """What may be asked and decided beside a life cycle; a reply is one while it climbs its unit's ladder."""

    RETURN = "return"
    EXTENSION = "extension"
    COMMITMENT = "commitment"
    SUSPENSION = "suspension"
    TERMINATION = "termination"
    REPLY = "reply"


class RequestState(StrEnum):
    """Climbing inside the unit, asked of the hotline, then granted or refused; lapsed when the matter went on without it."""

    CLIMBING = "climbing"
    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    LAPSED = "lapsed"


class Secrecy(StrEnum):
    """Who may reach the requester: everyone at work, the one named officer (保密), the hotline alone (严格保密)."""

    NORMAL = "normal"
    CONFIDENTIAL = "confidential"
    STRICT = "strict"

    @classmethod
    def asked(cls, *, confidential: bool) -> "Secrecy":
        """What a tick in a form means; the strict level is given by an officer."""
        return cls.CONFIDENTIAL if confidential else cls.NORMAL


class OrderState(StrEnum):
    """Where a supervision order stands; what the clock drew up is proposed until a supervisor issues it."""

    PROPOSED = "proposed"
    ISSUED = "issued"
    ANSWERED = "answered"
    CLOSED = "closed"


STANDING = frozenset({OrderState.ISSUED, OrderState.ANSWERED})
"""Of these its unit and whoever reads the ticket know; a proposal is the supervisors' alone."""


class Told(StrEnum):
    """Who hears of a row. `superior` is the unit that passed a part on, `auditor`, `dispatcher` … are roles of the hotline."""

    REQUESTER = "requester"
    LEAD = "lead"
    UNIT = "unit"
    UNITS = "units"
    SUPERIOR = "superior"
    DISPATCHER = "dispatcher"
    AUDITOR = "reply_auditor"
    SUPERVISOR = "supervisor"
    CALLBACK_AGENT = "callback_agent"
    SECTION_HEAD = "section_head"


S = State
A = AssignmentState
OPEN = frozenset(
    {S.TO_CHECK, S.INCOMPLETE, S.PENDING, S.DISPATCHED, S.HANDLING, S.SUSPENDED, S.AUDIT, S.CALLBACK, S.REVIEW, S.MERGED}
)
ENDED = frozenset(State) - OPEN
BEFORE_DISPATCH = frozenset({S.TO_CHECK, S.INCOMPLETE, S.PENDING})
WITH_UNITS = frozenset({S.DISPATCHED, S.HANDLING})
QUEUED = frozenset({S.TO_CHECK, S.PENDING})
LIVE = frozenset(State) - {S.ARCHIVED}
UNDECIDED = BEFORE_DISPATCH | WITH_UNITS | {S.SUSPENDED}
AT_WORK = frozenset({A.TO_SIGN, A.SIGNED, A.CONTACTED})
IN_HAND = frozenset({A.SIGNED, A.CONTACTED})

SYSTEM = "system"
SUPERIOR = "superior"
"""Not a role that somebody is given: whoever works for the unit that passed the part on (下派)."""
DESK = frozenset({Role.DISPATCHER.value, Role.SHIFT_LEADER.value})
DIRECT = DESK | {Role.AGENT.value}
UNIT = frozenset({Role.UNIT_ADMIN.value, Role.LIAISON.value, Role.HANDLER.value})
HEADS = frozenset({Role.UNIT_ADMIN.value, Role.SECTION_HEAD.value, Role.SIGNING_HEAD.value})
CALLERS = frozenset({Role.CALLBACK_AGENT.value, Role.SHIFT_LEADER.value})
AUDIT = frozenset({Role.REPLY_AUDITOR.value, Role.SUPERVISOR.value, Role.SHIFT_LEADER.value})
LEVEL = frozenset({Role.SUPERVISOR.value, Role.SHIFT_LEADER.value})
URGERS = DIRECT | CALLERS | LEVEL
INSTRUCTORS = LEVEL | {Role.MANAGER.value}
MACHINE = frozenset({SYSTEM})
REPLY = ("reply_internal", "reply_public", "solved")
OBJECTION = ("reason_code", "reason", "legal_basis")
VERDICT = ("verdict", "basis", "explanation")
RULING = ("evidence", "note", "basis")
ORDERED = ("reason_code", "note", "due_at")
INSTRUCTED = ("leader", "note", "given_on", "due_at")

NOTE = ("note",)
TO_REQUESTER, TO_LEAD, TO_UNIT, TO_UNITS = (Told.REQUESTER,), (Told.LEAD,), (Told.UNIT,), (Told.UNITS,)
TO_DESK, TO_AUDIT = (Told.DISPATCHER,), (Told.AUDITOR,)
TO_BOTH, TO_ALL = (Told.UNIT, Told.REQUESTER), (Told.REQUESTER, Told.UNITS)
TO_SUPERIOR, TO_HEAD = (Told.SUPERIOR,), (Told.SECTION_HEAD,)

_T = Transition[State]
_A = Transition[AssignmentState]
Needs = tuple[str, ...]


def _each(
    action: str, sources: Iterable[State], target: State, roles: frozenset[str], needs: Needs = (), tells: Needs = ()
) -> tuple[_T, ...]:
    return tuple(_T(action, source, target, roles, needs, tells) for source in sorted(sources))


def _stay(action: str, sources: Iterable[State], roles: frozenset[str], needs: Needs, tells: Needs = ()) -> tuple[_T, ...]:
    return tuple(_T(action, source, source, roles, needs, tells) for source in sorted(sources))


def _parts(
    action: str,
    sources: Iterable[AssignmentState],
    target: AssignmentState | None,
    roles: frozenset[str],
    needs: Needs = (),
    tells: Needs = (),
) -> tuple[_A, ...]:
    return tuple(_A(action, source, target or source, roles, needs, tells) for source in sorted(sources))


# fmt: off
TICKET_ROWS: tuple[_T, ...] = (
    #      action         from                      to             who             needs                   tells
    _T("check",           S.TO_CHECK,               S.PENDING,     DESK),
    *_each("send_back",   QUEUED,                   S.INCOMPLETE,  DESK,           NOTE,                   TO_REQUESTER),
    _T("complete",        S.INCOMPLETE,             S.TO_CHECK,    MACHINE | DIRECT, (),                   TO_DESK),
    _T("lapse",           S.INCOMPLETE,             S.INFORMED,    MACHINE,        (),                     TO_REQUESTER),
    _T("dispatch",        S.PENDING,                S.DISPATCHED,  DIRECT | MACHINE, ("unit_id",),         TO_REQUESTER),
    *_each("inform",      QUEUED,                   S.INFORMED,    DESK,           ("path_code", "note"),  TO_REQUESTER),
    *_each("hand_over",   QUEUED,                   S.HANDED_OVER, DESK,           ("handed_to", "note"),  TO_REQUESTER),
    *_each("withdraw",    UNDECIDED,                S.WITHDRAWN,   DESK,           NOTE,                   TO_ALL),
    _T("begin",           S.DISPATCHED,             S.HANDLING,    MACHINE),
    *_each("take_back",   WITH_UNITS,               S.PENDING,     MACHINE,        (),                     TO_DESK),
    *_each("redispatch",  WITH_UNITS,               S.DISPATCHED,  DESK,           ("unit_id", "note"),    TO_UNITS),
    *_each("raise_level", WITH_UNITS | {S.REVIEW},  S.DISPATCHED,  LEVEL,          ("unit_id", "note"),    TO_UNITS),
    _T("submit_reply",    S.HANDLING,               S.AUDIT,       MACHINE,        (),                     TO_AUDIT),
    _T("pass_reply",      S.AUDIT,                  S.CALLBACK,    AUDIT,          (),                     TO_REQUESTER),
    _T("reject_reply",    S.AUDIT,                  S.HANDLING,    AUDIT,          NOTE,                   TO_LEAD),
    _T("answer",          S.HANDLING,               S.CALLBACK,    MACHINE,        (),                     TO_REQUESTER),
    _T("suspend",         S.HANDLING,               S.SUSPENDED,   MACHINE),
    _T("resume",          S.SUSPENDED,              S.HANDLING,    MACHINE | AUDIT, (),                    TO_LEAD),
    *_each("terminate",   {S.HANDLING, S.MERGED},   S.TERMINATED,  MACHINE,        (),                     TO_REQUESTER),
    *_each("exclude",     UNDECIDED | {S.AUDIT},    S.TERMINATED,  MACHINE,        NOTE,                   TO_ALL),
    _T("close",           S.CALLBACK,               S.CLOSED,      MACHINE,        (),                     TO_REQUESTER),
    _T("doubt",           S.CALLBACK,               S.REVIEW,      MACHINE,        (),                     TO_AUDIT),
    _T("redo",            S.REVIEW,                 S.DISPATCHED,  AUDIT,          ("verdict", "basis"),   TO_REQUESTER),
    _T("keep_closed",     S.REVIEW,                 S.CLOSED,      AUDIT,          VERDICT,                TO_REQUESTER),
    _T("terminate",       S.REVIEW,                 S.TERMINATED,  AUDIT,          VERDICT,                TO_REQUESTER),
    *_each("merge",       QUEUED | WITH_UNITS,      S.MERGED,      DESK,           ("main_id",),           TO_UNITS),
    _T("unmerge",         S.MERGED,                 S.PENDING,     MACHINE | DESK, NOTE,                   TO_DESK),
    _T("answer_merged",   S.MERGED,                 S.CALLBACK,    MACHINE,        (),                     TO_REQUESTER),
    *_each("reopen",      ENDED & LIVE,             S.PENDING,     DESK,           NOTE,                   TO_REQUESTER),
    *_each("archive",     ENDED & LIVE,             S.ARCHIVED,    MACHINE),
    # What changes no state; each keeps its own record beside the timeline.
    *_stay("correct",     OPEN - {S.MERGED},                       DIRECT,         NOTE,                   TO_UNITS),
    *_stay("set_secrecy", OPEN,                                    DIRECT,         ("secrecy", "note")),
    *_stay("press",       WITH_UNITS | {S.SUSPENDED},              URGERS,         NOTE,                   TO_UNITS),
    *_stay("copy",        WITH_UNITS | {S.AUDIT},                  DESK,           ("copy_unit_ids",)),
    *_stay("add_assist",  WITH_UNITS,                              DESK,           ("assist_unit_ids",)),
    *_stay("split",       QUEUED | WITH_UNITS,                     DESK,           ("children",)),
    *_stay("relate",      LIVE,                                    DIRECT,         ("other_id",)),
    *_stay("supervise",   OPEN - {S.MERGED} - BEFORE_DISPATCH,     LEVEL,          ORDERED,                TO_LEAD),
    *_stay("instruct",    OPEN - {S.MERGED},                       INSTRUCTORS,   INSTRUCTED,             TO_LEAD),
    *_stay("apportion",   {S.CALLBACK, S.REVIEW, S.CLOSED},        AUDIT,          ("unit_id", "note"),    TO_UNITS),
)

ASKED: tuple[tuple[RequestKind, Needs, frozenset[A]], ...] = (
    #  kind                      needs                                    from
    (RequestKind.RETURN,         OBJECTION,                               frozenset({A.TO_SIGN, A.SIGNED})),
    (RequestKind.EXTENSION,      ("reason", "days"),                      IN_HAND),
    (RequestKind.COMMITMENT,     ("reason", "until", "plan"),             IN_HAND),
    (RequestKind.SUSPENSION,     ("reason", "until"),                     IN_HAND),
    (RequestKind.TERMINATION,    OBJECTION,                               IN_HAND),
)
DECIDED: tuple[tuple[RequestKind, frozenset[str], A | None, Needs, Told], ...] = (
    #  kind                      who decides          if granted      tells         who hears that it is asked
    (RequestKind.RETURN,         DESK | {SUPERIOR},   A.RETURNED,     TO_UNIT,      Told.DISPATCHER),
    (RequestKind.EXTENSION,      AUDIT | {SUPERIOR},  None,           TO_BOTH,      Told.AUDITOR),
    (RequestKind.COMMITMENT,     AUDIT,               None,           TO_BOTH,      Told.AUDITOR),
    (RequestKind.SUSPENSION,     AUDIT,               None,           TO_BOTH,      Told.AUDITOR),
    (RequestKind.TERMINATION,    AUDIT,               A.ENDED,        TO_UNIT,      Told.AUDITOR),
)
HEARS = {kind: hears for kind, _, _, _, hears in DECIDED}
DECIDED_FROM = {kind: sources | IN_HAND for kind, _, sources in ASKED}
"""A request waits on while the part moves on; nothing moves back to before the asking."""

ASSIGNMENT_ROWS: tuple[_A, ...] = (
    #       action             from          to            who                   needs                   tells
    _A("sign",                 A.TO_SIGN,    A.SIGNED,     UNIT),
    _A("contact",              A.SIGNED,     A.CONTACTED,  UNIT,                 NOTE),
    _A("contact",              A.CONTACTED,  A.CONTACTED,  UNIT,                 NOTE),
    *_parts("report_progress", IN_HAND,      None,         UNIT,                 NOTE,                   TO_SUPERIOR),
    *_parts("propose_reply",   IN_HAND,      None,         UNIT,                 REPLY,                  TO_HEAD),
    *_parts("reply",           IN_HAND,      A.REPLIED,    UNIT | MACHINE,       REPLY,                  TO_SUPERIOR),
    _A("rework",               A.REPLIED,    A.CONTACTED,  MACHINE | {SUPERIOR}, NOTE,                   TO_UNIT),
    *(row for kind, needs, sources in ASKED
      for row in _parts(f"ask_{kind}", sources, None, UNIT, needs, (HEARS[kind], Told.SUPERIOR))),
    *_parts("approve",         AT_WORK,      None,         HEADS,                (),                     TO_UNIT),
    *_parts("disapprove",      AT_WORK,      None,         HEADS,                NOTE,                   TO_UNIT),
    *(row for kind, roles, target, tells, _ in DECIDED
      for row in (*_parts(f"grant_{kind}", DECIDED_FROM[kind], target, roles, NOTE, tells),
                  *_parts(f"refuse_{kind}", DECIDED_FROM[kind], None, roles, NOTE, tells))),
    *_parts("designate_here",  AT_WORK,      None,         DESK,                 RULING,                 TO_UNIT),
    *_parts("designate_other", AT_WORK,      A.RETURNED,   DESK,                 (*RULING, "unit_id"),   TO_UNIT),
    *_parts("sub_dispatch",    IN_HAND,      None,         UNIT,                 ("unit_ids",)),
    *_parts("name_officer",    AT_WORK,      None,         UNIT,                 ("officer_id",)),
    *_parts("recall",          AT_WORK,      A.RECALLED,   DESK | {SUPERIOR},    NOTE,                   TO_UNIT),
    *_parts("release",         AT_WORK,      A.RECALLED,   MACHINE,              (),                     TO_UNIT),
    *_parts("end",             AT_WORK,      A.ENDED,      MACHINE,              (),                     TO_UNIT),
)
# fmt: on

_O = Transition[OrderState]
ORDER = LifeCycle(
    "order",
    "hotline.tickets.supervision",
    frozenset({OrderState.PROPOSED, OrderState.ISSUED}),
    frozenset({OrderState.CLOSED}),
    (
        _O("issue_order", OrderState.PROPOSED, OrderState.ISSUED, LEVEL | MACHINE, ("note", "due_at"), (Told.LEAD,)),
        _O("dismiss_order", OrderState.PROPOSED, OrderState.CLOSED, LEVEL, ("note",)),
        _O("end_order", OrderState.PROPOSED, OrderState.CLOSED, MACHINE),
        _O("answer_order", OrderState.ISSUED, OrderState.ANSWERED, UNIT | HEADS, ("answer",), (Told.SUPERVISOR,)),
        _O("refuse_answer", OrderState.ANSWERED, OrderState.ISSUED, LEVEL, ("note", "due_at"), (Told.LEAD,)),
        _O("close_order", OrderState.ANSWERED, OrderState.CLOSED, LEVEL, ("note",), (Told.LEAD,)),
        _O("end_order", OrderState.ISSUED, OrderState.CLOSED, MACHINE, (), (Told.LEAD,)),
        _O("end_order", OrderState.ANSWERED, OrderState.CLOSED, MACHINE, (), (Told.LEAD,)),
    ),
)


@dataclass(frozen=True)
class Workflow:
    """A city's procedure: the life cycles together. Checked when the process starts."""

    name: str
    ticket: LifeCycle[State]
    assignment: LifeCycle[AssignmentState]
    order: LifeCycle[OrderState] = ORDER

    @property
    def cycles(self) -> tuple[LifeCycle[Any], ...]:  # each has its own states
        """All of them, the ticket's first."""
        return self.ticket, self.assignment, self.order

    def check(self) -> None:
        """Raise Invalid when a state cannot be reached or cannot reach an end."""
        for cycle in self.cycles:
            cycle.check()


STANDARD = Workflow(
    "standard",
    LifeCycle(
        "ticket",
        "hotline.tickets.tickets",
        frozenset({S.PENDING, S.ANSWERED, S.TO_CHECK}),
        frozenset({S.ARCHIVED}),
        TICKET_ROWS,
    ),
    LifeCycle(
        "assignment",
        "hotline.tickets.assignments",
        frozenset({A.TO_SIGN, A.COPIED}),
        frozenset(AssignmentState) - AT_WORK,
        ASSIGNMENT_ROWS,
    ),
)


def workflow_of(uow: UnitOfWork) -> Workflow:
    """The procedure of the city that this unit of work belongs to."""
    return uow.workflow or STANDARD
