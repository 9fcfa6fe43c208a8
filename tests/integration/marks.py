"""Service marks for tests: one as the evaluation system gives it, and its way to the unit's answer and the call-back."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from hotline.kernel.scope import Scope
from sla import callbacks, service_marks
from sla.answers import CallbackAnswers, ConnectResult, Contacted, Satisfaction, Solved
from sla.opinions import Callback, ServiceMark
from sla.service_marks import GivenMark, Received
from tests.integration.limits import FRIDAY
from tests.lives import City

PHONE = "19900000777"
SUPERVISOR = Scope(officer_id=None, roles=frozenset({"supervisor"}))
CALLER = Scope(officer_id=None, roles=frozenset({"callback_agent"}))
CONTENT = CallbackAnswers(Contacted.YES, Solved.YES, Satisfaction.SATISFIED)


def given(**values: Any) -> GivenMark:
    """A real-name bad mark of unit C, unless said otherwise."""
    plain: dict[str, Any] = {
        "source": "province",
        "external_id": "M-1",
        "stars": 1,
        "given_at": FRIDAY - timedelta(hours=2),
        "unit_code": "C",
        "item": "居住证申领",
        "case_number": "BJ-2026-0081",
        "labels": ("流程复杂", "一次性告知不到位"),
        "words": "跑了三趟还没办成",
        "real_name": True,
        "name": "赵晓梅",
        "phone": PHONE,
    }
    return GivenMark(**{**plain, **values})


def received(city: City, **values: Any) -> Received:
    with city.database.work(now=city.now) as uow:
        return service_marks.receive(uow, given(**values))


def mark_of(city: City, mark_id: int) -> ServiceMark:
    with city.database.read() as session:
        return session.get_one(ServiceMark, mark_id)


def rectified(city: City, **values: Any) -> ServiceMark:
    """A bad mark put right: answered by its unit, and the requester content."""
    mark = received(city, **values).mark
    assert mark.ticket_id is not None
    answered(city, mark.ticket_id)
    rung(city, mark.ticket_id, CONTENT)
    return mark_of(city, mark.id)


def answered(city: City, ticket_id: int) -> None:
    city.by_lead(ticket_id, "sign")
    city.reply(ticket_id)


def rung(city: City, ticket_id: int, answers: CallbackAnswers, later: timedelta = timedelta(days=4)) -> datetime:
    """The call-back is made, after it has opened."""
    with city.database.work(now=city.now + later) as uow:
        callback = uow.session.scalars(select(Callback).where(Callback.ticket_id == ticket_id)).one()
        callbacks.attempt(uow, CALLER, callback.id, connect_result=ConnectResult.REACHED, answers=answers)
        return uow.now
