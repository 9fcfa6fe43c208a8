"""The table of rights over HTTP: who may see and do what, as the administrator's page shows it."""

from collections.abc import Iterable

from apiflask import APIBlueprint

from hotline.tickets import rights
from hotline.tickets.rights import Cell, Relation
from hotline.tickets.workflow import STANDARD, Secrecy
from web.api.schemas.rights import RightRule, Rights
from web.auth import EVERYONE, allowed
from web.requests import container

api = APIBlueprint("rights", __name__, url_prefix="/api/v1", tag="Rights")


@api.get("/rights")
@api.output(Rights)
@allowed(*EVERYONE)
def show_rights() -> Rights:
    """Every right and move with the roles, relations and levels it is allowed to; what does not stand here is refused."""
    cells = [cell for cell in rights.matrix(container().database.workflow or STANDARD) if cell.allowed]
    return Rights(
        roles=list(rights.ROLES),
        relations=[relation.value for relation in Relation],
        levels=[level.value for level in Secrecy],
        rules=_rules(cells),
    )


def _rules(cells: Iterable[Cell]) -> list[RightRule]:
    """Cells gathered: first the levels of each role, then the roles that have the same."""
    levels: dict[tuple[str, str, str, str], list[str]] = {}
    for cell in cells:
        levels.setdefault((cell.kind, cell.what, cell.relation.value, cell.role), []).append(cell.level.value)
    roles: dict[tuple[str, str, str, tuple[str, ...]], list[str]] = {}
    for (kind, what, relation, role), found in levels.items():
        roles.setdefault((kind, what, relation, tuple(found)), []).append(role)
    return [
        RightRule(kind=kind, what=what, relation=relation, levels=list(found), roles=names)
        for (kind, what, relation, found), names in roles.items()
    ]
