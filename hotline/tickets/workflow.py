"""The life of a ticket and of an assignment, as rows. Pure; the states are assigned only in `tickets.py` and `assignments.py`.

Labels of actions and states are catalogue ids: `action.<action>` and `state.<state>` / `assignment-state.<state>`.
Sources: handbook section 3 (life cycle), 国办函〔2025〕66号.
"""

from dataclasses import dataclass
from enum import StrEnum

from hotline.kernel.transitions import LifeCycle, Transition
from hotline.people.permissions import Role


class State(StrEnum):
    """Where a ticket stands, as its citizen would say it."""

    ANSWERED = "answered"
    INFORMED = "informed"
    PENDING = "pending"
    DISPATCHED = "dispatched"
    HANDLING = "handling"
    CALLBACK = "callback"
    REVIEW = "review"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"

    @property
    def is_open(self) -> bool:
        """Whether somebody still owes the citizen something."""
        return self in OPEN


OPEN = frozenset({State.PENDING, State.DISPATCHED, State.HANDLING, State.CALLBACK, State.REVIEW})
ENDED = frozenset(State) - OPEN


class AssignmentState(StrEnum):
    """Where one unit stands with its part of a ticket."""

    TO_SIGN = "to_sign"
    SIGNED = "signed"
    CONTACTED = "contacted"
    REPLIED = "replied"
    RETURNED = "returned"
    RECALLED = "recalled"


AT_WORK = frozenset({AssignmentState.TO_SIGN, AssignmentState.SIGNED, AssignmentState.CONTACTED})


class RequestKind(StrEnum):
    """What may be asked and decided beside a life cycle."""

    RETURN = "return"


class RequestState(StrEnum):
    """Asked, then granted or refused; lapsed when the matter went on without the unit."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    LAPSED = "lapsed"


SYSTEM = "system"
DESK = frozenset({Role.DISPATCHER.value, Role.SHIFT_LEADER.value})
DIRECT = DESK | {Role.AGENT.value}
UNIT = frozenset({Role.UNIT_ADMIN.value, Role.LIAISON.value, Role.HANDLER.value})
CALLERS = frozenset({Role.CALLBACK_AGENT.value, Role.SHIFT_LEADER.value})
AUDIT = frozenset({Role.REPLY_AUDITOR.value, Role.SUPERVISOR.value, Role.SHIFT_LEADER.value})
MACHINE = frozenset({SYSTEM})
REPLY = ("reply_internal", "reply_public", "solved")
OBJECTION = ("reason_code", "reason", "legal_basis")

_T = Transition[State]
_A = Transition[AssignmentState]

# fmt: off
TICKET_ROWS = (
    #  action          from              to                who      needs
    _T("dispatch",     State.PENDING,    State.DISPATCHED, DIRECT,  ("unit_id",)),
    _T("inform",       State.PENDING,    State.INFORMED,   DESK,    ("path_code", "note")),
    _T("withdraw",     State.PENDING,    State.WITHDRAWN,  DESK,    ("note",)),
    _T("begin",        State.DISPATCHED, State.HANDLING,   MACHINE),
    _T("take_back",    State.DISPATCHED, State.PENDING,    MACHINE),
    _T("take_back",    State.HANDLING,   State.PENDING,    MACHINE),
    _T("answer",       State.DISPATCHED, State.CALLBACK,   MACHINE),
    _T("answer",       State.HANDLING,   State.CALLBACK,   MACHINE),
    _T("close",        State.CALLBACK,   State.CLOSED,     MACHINE),
    _T("doubt",        State.CALLBACK,   State.REVIEW,     MACHINE),
    _T("redo",         State.REVIEW,     State.DISPATCHED, AUDIT,   ("verdict", "basis")),
    _T("keep_closed",  State.REVIEW,     State.CLOSED,     AUDIT,   ("verdict", "basis", "explanation")),
)

ASSIGNMENT_ROWS = (
    #  action          from                        to                         who      needs
    _A("sign",         AssignmentState.TO_SIGN,    AssignmentState.SIGNED,    UNIT),
    _A("contact",      AssignmentState.SIGNED,     AssignmentState.CONTACTED, UNIT,    ("note",)),
    _A("reply",        AssignmentState.SIGNED,     AssignmentState.REPLIED,   UNIT,    REPLY),
    _A("reply",        AssignmentState.CONTACTED,  AssignmentState.REPLIED,   UNIT,    REPLY),
    _A("ask_return",   AssignmentState.TO_SIGN,    AssignmentState.TO_SIGN,   UNIT,    OBJECTION),
    _A("ask_return",   AssignmentState.SIGNED,     AssignmentState.SIGNED,    UNIT,    OBJECTION),
    _A("grant_return", AssignmentState.TO_SIGN,    AssignmentState.RETURNED,  DESK,    ("note",)),
    _A("grant_return", AssignmentState.SIGNED,     AssignmentState.RETURNED,  DESK,    ("note",)),
    _A("grant_return", AssignmentState.CONTACTED,  AssignmentState.RETURNED,  DESK,    ("note",)),
    _A("refuse_return", AssignmentState.TO_SIGN,   AssignmentState.TO_SIGN,   DESK,    ("note",)),
    _A("refuse_return", AssignmentState.SIGNED,    AssignmentState.SIGNED,    DESK,    ("note",)),
    _A("refuse_return", AssignmentState.CONTACTED, AssignmentState.CONTACTED, DESK,    ("note",)),
    _A("recall",       AssignmentState.TO_SIGN,    AssignmentState.RECALLED,  DESK,    ("note",)),
    _A("release",      AssignmentState.TO_SIGN,    AssignmentState.RECALLED,  MACHINE),
    _A("release",      AssignmentState.SIGNED,     AssignmentState.RECALLED,  MACHINE),
    _A("release",      AssignmentState.CONTACTED,  AssignmentState.RECALLED,  MACHINE),
)
# fmt: on


@dataclass(frozen=True)
class Workflow:
    """A city's procedure: the two life cycles together. Checked when the process starts."""

    name: str
    ticket: LifeCycle[State]
    assignment: LifeCycle[AssignmentState]

    def check(self) -> None:
        """Raise Invalid when a state cannot be reached or cannot reach an end."""
        self.ticket.check()
        self.assignment.check()


STANDARD = Workflow(
    "standard",
    LifeCycle("ticket", "hotline.tickets.tickets", frozenset({State.PENDING, State.ANSWERED}), ENDED, TICKET_ROWS),
    LifeCycle(
        "assignment",
        "hotline.tickets.assignments",
        frozenset({AssignmentState.TO_SIGN}),
        frozenset(AssignmentState) - AT_WORK,
        ASSIGNMENT_ROWS,
    ),
)
