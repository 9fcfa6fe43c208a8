"""Who may see and do what with a ticket: one table of role, relation and level, and the questions asked of it. Pure.

`queries.visible` says the row SEE in SQL. Every view, list, push and file asks here or there; `matrix` feeds the page of
administrators and the tests. What a move needs stands in `workflow`. Sources: handbook 3.10, 国办函〔2025〕66号.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from hotline.kernel.errors import Forbidden
from hotline.kernel.scope import Scope
from hotline.people.permissions import CONTACT_ROLES, HOTLINE_ROLES, UNIT_ROLES, Role
from hotline.tickets.models import Assignment, SupervisionOrder, Ticket
from hotline.tickets.workflow import AT_WORK, STANDARD, SUPERIOR, AssignmentState, Secrecy, Workflow

NAMED_OFFICER = "named_officer"
"""Not a role that somebody is given: the one officer whom the unit named to reach the requester (保密)."""
GONE = frozenset({AssignmentState.RETURNED, AssignmentState.RECALLED})
"""The unit's part is over without its having done the work."""
ORIGINS = frozenset({"evidence"})
"""Kinds of files that come from the requester and tell who that is; the others are of the reply form."""


class Right(StrEnum):
    """What may be allowed beside the moves of the life cycles; labels are catalogue ids `right.<right>`."""

    SEE = "see"
    READ_ORIGINAL = "read_original"
    SEE_ATTACHMENTS = "see_attachments"
    SEE_CONTACT = "see_contact"
    REVEAL = "reveal"
    EXPORT = "export"
    ACT = "act"


class Relation(StrEnum):
    """How somebody stands to a ticket: by an own part, by one of a unit below, as supervised, told, or once at work."""

    HOTLINE = "hotline"
    OWN = "own"
    BELOW = "below"
    SUPERVISED = "supervised"
    COPIED = "copied"
    FORMER = "former"
    COMPLAINED = "complained"
    FOREIGN = "foreign"


@dataclass(frozen=True)
class Rule:
    """One row: these roles have the right where they stand so to a ticket of one of the levels."""

    right: Right
    roles: frozenset[str]
    relations: frozenset[Relation]
    levels: frozenset[Secrecy]


@dataclass(frozen=True)
class Cell:
    """One cell of the whole matrix. `kind` is right, ticket, assignment or order; `what` is the right or the action."""

    kind: str
    what: str
    role: str
    relation: Relation
    level: Secrecy
    allowed: bool


R, L = Relation, Secrecy
HOTLINE = frozenset(role.value for role in HOTLINE_ROLES)
CONTACT = frozenset(role.value for role in CONTACT_ROLES)
UNITS = frozenset(role.value for role in UNIT_ROLES)
NAMED = frozenset({NAMED_OFFICER})
PASSED_ON = frozenset({SUPERIOR})
ROLES = (*(role.value for role in Role), SUPERIOR, NAMED_OFFICER)
AT_THE_HOTLINE = frozenset({R.HOTLINE})
OWN, BELOW = frozenset({R.OWN}), frozenset({R.BELOW})
WORKING = OWN | BELOW
TAKING_PART = WORKING | {R.SUPERVISED, R.COPIED}
EVERY = frozenset(Secrecy)
NORMAL, CONFIDENTIAL = frozenset({L.NORMAL}), frozenset({L.CONFIDENTIAL})

# fmt: off
RULES: tuple[Rule, ...] = (
    #    right                  who               as                             of level
    Rule(Right.SEE,             HOTLINE,          AT_THE_HOTLINE,                EVERY),
    Rule(Right.SEE,             UNITS,            TAKING_PART,                   EVERY),
    Rule(Right.SEE,             UNITS,            frozenset({R.FORMER}),         NORMAL),
    Rule(Right.READ_ORIGINAL,   CONTACT,          AT_THE_HOTLINE,                EVERY),
    Rule(Right.READ_ORIGINAL,   HOTLINE,          AT_THE_HOTLINE,                NORMAL),
    Rule(Right.READ_ORIGINAL,   UNITS,            TAKING_PART | {R.FORMER},      NORMAL),
    Rule(Right.SEE_ATTACHMENTS, CONTACT,          AT_THE_HOTLINE,                EVERY),
    Rule(Right.SEE_ATTACHMENTS, HOTLINE,          AT_THE_HOTLINE,                NORMAL),
    Rule(Right.SEE_ATTACHMENTS, UNITS,            TAKING_PART | {R.FORMER},      NORMAL),
    Rule(Right.SEE_CONTACT,     CONTACT,          AT_THE_HOTLINE,                NORMAL | CONFIDENTIAL),
    Rule(Right.REVEAL,          CONTACT,          AT_THE_HOTLINE,                EVERY),
    Rule(Right.REVEAL,          HOTLINE,          AT_THE_HOTLINE,                NORMAL),
    Rule(Right.REVEAL,          UNITS,            WORKING,                       NORMAL),
    Rule(Right.REVEAL,          NAMED,            OWN,                           CONFIDENTIAL),
    Rule(Right.EXPORT,          HOTLINE,          AT_THE_HOTLINE,                EVERY),
    Rule(Right.EXPORT,          UNITS,            WORKING | {R.SUPERVISED},      EVERY),
    Rule(Right.ACT,             HOTLINE,          AT_THE_HOTLINE,                EVERY),
    Rule(Right.ACT,             UNITS,            OWN,                           EVERY),
    Rule(Right.ACT,             UNITS,            frozenset({R.SUPERVISED}),     EVERY),
    Rule(Right.ACT,             PASSED_ON,        BELOW,                         EVERY),
)
# fmt: on


