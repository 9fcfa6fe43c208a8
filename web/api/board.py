"""The manager's board over HTTP: each number with the query that opens the list behind it."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from apiflask import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import and_

from hotline.insight import boards, metrics
from hotline.insight.boards import UnitCount
from hotline.insight.metrics import Measured
from hotline.kernel import clock
from hotline.kernel.errors import Invalid
from hotline.tickets import queries
from hotline.tickets.models import Ticket
from sla import call_evaluations
from sla.book import rules_of
from sla.call_evaluations import CallRate
from web.api import present
from web.api.schemas.base import LocalDay
from web.api.schemas.board import Board, CallNumbers, CategoryNumbers, DayNumbers, Metric, UnitNumbers
from web.auth import allowed
from web.requests import asks, container, reading, scope

api = APIBlueprint("board", __name__, url_prefix="/api/v1", tag="Board")
DEFAULT_DAYS = 30
LONGEST_DAYS = 366
TARGETS = {
    "satisfaction": "satisfaction_percent",
    "satisfaction_explicit": "satisfaction_percent",
    "resolution": "solved_percent",
    "resolution_explicit": "solved_percent",
}
"""Which rule of the city is the target line of which metric."""


class BoardQuery(BaseModel):
    """The period in local days, both included, and one unit if wanted."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)

    start: LocalDay | None = Field(None, alias="from")
    end: LocalDay | None = Field(None, alias="to")
    unit: int | None = None


@api.get("/board")
@asks(api, BoardQuery)
@api.output(Board)
@allowed("manager", "shift_leader", "administrator", "supervisor")
def show_board(query: BoardQuery) -> Board:
    """Rates, days, units and categories of a period; the last thirty days without one."""
    zone = container().database.zone
    start, end = _days(query, zone)
    first, last = _midnight(start, zone), _midnight(end + timedelta(days=1), zone)
    among = and_(queries.visible(scope()), metrics.period(first, last))
    of_unit = among if query.unit is None else and_(among, Ticket.lead_unit_id == query.unit)
    base = {"from": start.isoformat(), "to": end.isoformat(), **({"unit": query.unit} if query.unit else {})}
    with reading() as session:
        targets = rules_of(session).targets
        return Board(
            start=start,
            end=end,
            metrics=[_metric(one, base, targets) for one in metrics.measure(session, among, unit_id=query.unit)],
            calls=_calls(call_evaluations.rate(session, first, last)),
            days=[DayNumbers(**vars(day)) for day in boards.by_day(session, of_unit, zone)],
            units=[_unit(one) for one in boards.by_unit(session, of_unit)],
            categories=[CategoryNumbers(**vars(one)) for one in boards.by_category(session, of_unit)],
        )


def _days(query: BoardQuery, zone: ZoneInfo) -> tuple[date, date]:
    end = query.end or clock.now().astimezone(zone).date()
    start = query.start or end - timedelta(days=DEFAULT_DAYS - 1)
    if start > end:
        raise Invalid("from", "after-the-end", end=end.isoformat())
    if (end - start).days > LONGEST_DAYS:
        raise Invalid("from", "too-many-days", days=LONGEST_DAYS)
    return start, end


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _metric(one: Measured, base: dict[str, object], targets: Mapping[str, int]) -> Metric:
    target_percent = targets.get(TARGETS.get(one.formula.key, ""))

    def opens(part: str) -> str:
        return urlencode({"metric": one.formula.key, "part": part, **base})

    return Metric(
        key=one.formula.key,
        value=one.value,
        gross=one.gross,
        numerator=one.numerator,
        denominator=one.denominator,
        excluded=one.excluded,
        target=target_percent / 100 if target_percent is not None else None,
        formula=one.formula.name,
        numerator_query=opens("numerator"),
        denominator_query=opens("denominator"),
    )


def _calls(rate: CallRate) -> CallNumbers:
    return CallNumbers(judged=rate.judged, content=rate.content, value=rate.value, formula=call_evaluations.FORMULA)


def _unit(one: UnitCount) -> UnitNumbers:
    counted = {key: one.metrics[key].numerator for key in ("dispatched", "open", "overdue")}
    shares = {key: one.metrics[key].value for key in ("on_time", "satisfaction", "resolution")}
    return UnitNumbers(
        unit=present.unit_ref(one.unit), unit_class=one.unit.unit_class, **counted, **shares, returned=one.returned
    )
