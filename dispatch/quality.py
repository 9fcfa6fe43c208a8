"""How good dispatching is in daily use: decisions counted by month, category and unit, calibration, and drift. Reads only.

Called by the page of rankers and `hotline dispatch quality`. A first unit that was chosen and gave the ticket back was wrong;
months are the city's.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

import numpy as np
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from dispatch import calibration
from dispatch.calibration import Bin
from dispatch.models import DispatchDecision
from hotline.people.models import Unit
from hotline.tickets.models import Category, Request, Ticket
from hotline.tickets.workflow import RequestKind, RequestState

PERIOD = timedelta(days=365)
RECENT = timedelta(days=30)
SHOWN = 60
"""Categories and units shown, those with most decisions."""


@dataclass(frozen=True)
class Decided:
    """A decision as quality counts it. `rank` counts from 1; None: the unit was not proposed."""

    at: datetime
    category_code: str | None
    unit_id: int
    rank: int | None
    probability: float | None
    proposed: bool
    returned: bool
    overridden: bool
    automatic: bool
    sampled: bool
    right: bool | None


@dataclass(frozen=True)
class Counted:
    """Figures of a group of decisions; shares 0-1, `top1` and `top3` of those that had a proposal."""

    key: str
    name: str
    decisions: int
    top1: float
    top3: float
    returned: float
    overridden: int
    automatic: int
    samples: int
    samples_right: int


@dataclass(frozen=True)
class Drift:
    """How the last 30 days differ from before: `mix` 0 (the same categories) to 1 (none in common), and the rate of firsts."""

    mix: float
    top1_before: float
    top1_now: float
    since: datetime


@dataclass(frozen=True)
class Quality:
    """Everything the page shows."""

    months: tuple[Counted, ...]
    categories: tuple[Counted, ...]
    units: tuple[Counted, ...]
    calibration: tuple[Bin, ...]
    drift: Drift


def quality(session: Session, now: datetime, zone: tzinfo) -> Quality:
    """The figures of the last year."""
    found = _decided(session, now - PERIOD)
    paths, names = _paths(session), {row.id: row.name for row in session.execute(select(Unit.id, Unit.name))}
    return Quality(
        months=tuple(_grouped(found, lambda one: f"{one.at.astimezone(zone):%Y-%m}", lambda key: key, newest_first)),
        categories=tuple(_grouped(found, lambda one: one.category_code, lambda key: paths.get(key, key), most_first)),
        units=tuple(_grouped(found, lambda one: str(one.unit_id), lambda key: names.get(int(key), key), most_first)),
        calibration=tuple(_bins(found)),
        drift=_drift(found, now),
    )


def newest_first(rows: list[Counted]) -> list[Counted]:
    """In the order of their keys, the last first."""
    return sorted(rows, key=lambda one: one.key, reverse=True)


def most_first(rows: list[Counted]) -> list[Counted]:
    """Those with most decisions."""
    return sorted(rows, key=lambda one: (-one.decisions, one.key))[:SHOWN]


def counted(key: str, name: str, found: Sequence[Decided]) -> Counted:
    """The figures of one group."""
    proposed = [one for one in found if one.proposed]
    samples = [one for one in found if one.sampled and one.right is not None]
    return Counted(
        key=key,
        name=name,
        decisions=len(found),
        top1=_share(one.rank == 1 for one in proposed),
        top3=_share(one.rank is not None and one.rank <= 3 for one in proposed),
        returned=_share(one.returned for one in found),
        overridden=sum(one.overridden for one in found),
        automatic=sum(one.automatic for one in found),
        samples=len(samples),
        samples_right=sum(bool(one.right) for one in samples),
    )


def _grouped(
    found: Sequence[Decided],
    key_of: Callable[[Decided], str | None],
    name_of: Callable[[str], str],
    order: Callable[[list[Counted]], list[Counted]],
) -> list[Counted]:
    groups = defaultdict[str, list[Decided]](list)
    for one in found:
        if (key := key_of(one)) is not None:
            groups[key].append(one)
    return order([counted(key, name_of(key), group) for key, group in groups.items()])


def _bins(found: Sequence[Decided]) -> list[Bin]:
    """Whether the probability of the unit chosen was true: it is wrong when the unit gave it back."""
    known = [one for one in found if one.probability is not None and one.rank == 1]
    if not known:
        return []
    said = np.array([one.probability for one in known])
    return calibration.bins(said, np.array([not one.returned for one in known]))


def _drift(found: Sequence[Decided], now: datetime) -> Drift:
    since = now - RECENT
    before, recent = [one for one in found if one.at < since], [one for one in found if one.at >= since]
    return Drift(
        mix=_difference(before, recent),
        top1_before=_share(one.rank == 1 for one in before if one.proposed),
        top1_now=_share(one.rank == 1 for one in recent if one.proposed),
        since=since,
    )


def _difference(before: Sequence[Decided], recent: Sequence[Decided]) -> float:
    """Half the sum of differences of the shares of categories."""
    old, new = Counter(one.category_code for one in before), Counter(one.category_code for one in recent)
    if not old or not new:
        return 0.0
    return round(sum(abs(old[code] / len(before) - new[code] / len(recent)) for code in old | new) / 2, 4)


def _decided(session: Session, since: datetime) -> list[Decided]:
    asked = Request.assignment_id == DispatchDecision.assignment_id, Request.kind == RequestKind.RETURN
    returned = exists().where(*asked, Request.state == RequestState.GRANTED)
    query = (
        select(DispatchDecision, Ticket.category_code, returned)
        .join(Ticket, Ticket.id == DispatchDecision.ticket_id)
        .where(DispatchDecision.at >= since)
    )
    return [
        Decided(
            at=row.at,
            category_code=category_code,
            unit_id=row.unit_id,
            rank=row.rank,
            probability=row.probability,
            proposed=row.proposal_id is not None,
            returned=bool(gave_back),
            overridden=bool(row.overrides),
            automatic=row.automatic,
            sampled=row.sampled,
            right=row.right,
        )
        for row, category_code, gave_back in session.execute(query)
    ]


def _paths(session: Session) -> dict[str, str]:
    rows = session.scalars(select(Category)).all()
    names = {row.code: row.name for row in rows}
    return {row.code: "/".join(names[part] for part in row.path.split("/") if part in names) for row in rows}


def _share(hits: Iterable[bool]) -> float:
    found = list(hits)
    return round(sum(found) / len(found), 4) if found else 0.0
