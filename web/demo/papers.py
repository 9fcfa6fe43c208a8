"""What the demo city's watch found late, and what supervisors and units did about it: papers issued, dismissed, answered.

Called by `seed` after the requests, at the last hour in which the city worked: then its sweep ran and its messages went out.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from hotline.kernel.db import Database, UnitOfWork
from hotline.people.permissions import Role
from hotline.tickets import supervision
from hotline.tickets.models import SupervisionOrder
from hotline.tickets.workflow import OrderState
from sla import digests, sweep
from sla.ladder import PAPERS, Point
from web.demo.scene import Cast

PROPOSED_KINDS = tuple(point.value for point in PAPERS if point is not Point.PROMPT)
HOUR = timedelta(hours=1)


def keep_watch(database: Database, cast: Cast, words: Mapping[str, Any], *, until: datetime) -> None:
    """Find what is late, act on some of the papers, and send what is to be told."""
    sweep.run(database, now=until - HOUR)
    with database.work(now=until - HOUR / 2) as uow:
        _decide(uow, cast, words)
    digests.send_due(database, now=until)


def _decide(uow: UnitOfWork, cast: Cast, words: Mapping[str, Any]) -> None:
    """One drawn-up paper of each kind is issued, one order is not; of prompts one is answered, one closed, one sent back."""
    due_at = uow.now + timedelta(days=words["answer_days"])
    for kind in PROPOSED_KINDS:
        drawn_up = _papers(uow, kind, OrderState.PROPOSED)
        if len(drawn_up) > 1:
            _by_supervisor(uow, cast, drawn_up[0], "issue_order", note=words["issue"], due_at=due_at)
    for order in _papers(uow, Point.ORDER.value, OrderState.PROPOSED)[1:2]:
        _by_supervisor(uow, cast, order, "dismiss_order", note=words["dismiss"])
    for place, order in enumerate(_papers(uow, Point.PROMPT.value, OrderState.ISSUED)[:3]):
        _answer(uow, cast, order, words["answer"])
        if place == 1:
            _by_supervisor(uow, cast, order, "close_order", note=words["close"])
        if place == 2:
            _by_supervisor(uow, cast, order, "refuse_answer", note=words["refuse"], due_at=due_at)


def _papers(uow: UnitOfWork, kind: str, state: OrderState) -> Sequence[SupervisionOrder]:
    wanted = SupervisionOrder.kind == kind, SupervisionOrder.state == state, SupervisionOrder.clock_id.is_not(None)
    return uow.session.scalars(select(SupervisionOrder).where(*wanted).order_by(SupervisionOrder.id)).all()


def _by_supervisor(uow: UnitOfWork, cast: Cast, order: SupervisionOrder, action: str, **given: Any) -> None:  # as the row needs
    uow.actor = cast.of(Role.SUPERVISOR, Random(order.id)).actor
    supervision.move_order(uow, order.id, action, roles=[Role.SUPERVISOR], given=given)


def _answer(uow: UnitOfWork, cast: Cast, order: SupervisionOrder, words: str) -> None:
    uow.actor = cast.by_unit[order.unit_id or 0].actor
    supervision.move_order(uow, order.id, "answer_order", roles=[Role.LIAISON], given={"answer": words})
