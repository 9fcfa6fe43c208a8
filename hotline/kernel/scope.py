"""What an actor may see and who they are while they act: a frozen value that every package takes. Pure."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Scope:
    """Made by `hotline.people.permissions`; never widened afterwards.

    `unit_ids` are the units whose work is seen (own subtree); ignored when `sees_all_units`.
    `held` are the roles in each unit, (unit id, role); hotline roles count everywhere (`everywhere`).
    """

    officer_id: int | None
    roles: frozenset[str] = frozenset()
    unit_ids: frozenset[int] = frozenset()
    member_unit_ids: frozenset[int] = frozenset()
    sees_all_units: bool = False
    sees_contact_data: bool = False
    held: frozenset[tuple[int, str]] = frozenset()
    everywhere: frozenset[str] = frozenset()
    locale: str = field(default="zh-CN", compare=False)

    def has(self, *roles: str) -> bool:
        """Whether any of the roles is held."""
        return bool(self.roles & set(roles))

    def roles_in(self, unit_id: int | None) -> frozenset[str]:
        """The roles that count in this unit: those held in it, and the hotline's."""
        return self.everywhere | {role for held_in, role in self.held if held_in == unit_id}


NOBODY = Scope(officer_id=None)
