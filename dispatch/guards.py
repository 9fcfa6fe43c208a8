"""What speaks against giving a matter to a unit: it is not on its duty list, or a department's matter goes to the grass roots.

Within-reaction to AssignmentOpened, since every way of giving a ticket to a lead ends there. A person may go against a guard
and say why; a line of the timeline keeps it. Basis: 国办函〔2025〕66号 (handbook 2.2).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from dispatch import catalogue, duties
from dispatch.catalogue import Named
from dispatch.catalogue_rules import CatalogueRules, Guard
from dispatch.localities import GRASS_ROOTS
from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Invalid
from hotline.people import units
from hotline.people.models import Unit
from hotline.people.permissions import subtree
from hotline.tickets import timeline
from hotline.tickets.events import AssignmentOpened
from hotline.tickets.models import Assignment, Ruling, Ticket, TimelineEntry
from hotline.tickets.workflow import BAD_MARK

LEAD = "lead"
OVERRIDE = "override"
"""The action of the line that says which guards a dispatch went against."""
OUTSIDE_DUTIES, GRASS_ROOTS_PUSHED = "outside-duties", "grass-roots"
CODES = (OUTSIDE_DUTIES, GRASS_ROOTS_PUSHED)
SHOWN = 3
"""Units named as the ones to dispatch to instead."""


@dataclass(frozen=True)
class GuardedMatter:
    """What is given to a unit, as far as guards look at it."""

    category_code: str | None
    area_code: str | None


@dataclass(frozen=True)
class Against:
    """One thing against a unit: which guard, how strict it is, whose matter it would be and by which law."""

    code: str
    guard: Guard
    unit: Unit
    category: str
    basis: str
    instead: tuple[str, ...]

    @property
    def args(self) -> dict[str, Any]:
        """The values that its sentence names."""
        return {"unit": self.unit.name, "category": self.category, "basis": self.basis, "instead": list(self.instead)}


def against(session: Session, matter: GuardedMatter, unit_id: int, at: datetime, rules: CatalogueRules) -> list[Against]:
    """What speaks against that unit, the weightiest first; nothing for a matter without a category."""
    unit, category = session.get(Unit, unit_id), matter.category_code
    if unit is None or category is None:
        return []
    named = catalogue.named(session, category, matter.area_code, at)
    if unit in named.units:
        return []
    own = duties.is_ones_own(session, unit.id, category, at)
    if own:
        return []
    competent = duties.competent(session, category, at)
    broken = list[tuple[str, Guard]]()
    if unit.level in GRASS_ROOTS and _is_departmental(named, competent):
        broken.append((GRASS_ROOTS_PUSHED, rules.grass_roots))
    if own is False:
        broken.append((OUTSIDE_DUTIES, rules.outside_duties))
    basis = next(iter([*named.bases, *(basis for _, basis in competent if basis)]), "")
    instead = tuple(dict.fromkeys(one.name for one in (*named.units, *(one for one, _ in competent))))[:SHOWN]
    path = "/".join(one.name for one in catalogue.lineage_of(session, category))
    return [Against(code, guard, unit, path, basis, instead) for code, guard in broken if guard is not Guard.OFF]


def check(uow: UnitOfWork, event: AssignmentOpened, rules: CatalogueRules) -> None:
    """Refuse a lead that a guard speaks against, unless whoever dispatches says why; then the timeline keeps it.

    Raises Conflict with the guard as `reason`, Invalid for a reason that is too short.
    """
    if event.role != LEAD:
        return
    ticket = uow.session.get_one(Ticket, event.ticket_id)
    matter = GuardedMatter(ticket.category_code, ticket.area_code)
    found = against(uow.session, matter, event.unit_id, uow.now, rules)
    if not found or _is_exempt(uow.session, ticket, event):
        return
    part = uow.session.get_one(Assignment, event.assignment_id)
    _check_reason([one for one in found if one.guard is Guard.REFUSE], part.override.strip(), rules.override_characters)
    timeline.write(
        uow,
        ticket.id,
        OVERRIDE,
        text=part.override,
        data={"assignment_id": part.id, "rules": [one.code for one in found]},
        unit_id=event.unit_id,
    )


def overridden(uow: UnitOfWork, assignment: Assignment) -> list[str]:
    """The guards that the dispatch of this part went against."""
    query = select(TimelineEntry.data).where(TimelineEntry.ticket_id == assignment.ticket_id, TimelineEntry.action == OVERRIDE)
    lines = uow.session.scalars(query.order_by(TimelineEntry.seq.desc()))
    return next((list(data["rules"]) for data in lines if data.get("assignment_id") == assignment.id), [])


def _check_reason(refused: Sequence[Against], reason: str, least: int) -> None:
    if not refused or len(reason) >= least:
        return
    if reason:
        raise Invalid("override", "too-short", minimum=least, given=len(reason))
    first = refused[0]
    raise Conflict(
        "a guard speaks against it",
        reason=first.code,
        unit_id=first.unit.id,
        **first.args,
        rules=[one.code for one in refused],
        least=least,
    )


def _is_departmental(named: Named, competent: Sequence[tuple[Unit, str]]) -> bool:
    """Whether catalogue or duty lists give the matter to a department."""
    return any(unit.level not in GRASS_ROOTS for unit in (*named.units, *(unit for unit, _ in competent)))


def _is_exempt(session: Session, ticket: Ticket, event: AssignmentOpened) -> bool:
    """A bad mark goes to whom it evaluates; a ruling, a redo, a closed unit's work and a superior go by rules of their own."""
    if BAD_MARK in (ticket.type, ticket.profile):
        return True
    ruled = select(exists().where(Ruling.ticket_id == ticket.id, Ruling.unit_id == event.unit_id))
    return bool(session.scalar(ruled)) or _had_it(session, ticket, event) or _is_above(session, ticket, event)


def _had_it(session: Session, ticket: Ticket, event: AssignmentOpened) -> bool:
    """Whether the unit led it in an earlier round, or what it was merged into, or stands in for a closed unit that led it."""
    led = select(Assignment.id).join(Unit, Unit.id == Assignment.unit_id)
    before = Assignment.ticket_id == ticket.id, Assignment.role == LEAD, Assignment.id != event.assignment_id
    same = (Assignment.unit_id == event.unit_id) & (Assignment.round < event.round)
    answered = Assignment.ticket_id == ticket.merged_into_id, Assignment.role == LEAD, Assignment.unit_id == event.unit_id
    any_way = or_(and_(*before, or_(same, Unit.successor_id == event.unit_id)), and_(*answered))
    return session.scalar(led.where(any_way).limit(1)) is not None


def _is_above(session: Session, ticket: Ticket, event: AssignmentOpened) -> bool:
    """Whether the unit is a superior of one that led it (提级) or is complained of."""
    led = select(Assignment.unit_id).where(Assignment.ticket_id == ticket.id, Assignment.role == LEAD)
    lower = {*session.scalars(led), ticket.complained_unit_id} - {event.unit_id, None}
    return bool(lower) and not lower.isdisjoint(subtree([event.unit_id], units.superiors(session)))
