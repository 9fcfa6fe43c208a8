"""Roles and what they may see: a pure function from an officer's memberships to a `Scope`. The one place that decides it."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from hotline.kernel.scope import Scope
from hotline.people.models import Membership, Officer


class Role(StrEnum):
    """What an officer does; labels are catalogue ids `role.<role>`."""

    AGENT = "agent"
    DISPATCHER = "dispatcher"
    REPLY_AUDITOR = "reply_auditor"
    SUPERVISOR = "supervisor"
    CALLBACK_AGENT = "callback_agent"
    QUALITY_INSPECTOR = "quality_inspector"
    KNOWLEDGE_EDITOR = "knowledge_editor"
    SHIFT_LEADER = "shift_leader"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"
    UNIT_ADMIN = "unit_admin"
    LIAISON = "liaison"
    HANDLER = "handler"
    SECTION_HEAD = "section_head"
    SIGNING_HEAD = "signing_head"


HOTLINE_ROLES = frozenset(
    {
        Role.AGENT,
        Role.DISPATCHER,
        Role.REPLY_AUDITOR,
        Role.SUPERVISOR,
        Role.CALLBACK_AGENT,
        Role.QUALITY_INSPECTOR,
        Role.SHIFT_LEADER,
        Role.MANAGER,
        Role.ADMINISTRATOR,
    }
)
CONTACT_ROLES = frozenset(
    {Role.AGENT, Role.DISPATCHER, Role.REPLY_AUDITOR, Role.SUPERVISOR, Role.CALLBACK_AGENT, Role.SHIFT_LEADER}
)
UNIT_ROLES = frozenset({Role.UNIT_ADMIN, Role.LIAISON, Role.HANDLER, Role.SECTION_HEAD, Role.SIGNING_HEAD})


def scope_of(
    officer: Officer, superiors: Mapping[int, tuple[int | None, int | None]], lent: Iterable[Membership] = ()
) -> Scope:
    """What this officer may see. `superiors` maps every unit to its (territorial, professional) superior.

    `lent` are the memberships of those whose stand-in the officer is now (`absences.lent_to`); they count like own ones.
    """
    memberships = [*officer.memberships, *lent]
    roles = frozenset(membership.role for membership in memberships)
    own = frozenset(membership.unit_id for membership in memberships)
    at_work_for = frozenset(membership.unit_id for membership in memberships if membership.role in UNIT_ROLES)
    return Scope(
        officer_id=officer.id,
        roles=roles,
        member_unit_ids=own,
        unit_ids=subtree(at_work_for, superiors),
        sees_all_units=bool(roles & HOTLINE_ROLES),
        sees_contact_data=bool(roles & CONTACT_ROLES),
        held=frozenset((membership.unit_id, membership.role) for membership in memberships),
        everywhere=roles & HOTLINE_ROLES,
        locale=officer.locale,
    )


def subtree(roots: Iterable[int], superiors: Mapping[int, tuple[int | None, int | None]]) -> frozenset[int]:
    """The units and all units below them on either line."""
    found = set(roots)
    while True:
        below = {unit for unit, above in superiors.items() if found.intersection(above)} - found
        if not below:
            return frozenset(found)
        found |= below
