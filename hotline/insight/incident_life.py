"""The life of an incident (集中诉求) as rows. Pure; the state is assigned only in `incidents`.

Labels are catalogue ids `incident-state.<state>` and `action.<action>`.
"""

from enum import StrEnum

from hotline.kernel.transitions import LifeCycle, Transition
from hotline.people.permissions import Role


class IncidentState(StrEnum):
    """Where an incident stands; the detector spots, a person confirms."""

    SPOTTED = "spotted"
    CONFIRMED = "confirmed"
    ANSWERED = "answered"
    OVER = "over"
    DISMISSED = "dismissed"
    JOINED = "joined"
    """It was one with another incident, which has its tickets now."""

    @property
    def is_live(self) -> bool:
        """Whether new tickets may still be found to be of it."""
        return self in LIVE


LIVE = frozenset({IncidentState.SPOTTED, IncidentState.CONFIRMED, IncidentState.ANSWERED})
DESK = frozenset({Role.SHIFT_LEADER.value, Role.DISPATCHER.value})
MACHINE = frozenset({"system"})
NOTE = ("note",)
S = IncidentState
_T = Transition[IncidentState]

# fmt: off
ROWS = (
    _T("confirm",  S.SPOTTED,   S.CONFIRMED, DESK),
    _T("dismiss",  S.SPOTTED,   S.DISMISSED, DESK,           NOTE),
    _T("join",     S.SPOTTED,   S.JOINED,    DESK,           ("into_id",)),
    _T("join",     S.CONFIRMED, S.JOINED,    DESK,           ("into_id",)),
    _T("join",     S.ANSWERED,  S.JOINED,    DESK,           ("into_id",)),
    _T("instruct", S.SPOTTED,   S.CONFIRMED, DESK,           ("answer",)),
    _T("instruct", S.CONFIRMED, S.CONFIRMED, DESK,           ("answer",)),
    _T("instruct", S.ANSWERED,  S.ANSWERED,  DESK,           ("answer",)),
    _T("gather",   S.SPOTTED,   S.CONFIRMED, DESK),
    _T("gather",   S.CONFIRMED, S.CONFIRMED, DESK),
    _T("reply",    S.CONFIRMED, S.ANSWERED,  DESK | MACHINE, ("answer",)),
    _T("reply",    S.ANSWERED,  S.ANSWERED,  DESK,           ("answer",)),
    _T("end",      S.SPOTTED,   S.OVER,      DESK | MACHINE),
    _T("end",      S.CONFIRMED, S.OVER,      DESK | MACHINE),
    _T("end",      S.ANSWERED,  S.OVER,      DESK | MACHINE),
    _T("resume",   S.OVER,      S.CONFIRMED, DESK | MACHINE),
)
# fmt: on

INCIDENT = LifeCycle(
    "incident",
    "hotline.insight.incidents",
    frozenset({S.SPOTTED}),
    frozenset({S.OVER, S.DISMISSED, S.JOINED}),
    ROWS,
)
LIFE_CYCLES = (INCIDENT,)
