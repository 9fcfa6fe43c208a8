"""The city's ranker learnt from its own handled tickets, measured on the newest ones kept back. Called by jobs and commands.

Confidential tickets, reports and bad marks teach nothing: their words must not come back in reasons. Reads only; the
row is made by `models_book.add`.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, tzinfo
from typing import Any

import numpy as np
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from dispatch import calibration, categories, citymodel, evaluating, evidence
from dispatch.calibration import Numbers
from dispatch.citymodel import CityModel
from dispatch.evaluating import Outcome
from dispatch.evidence import Matter
from dispatch.functions import function_of
from dispatch.learning import Example, Learner, train
from dispatch.lessons import UNTOLD
from dispatch.matters import circumstances_of
from dispatch.ranking_rules import TrainingRules
from dispatch.shelf import Live
from hotline.kernel.errors import Conflict
from hotline.people.models import Area, Unit
from hotline.tickets.models import Ticket
from hotline.tickets.workflow import Secrecy

MEASURED_MOST = 500
SURE_LEAST = 10
"""Tickets kept back from which what scores mean can be told."""
NOT_YET = 0
"""The number a ranker has while it is being measured."""


@dataclass(frozen=True)
class Handled:
    """A handled ticket: what was asked, and who answered it."""

    ticket: Ticket
    unit: Unit


@dataclass(frozen=True)
class Trained:
    """A ranker with how good it is on tickets it has not seen, and what it learnt from."""

    model: CityModel
    tickets: int
    since: datetime
    until: datetime
    metrics: Mapping[str, Any]


@dataclass(frozen=True)
class Course:
    """What a training needs beside the database."""

    learner: Learner
    rules: TrainingRules
    zone: tzinfo


def learn(session: Session, course: Course, live: Live | None) -> Trained:
    """Learn from the newest handled tickets. Raises Conflict when there are fewer than the rules want."""
    begun = time.perf_counter()
    found = handled(session, course.rules.most)
    if len(found) < course.rules.least:
        raise Conflict("too few handled tickets", reason="too-few-tickets", tickets=len(found), least=course.rules.least)
    cut = len(found) - max(1, round(course.rules.kept_back * len(found)))
    learnt, back = found[:cut], found[cut:][-MEASURED_MOST:]
    metrics, table, hits = _measured(session, course, _model(session, course, learnt), back, live)
    model = _model(session, course, found)
    if len(back) >= SURE_LEAST:
        model = replace(model, sureness=calibration.fitted_stretch(table, hits))
    metrics |= {"seconds": round(time.perf_counter() - begun, 1), "learnt": len(learnt), "kept_back": len(back)}
    return Trained(model, len(found), found[0].ticket.opened_at, found[-1].ticket.opened_at, metrics)


def handled(session: Session, most: int) -> list[Handled]:
    """The newest tickets that a unit answered, the oldest first."""
    rows = session.execute(_taught_by().order_by(Ticket.opened_at.desc(), Ticket.id.desc()).limit(most)).all()
    return [Handled(ticket, unit) for ticket, unit in reversed(rows)]


def count(session: Session) -> int:
    """How many tickets there are to learn from."""
    return session.scalar(_taught_by().with_only_columns(func.count())) or 0


def _taught_by() -> Select[Ticket, Unit]:
    wanted = (
        Ticket.replied_at.is_not(None),
        Ticket.secrecy == Secrecy.NORMAL,
        Ticket.type.not_in(UNTOLD),
        Ticket.category_code.is_not(None),
        Unit.active,
    )
    return select(Ticket, Unit).join(Unit, Unit.id == Ticket.lead_unit_id).where(*wanted)


def _model(session: Session, course: Course, found: Sequence[Handled]) -> CityModel:
    """Both parts, without what scores mean."""
    paths = {area.code: [part for part in area.path.split("/") if part] for area in session.scalars(select(Area))}
    by_category, by_function = list[Example](), list[Example]()
    for one in found:
        ticket, place = one.ticket, paths.get(one.ticket.area_code or "", [])
        around = circumstances_of(ticket, ticket.opened_at, course.zone)
        text, code = _nameless(ticket), str(ticket.category_code)
        by_category.append(Example(citymodel.reading_of(text, place, None, around), code, ticket.id))
        by_function.append(Example(citymodel.reading_of(text, place, code, around), function_of(one.unit), ticket.id))
    called = {one.code: " ".join((one.name, *one.words)) for one in categories.tree_of(session).words}
    names = {function_of(unit): unit.name for unit in session.scalars(select(Unit).order_by(Unit.id.desc()))}
    return CityModel(train(by_category, course.learner, called), train(by_function, course.learner, names))


def _nameless(ticket: Ticket) -> str:
    """What a ticket teaches by: the caller's name must not come to stand in a file."""
    words, name = f"{ticket.title}\n{ticket.body}", (ticket.contact_name or "").strip()
    return words.replace(name, " ") if len(name) > 1 else words


