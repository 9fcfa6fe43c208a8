"""Who may administer which officers and units: administrators all, a unit's administrator the own unit and those below. Pure.

Called by the views of `web.api.admin`, which hand in what the scope and the tree of units say.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from hotline.kernel.errors import Forbidden, NotFound
from hotline.kernel.scope import Scope
from hotline.people.models import Officer
from hotline.people.officers import RoleIn
from hotline.people.permissions import UNIT_ROLES, Role, subtree
from hotline.people.units import Superiors


@dataclass(frozen=True)
class Realm:
    """The units somebody administers; None is every unit, with the roles of the hotline."""

    unit_ids: frozenset[int] | None

    def holds(self, unit_id: int) -> bool:
        """Whether the unit is in it."""
        return self.unit_ids is None or unit_id in self.unit_ids

    def check_unit(self, unit_id: int) -> None:
        """Raise NotFound for a unit outside."""
        if not self.holds(unit_id):
            raise NotFound("unit", thing="unit", id=unit_id)

    def check_officer(self, officer: Officer) -> None:
        """Raise NotFound for an officer with no role inside, Forbidden for one who holds roles outside as well."""
        if self.unit_ids is None:
            return
        inside = [self.holds(one.unit_id) and one.role in UNIT_ROLES for one in officer.memberships]
        if not any(inside):
            raise NotFound("officer", thing="officer", id=officer.id)
        if not all(inside):
            raise Forbidden("roles elsewhere", reason="roles-elsewhere")

    def check_roles(self, wanted: Iterable[RoleIn]) -> None:
        """Raise Forbidden for a role that may not be given here, or for none at all, which would lose the officer."""
        if self.unit_ids is None:
            return
        given = list(wanted)
        if not given or not all(self.holds(one.unit_id) and one.role in UNIT_ROLES for one in given):
            raise Forbidden("role outside the own units", reason="role-not-given-here")


def realm_of(scope: Scope, superiors: Superiors) -> Realm:
    """What this actor administers. Raises Forbidden when it is nothing."""
    if scope.has(Role.ADMINISTRATOR):
        return Realm(None)
    own = frozenset(unit_id for unit_id, role in scope.held if role == Role.UNIT_ADMIN)
    if not own:
        raise Forbidden("not this role", roles=[Role.ADMINISTRATOR.value, Role.UNIT_ADMIN.value])
    return Realm(subtree(own, superiors))
