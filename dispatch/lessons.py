"""What granted returns teach at once: the unit is lowered, and the one named instead raised, for tickets like that one.

Alike is said by the words, and by the category beside them; not by the category alone. Kept as `ReturnLesson`. Confidential
tickets, reports and bad marks teach nothing: a reason must not name them.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from scipy import sparse
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.citymodel import CityModel
from dispatch.features import FeatureSpace, Matrix, Reading
from dispatch.functions import function_of, locality_of, unit_here
from dispatch.localities import Locality
from dispatch.models import ReturnLesson
from dispatch.routing import Lesson
from dispatch.rules import RoutingRules
from hotline.kernel.db import UnitOfWork
from hotline.people.models import Unit
from hotline.tickets.events import AssignmentMoved
from hotline.tickets.merging import REPORT
from hotline.tickets.models import Request, Ticket
from hotline.tickets.workflow import BAD_MARK, RequestKind, Secrecy

GRANTED = "grant_return"
DESIGNATED = "designate_other"
UNTOLD = (REPORT, BAD_MARK)
"""Kinds of tickets that are named to nobody else."""


@dataclass(frozen=True)
class Kind:
    """What lessons are asked about, at a moment. The ticket's own returns are objections, not lessons."""

    text: str
    category_code: str | None
    area_code: str | None
    at: datetime
    ticket_id: int | None = None


@dataclass(frozen=True)
class Taught:
    """A lesson with the words it was learnt of."""

    row: ReturnLesson
    number: str
    text: str


def note(uow: UnitOfWork, event: AssignmentMoved) -> None:
    """Within-reaction: keep what a granted return, or a ruling for another unit, teaches."""
    if event.action not in {GRANTED, DESIGNATED}:
        return
    ticket = uow.session.get_one(Ticket, event.ticket_id)
    uow.session.add(
        ReturnLesson(
            ticket_id=ticket.id,
            unit_id=event.unit_id,
            category_code=ticket.category_code,
            area_code=ticket.area_code,
            named_unit_id=_named(uow.session, event.assignment_id),
            at=uow.now,
        )
    )
    uow.session.flush()


def taught(session: Session, kind: Kind, rules: RoutingRules, model: CityModel | None) -> list[Lesson]:
    """What lessons of other tickets, learnt before that moment, say of units for such a text at such a place."""
    lessons = _newest(session, kind, rules.lessons_looked_at)
    if not lessons or not kind.text.strip():
        return []
    alike = likenesses(kind.text, [one.text for one in lessons], model)
    strengths = [
        (lesson, _strength(likeness, lesson.row.category_code == kind.category_code, rules))
        for lesson, likeness in zip(lessons, alike, strict=True)
    ]
    return _of_units(session, [(lesson, strength) for lesson, strength in strengths if strength > 0], kind.area_code, rules)


def likenesses(text: str, others: Sequence[str], model: CityModel | None) -> list[float]:
    """How alike texts are to one, 0-1: by what the live ranker knows of words, else by what these texts tell."""
    readings = [Reading(text), *(Reading(other) for other in others)]
    space = model.categories.space if model else FeatureSpace.fitted(readings)
    rows = _unit(space.rows(readings))
    return [float(one) for one in (rows[1:] @ rows[0].T).toarray().ravel()]


def _strength(likeness: float, same_category: bool, rules: RoutingRules) -> float:
    """0-1; another category needs twice the likeness before it counts at all."""
    least = rules.lesson_alike if same_category else (rules.lesson_alike + rules.lesson_same) / 2
    return min(max((likeness - least) / (rules.lesson_same - rules.lesson_alike), 0.0), 1.0)


def _of_units(
    session: Session, strengths: Sequence[tuple[Taught, float]], area_code: str | None, rules: RoutingRules
) -> list[Lesson]:
    wanted = {one for lesson, _ in strengths for one in (lesson.row.unit_id, lesson.row.named_unit_id) if one}
    units = {unit.id: unit for unit in session.scalars(select(Unit).where(Unit.id.in_(wanted)))}
    here = locality_of(session, area_code, {function_of(unit) for unit in units.values()})
    lowered, raised, told = defaultdict[int, float](float), defaultdict[int, float](float), dict[int, tuple[float, str]]()
    found = dict[int, Unit]()
    for lesson, strength in strengths:
        for table, unit_id in ((lowered, lesson.row.unit_id), (raised, lesson.row.named_unit_id)):
            for unit, share in _meant(units.get(unit_id or 0), here, rules):
                table[unit.id] += strength * share
                found[unit.id] = unit
                told[unit.id] = max(told.get(unit.id, (0.0, "")), (strength * share, lesson.number))
    return [Lesson(at, unit.name, lowered[at], raised[at], told[at][1]) for at, unit in found.items() if unit.active]


def _meant(unit: Unit | None, here: Locality, rules: RoutingRules) -> list[tuple[Unit, float]]:
    """The unit itself, and who does the same at the place of the matter."""
    if unit is None:
        return []
    same = unit_here(here, function_of(unit))
    return [(unit, 1.0)] if same is None or same.id == unit.id else [(unit, 1.0), (same, rules.lesson_elsewhere)]


def _newest(session: Session, kind: Kind, most: int) -> list[Taught]:
    query = select(ReturnLesson, Ticket.number, Ticket.title, Ticket.body).join(Ticket, Ticket.id == ReturnLesson.ticket_id)
    open_to_all = Ticket.secrecy == Secrecy.NORMAL, Ticket.type.not_in(UNTOLD)
    others = query.where(ReturnLesson.at <= kind.at, ReturnLesson.ticket_id.is_distinct_from(kind.ticket_id), *open_to_all)
    rows = session.execute(others.order_by(ReturnLesson.id.desc()).limit(most))
    return [Taught(row, number, f"{title}\n{body}") for row, number, title, body in rows]


def _named(session: Session, assignment_id: int) -> int | None:
    query = select(Request.data).where(Request.assignment_id == assignment_id, Request.kind == RequestKind.RETURN)
    data = session.scalars(query.order_by(Request.id.desc()).limit(1)).one_or_none() or {}
    return int(data["competent_unit_id"]) if data.get("competent_unit_id") else None


def _unit(rows: Matrix) -> Matrix:
    length = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    scale = np.divide(1.0, length, out=np.zeros_like(length), where=length > 0)
    return sparse.csr_matrix(rows.multiply(scale[:, None]))