def _measured(
    session: Session, course: Course, model: CityModel, back: Sequence[Handled], live: Live | None
) -> tuple[dict[str, Any], Numbers, Numbers]:
    """Figures of the whole ranking on tickets kept back, beside the live ranker's and the rules' alone; and what its
    scores turned out to mean, a row a ranked unit."""
    ways = {"new": Live(NOT_YET, model), "rules": None} | ({"live": live} if live else {})
    ranked = {name: [_ranked(session, course, one, way) for one in back] for name, way in ways.items()}
    rows = [citymodel.figures(found.candidates) for found, _ in ranked["new"]]
    right = [
        [one.unit_id == item.unit.id for one in found.candidates] for (found, _), item in zip(ranked["new"], back, strict=True)
    ]
    table = np.vstack([row for row in rows if len(row)]) if any(len(row) for row in rows) else np.zeros((0, 4))
    hits = np.array([hit for one in right for hit in one])
    outcome = _outcome(ranked["new"], rows, right, back)
    metrics = _figures(outcome)
    metrics |= {f"{name}_top1": _top(ranked[name], back, 1) for name in ("rules", "live") if name in ranked}
    metrics["categories"] = _figures(evaluating.measured(model.categories, _category_examples(session, course, back)))
    return metrics, table, hits


def _ranked(session: Session, course: Course, one: Handled, way: Live | None) -> tuple[evidence.Ranking, float]:
    """What would have been proposed when the ticket came, and how long that took in milliseconds."""
    ticket = one.ticket
    matter = Matter(
        text=f"{ticket.title}\n{ticket.body}",
        category_code=ticket.category_code,
        area_code=ticket.area_code,
        at=ticket.opened_at,
        around=circumstances_of(ticket, ticket.opened_at, course.zone),
        before_id=ticket.id,
        ticket_id=ticket.id,
    )
    begun = time.perf_counter()
    found = evidence.rank(session, matter, way)
    return found, 1000 * (time.perf_counter() - begun)


def _outcome(
    ranked: Sequence[tuple[evidence.Ranking, float]],
    rows: Sequence[Numbers],
    right: Sequence[Sequence[bool]],
    back: Sequence[Handled],
) -> Outcome:
    """The first units with how sure they were: what scores mean is fitted to one half and asked of the other, both ways."""
    said = np.zeros(len(back))
    for part in (0, 1):
        fitted = [(row, hit) for at, (row, hit) in enumerate(zip(rows, right, strict=True)) if at % 2 != part and len(row)]
        if not fitted:
            continue
        stretch = calibration.fitted_stretch(
            np.vstack([row for row, _ in fitted]), np.array([hit for _, one in fitted for hit in one])
        )
        for at in range(part, len(back), 2):
            said[at] = stretch.apply(rows[at])[0] if len(rows[at]) else 0.0
    return Outcome(
        said=said,
        hits=np.array([bool(hit) and hit[0] for hit in right]),
        among_3=np.array([any(hit[:3]) for hit in right]),
        answered=tuple(function_name(found) for found, _ in ranked),
        wanted=tuple(one.unit.name for one in back),
        seconds=0.0,
        ms=float(np.mean([spent for _, spent in ranked])) if ranked else 0.0,
    )


def function_name(found: evidence.Ranking) -> str:
    """The first unit's name; empty when nobody was proposed."""
    return found.candidates[0].unit_name if found.candidates else ""


def _figures(outcome: Outcome) -> dict[str, Any]:
    score = evaluating.score("", outcome)
    bins = calibration.bins(outcome.said, outcome.hits)
    return {
        "top1": round(score.accuracy, 4),
        "top3": round(score.top_3, 4),
        "macro_f1": round(score.macro_f1, 4),
        "ece": round(score.ece, 4),
        "at_70": round(score.at_70, 4),
        "at_50": round(score.at_50, 4),
        "coverage_95": round(score.coverage_95, 4),
        "ms": round(score.ms, 2),
        "curve": [{"share": share, "accuracy": round(right, 4)} for share, right in evaluating.curve(outcome)],
        "bins": [asdict(one) for one in bins],
        "sure": sorted(([round(float(one), 4), bool(hit)] for one, hit in zip(outcome.said, outcome.hits, strict=True))),
    }


def _top(ranked: Sequence[tuple[evidence.Ranking, float]], back: Sequence[Handled], most: int) -> float:
    hits = [
        one.unit.id in [found.unit_id for found in ranking.candidates[:most]]
        for (ranking, _), one in zip(ranked, back, strict=True)
    ]
    return round(sum(hits) / len(hits), 4) if hits else 0.0


def _category_examples(session: Session, course: Course, back: Sequence[Handled]) -> list[Example]:
    found = list[Example]()
    for one in back:
        around = circumstances_of(one.ticket, one.ticket.opened_at, course.zone)
        place = evidence.area_path(session, one.ticket.area_code)
        reading = citymodel.reading_of(f"{one.ticket.title}\n{one.ticket.body}", place, None, around)
        found.append(Example(reading, str(one.ticket.category_code)))
    return found
