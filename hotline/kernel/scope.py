"""What an actor may see and who they are while they act: a frozen value that every package takes. Pure."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Scope:
    """Made by `hotline.people.permissions`; never widened afterwards.

    `unit_ids` are the units whose work is seen (own subtree); ignored when `sees_all_units`.
    `roles_in` tells the roles held in each unit; hotline roles count everywhere.
    """

    officer_id: int | None
    roles: frozenset[str] = frozenset()
    unit_ids: frozenset[int] = frozenset()
    member_unit_ids: frozenset[int] = frozenset()
    sees_all_units: bool = False
    sees_contact_data: bool = False
    locale: str = field(default="zh-CN", compare=False)

    def has(self, *roles: str) -> bool:
        """Whether any of the roles is held."""
        return bool(self.roles & set(roles))


NOBODY = Scope(officer_id=None)
