"""Who may post and change what stands beside articles. Pure; articles have `permissions`, tasks `tasks.acting`.

Reading is simple: staff read announcements, wordings and the phone book whole, citizens `announcements.public` and the public
entries of the phone book.
"""

from hotline.kernel.scope import Scope
from knowledge_base import permissions
from knowledge_base.lifecycle import LEADERS, UNITS
from knowledge_base.rules import AnnouncementRules


def roles_for(scope: Scope, unit_id: int | None) -> frozenset[str]:
    """The roles that count for something of that unit: an editor's, a shift leader's, and those held in the unit itself."""
    return permissions.roles_for(scope, unit_id) | (scope.roles & LEADERS)


def may_announce(scope: Scope, unit_id: int | None, unit_class: str, rules: AnnouncementRules) -> bool:
    """Shift leaders and editors announce for anybody, people of a unit of the classes named for themselves."""
    if may_word(scope):
        return True
    return unit_class in rules.unit_classes and bool(scope.roles_in(unit_id) & UNITS) and unit_id is not None


def may_word(scope: Scope) -> bool:
    """Shift leaders and editors agree on a wording."""
    return permissions.is_editor(scope) or scope.has(*LEADERS)


def may_propose(scope: Scope, unit_id: int | None) -> bool:
    """Editors propose entries of anybody, a unit's people those of their own unit."""
    return permissions.is_editor(scope) or (unit_id is not None and bool(scope.roles_in(unit_id) & UNITS))