def own_units(scope: Scope) -> frozenset[int]:
    """The units this officer works for: those in which a role of a unit is held."""
    return frozenset(unit_id for unit_id, role in scope.held if role in UNITS)


def relations_of(scope: Scope, ticket: Ticket) -> frozenset[Relation]:
    """How this officer stands to the ticket. Whoever works for the unit complained of is nothing else beside it."""
    if scope.officer_id is None:
        return frozenset({R.FOREIGN})
    own = own_units(scope)
    if ticket.complained_unit_id in own:
        return frozenset({R.COMPLAINED})
    found = {_by_part(part, own) for part in ticket.assignments if part.unit_id in scope.unit_ids}
    if any(order.unit_id in scope.unit_ids for order in ticket.orders if order.issued_at is not None):
        found.add(R.SUPERVISED)
    if scope.sees_all_units:
        found.add(R.HOTLINE)
    return frozenset(found) or frozenset({R.FOREIGN})


def may(scope: Scope, right: Right, ticket: Ticket) -> bool:
    """Whether this officer has the right on this ticket."""
    roles = scope.roles | (NAMED if _is_named(scope, ticket) else frozenset())
    return any(_permits(right, roles, relation, ticket.secrecy) for relation in relations_of(scope, ticket))


def knowing_units(ticket: Ticket) -> frozenset[int]:
    """The units that may know of the ticket by a part or an order of their own."""
    parts = {part.unit_id for part in ticket.assignments if part.state not in GONE or not ticket.confidential}
    orders = {order.unit_id for order in ticket.orders if order.unit_id is not None and order.issued_at is not None}
    return frozenset(parts | orders) - {ticket.complained_unit_id or 0}


def check(scope: Scope, right: Right, ticket: Ticket) -> None:
    """Raise Forbidden unless this officer has the right on this ticket, which they may see."""
    if not may(scope, right, ticket):
        raise Forbidden("not on this ticket", action=right.value)


def acting_roles(scope: Scope, part: Assignment) -> frozenset[str]:
    """The roles that count in moving a unit's part: the hotline's, those held in the unit, SUPERIOR over one passed on."""
    roles = scope.roles_in(part.unit_id)
    above = next((other for other in part.ticket.assignments if other.id == part.parent_id), None)
    if above is not None and above.state not in GONE and above.unit_id in own_units(scope):
        return roles | PASSED_ON
    return roles


def acting_on_ticket(scope: Scope, ticket: Ticket) -> frozenset[str]:
    """The roles that count in moving the ticket: the hotline's, and those held in the unit that leads now."""
    return scope.roles_in(ticket.lead_unit_id)


def acting_on_order(scope: Scope, order: SupervisionOrder) -> frozenset[str]:
    """The roles that count in moving a supervision order: the hotline's, and those held in the unit it was given."""
    return scope.roles_in(order.unit_id)


def matrix(workflow: Workflow = STANDARD) -> Iterator[Cell]:
    """Every cell: right or action × role × relation × level."""
    for role in ROLES:
        for relation in Relation:
            for level in Secrecy:
                for right in Right:
                    allowed = _permits(right, frozenset({role}), relation, level)
                    yield Cell("right", right.value, role, relation, level, allowed)
                acts = _permits(Right.ACT, frozenset({role}), relation, level)
                for (kind, action), roles in actions(workflow).items():
                    fits = kind == "order" if relation is R.SUPERVISED else True
                    yield Cell(kind, action, role, relation, level, acts and fits and role in roles)


def actions(workflow: Workflow = STANDARD) -> dict[tuple[str, str], frozenset[str]]:
    """Who may do each action in some state, in the order of the rows; what only the machine does is not among them."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    for cycle in workflow.cycles:
        for row in cycle.rows:
            key = (cycle.name, row.action)
            found[key] = found.get(key, frozenset()) | row.roles.intersection(ROLES)
    return {key: roles for key, roles in found.items() if roles}


def _by_part(part: Assignment, own: frozenset[int]) -> Relation:
    if part.state in GONE:
        return R.FORMER
    if part.state is AssignmentState.COPIED:
        return R.COPIED
    return R.OWN if part.unit_id in own else R.BELOW


def _permits(right: Right, roles: frozenset[str], relation: Relation, level: Secrecy) -> bool:
    return any(
        rule.right is right and relation in rule.relations and level in rule.levels and rule.roles & roles for rule in RULES
    )


def _is_named(scope: Scope, ticket: Ticket) -> bool:
    """What was passed on (下派) never carries the requester along, whoever is named there."""
    return any(
        part.named_officer_id == scope.officer_id and part.parent_id is None and part.state in AT_WORK
        for part in ticket.assignments
        if part.unit_id in own_units(scope)
    )
