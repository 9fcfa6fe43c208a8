"""The life of a clock, of a call-back and of an appeal, as rows. Pure; each names the one module that assigns its state."""

from enum import StrEnum

from hotline.kernel.transitions import LifeCycle, Transition
from hotline.people.permissions import Role
from hotline.tickets.workflow import CALLERS, LEVEL, SYSTEM


class ClockState(StrEnum):
    """Whether time counts: `paused` while a ticket is suspended or waits for its citizen."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


class CallbackState(StrEnum):
    """Where a call-back stands: `unreachable` after the last try, `not_wanted` when no answer was asked for, `not_sampled`
    when the plan left it out, `defaulted` when a link stayed without answer and the plan asks nobody else, `excluded` when the
    judgement behind the ticket was.
    """

    OPEN = "open"
    DONE = "done"
    UNREACHABLE = "unreachable"
    NOT_WANTED = "not_wanted"
    NOT_SAMPLED = "not_sampled"
    DEFAULTED = "defaulted"
    EXCLUDED = "excluded"


class AppealState(StrEnum):
    """Where an appeal (申诉) stands; a granted one takes the judgement out of the rates."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"


MACHINE = frozenset({SYSTEM})
RINGERS = CALLERS
REQUESTER = "requester"
BEYOND_RULES = frozenset({Role.SHIFT_LEADER.value, Role.SUPERVISOR.value})
"""Who may order another redo, or grant another extension, when those that the rules allow are used up (handbook 5.2, 12)."""

_C = Transition[ClockState]
_B = Transition[CallbackState]
_P = Transition[AppealState]

# fmt: off
CLOCK = LifeCycle(
    "clock", "sla.clocks", frozenset({ClockState.RUNNING}), frozenset({ClockState.STOPPED}),
    (
        #  action      from                to                          who
        _C("stop",     ClockState.RUNNING, ClockState.STOPPED,         MACHINE),
        _C("pause",    ClockState.RUNNING, ClockState.PAUSED,          MACHINE),
        _C("resume",   ClockState.PAUSED,  ClockState.RUNNING,         MACHINE),
        _C("stop",     ClockState.PAUSED,  ClockState.STOPPED,         MACHINE),
        _C("restart",  ClockState.STOPPED, ClockState.RUNNING,         MACHINE),
    ),
)

CALLBACK = LifeCycle(
    "callback", "sla.outcomes",
    frozenset({CallbackState.OPEN}),
    frozenset(CallbackState) - {CallbackState.OPEN},
    (
        #  action      from                to                          who
        _B("answer",   CallbackState.OPEN, CallbackState.DONE,         RINGERS | {REQUESTER}),
        _B("try",      CallbackState.OPEN, CallbackState.OPEN,         RINGERS),
        _B("give_up",  CallbackState.OPEN, CallbackState.UNREACHABLE,  RINGERS),
        _B("skip",     CallbackState.OPEN, CallbackState.NOT_WANTED,   MACHINE),
        _B("leave_out", CallbackState.OPEN, CallbackState.NOT_SAMPLED, MACHINE),
        _B("default",  CallbackState.OPEN, CallbackState.DEFAULTED,    MACHINE),
        _B("exclude",  CallbackState.OPEN, CallbackState.EXCLUDED,     MACHINE),
    ),
)

APPEAL = LifeCycle(
    "appeal", "sla.appeals",
    frozenset({AppealState.ASKED}), frozenset({AppealState.GRANTED, AppealState.REFUSED}),
    (
        #  action           from               to                       who    needs
        _P("grant_appeal",  AppealState.ASKED, AppealState.GRANTED,     LEVEL, ("note",)),
        _P("refuse_appeal", AppealState.ASKED, AppealState.REFUSED,     LEVEL, ("note",)),
    ),
)
# fmt: on
