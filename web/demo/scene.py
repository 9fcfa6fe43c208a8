"""Who acts in the demo city's stories, and one story while it is told: a unit of work carried through time and hands.

`telling` and `asking` take the steps; `bends`, `marks` and `papers` act with the same cast.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.localities import Locality, Registry
from dispatch.routing import UnitHit
from hotline.kernel.db import SYSTEM, Actor, UnitOfWork
from hotline.kernel.scope import Scope
from hotline.people import units
from hotline.people.models import Area, Officer, Unit
from hotline.people.permissions import Role, scope_of
from hotline.tickets.models import Ticket
from knowledge_base.models import Article
from knowledge_base.policy import AnswerPolicy, packaged_policy
from web.demo.plans import Story

FIELD_DIGITS = 2


@dataclass(frozen=True)
class Player:
    """An officer as the use cases know one."""

    actor: Actor
    scope: Scope


@dataclass(frozen=True)
class Cast:
    """Who acts: officers by role, liaison officers by unit id, those who sign by unit id and role.

    What they know: articles by code, those of the same field by id, the catalogue as asked.
    """

    by_role: Mapping[str, list[Player]]
    by_unit: Mapping[int, Player]
    heads: Mapping[tuple[int, str], Player]
    articles: Mapping[str, int]
    akin: Mapping[int, list[int]]
    phrases: Mapping[str, Any]  # one phrase or a list, as in the shape
    policy: AnswerPolicy
    registry: Registry
    areas: Mapping[str, Mapping[str, str]]  # by code: the codes from the city down, by level
    hits: dict[tuple[str, str | None], list[UnitHit]] = field(default_factory=dict)

    def of(self, role: Role, rng: Random) -> Player:
        """Somebody of that role."""
        return rng.choice(self.by_role[role.value])

    def unit_id(self, rule: str, area_code: str | None) -> int | None:
        """The unit that a rule means in that area; nothing when none does."""
        unit = Locality(self.areas.get(area_code or "", {}), self.registry).resolve(rule) if rule else None
        return unit.id if unit else None


@dataclass
class Scene:
    """One story being told; `lead` is the one it hangs on."""

    uow: UnitOfWork
    cast: Cast
    rng: Random
    story: Story
    ticket: Ticket
    lead: "Scene | None" = None

    def act(self, player: Player) -> Scope:
        """Go on as that officer."""
        self.uow.actor = player.actor
        return player.scope

    def act_alone(self) -> None:
        """Go on as nobody: the requester, or the system."""
        self.uow.actor = SYSTEM


def cast_of(session: Session, phrases: Mapping[str, Any]) -> Cast:
    """The officers of the city as they stand in the tables."""
    by_role: dict[str, list[Player]] = {}
    by_unit: dict[int, Player] = {}
    heads: dict[tuple[int, str], Player] = {}
    superiors = units.superiors(session)
    for officer in session.scalars(select(Officer).order_by(Officer.id)):
        player = Player(Actor(officer.id, officer.name), scope_of(officer, superiors))
        for membership in officer.memberships:
            by_role.setdefault(membership.role, []).append(player)
            if membership.role == Role.LIAISON:
                by_unit.setdefault(membership.unit_id, player)
            heads.setdefault((membership.unit_id, membership.role), player)
    known, akin = _known(session)
    registry = Registry(session.scalars(select(Unit).order_by(Unit.id)).all())
    return Cast(by_role, by_unit, heads, known, akin, phrases, packaged_policy(), registry, _lineages(session))


def _lineages(session: Session) -> dict[str, dict[str, str]]:
    """To each area the codes of those it lies in and its own, by level."""
    areas = {area.code: area for area in session.scalars(select(Area))}
    lines = {code: [part for part in area.path.split("/") if part] for code, area in areas.items()}
    return {code: {areas[part].level: part for part in line} for code, line in lines.items()}


def _known(session: Session) -> tuple[dict[str, int], dict[int, list[int]]]:
    """Articles by code, and to each the others of its field, which the first two digits of a category name."""
    query = select(Article.code, Article.id, Article.category_code).where(Article.code.is_not(None)).order_by(Article.id)
    rows = session.execute(query).all()
    fields: dict[str, list[int]] = {}
    for _, article_id, category in rows:
        fields.setdefault((category or "")[:FIELD_DIGITS], []).append(article_id)
    akin = {one: [other for other in field if other != one] for field in fields.values() for one in field}
    return {code or "": article_id for code, article_id, _ in rows}, akin
