"""The life of a clock and of a call-back, as rows. Pure; the states are assigned only in `clocks.py` and `callbacks.py`."""

from enum import StrEnum

from hotline.kernel.transitions import LifeCycle, Transition
from hotline.people.permissions import Role
from hotline.tickets.workflow import CALLERS, SYSTEM


class ClockState(StrEnum):
    """Whether time counts: `paused` while a ticket is suspended or waits for its citizen."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


class CallbackState(StrEnum):
    """Where a call-back stands: `unreachable` after the last try, `not_wanted` when no answer was asked for."""

    OPEN = "open"
    DONE = "done"
    UNREACHABLE = "unreachable"
    NOT_WANTED = "not_wanted"


MACHINE = frozenset({SYSTEM})
RINGERS = CALLERS
REQUESTER = "requester"
BEYOND_RULES = frozenset({Role.SHIFT_LEADER.value, Role.SUPERVISOR.value})
"""Who may order another redo, or grant another extension, when those that the rules allow are used up (handbook 5.2, 12)."""

_C = Transition[ClockState]
_B = Transition[CallbackState]

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
    "callback", "sla.callbacks",
    frozenset({CallbackState.OPEN}),
    frozenset({CallbackState.DONE, CallbackState.UNREACHABLE, CallbackState.NOT_WANTED}),
    (
        #  action      from                to                          who
        _B("answer",   CallbackState.OPEN, CallbackState.DONE,         RINGERS | {REQUESTER}),
        _B("try",      CallbackState.OPEN, CallbackState.OPEN,         RINGERS),
        _B("give_up",  CallbackState.OPEN, CallbackState.UNREACHABLE,  RINGERS),
        _B("skip",     CallbackState.OPEN, CallbackState.NOT_WANTED,   MACHINE),
    ),
)
# fmt: on
