"""Appeals over HTTP (申诉): a unit objects to a bad judgement, the hotline grants or refuses."""

from collections.abc import Sequence
from datetime import datetime

from apiflask import APIBlueprint
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel import clock
from hotline.kernel.scope import Scope
from hotline.people.models import Unit
from hotline.tickets import queries
from hotline.tickets.models import Ticket
from hotline.tickets.workflow import HEADS
from sla import appeals, clock_facts
from sla.appeals import Objection
from sla.book import book_of
from sla.lifecycles import APPEAL, AppealState, ClockState
from sla.limits import Stage
from sla.models import Clock
from sla.opinions import Appeal, CallbackAnswer, ServiceMark
from web.api import present
from web.api.callbacks import PageQuery, reasons
from web.api.schemas.base import Limit, OfficerRef, Page
from web.api.schemas.evaluations import AppealFact, AppealIn, AppealMove, AppealRow
from web.api.schemas.tickets import Action
from web.auth import EVERYONE, allowed
from web.requests import asks, container, reading, scope, takes, working

api = APIBlueprint("appeals", __name__, url_prefix="/api/v1", tag="Appeals")


class AppealsQuery(PageQuery):
    """Which appeals: asked, granted or refused; none means all."""

    state: AppealState | None = None


@api.post("/tickets/<int:ticket_id>/appeals")
@takes(api, AppealIn)
@api.output(AppealFact, status_code=201)
@allowed(*HEADS)
def ask_appeal(ticket_id: int, body: AppealIn) -> AppealFact:
    """Object to a judgement that counts for the reader's unit."""
    with working() as uow:
        ticket = queries.get_visible(uow.session, scope(), ticket_id)
        objection = Objection(body.reason_code, body.reason, body.callback_id, body.mark_id)
        appeal = appeals.ask(uow, scope(), ticket.id, objection)
        return appeal_facts(uow.session, scope(), [appeal], uow.now)[0]


@api.get("/appeals")
@asks(api, AppealsQuery)
@api.output(Page[AppealRow])
@allowed(*EVERYONE)
def list_appeals(query: AppealsQuery) -> Page[AppealRow]:
    """Appeals this reader may see, the oldest first: the hotline all, a unit its own."""
    with reading() as session:
        found = appeals.listed(session, scope(), query.state, limit=query.limit, after=query.seen())
        after = str(found[-1].id) if len(found) == query.limit else None
        return Page[AppealRow](items=_rows(session, found, clock.now()), after=after)


@api.post("/appeals/<int:appeal_id>/actions/<action>")
@takes(api, AppealMove)
@api.output(AppealFact)
@allowed(*EVERYONE)
def move_appeal(appeal_id: int, action: str, body: AppealMove) -> AppealFact:
    """Decide: grant_appeal takes the judgement out of the rates, refuse_appeal leaves it."""
    with working() as uow:
        appeal = appeals.get_visible(uow.session, scope(), appeal_id)
        appeal = appeals.decide(uow, scope(), appeal.id, action, note=body.given.note, version=body.version)
        return appeal_facts(uow.session, scope(), [appeal], uow.now)[0]


def appeal_facts(session: Session, reader: Scope, found: Sequence[Appeal], now: datetime) -> list[AppealFact]:
    """Appeals in the order given, each with the moves this reader has."""
    book = book_of(session, container().database.zone)
    units = {unit.id: unit for unit in session.scalars(select(Unit).where(Unit.id.in_({one.unit_id for one in found})))}
    names = present.officer_names(session, [one.asked_by_id for one in found])
    words = {reason.code: reason.text for reason in reasons(book.rules.opinions.appeal.reasons)}
    running = Clock.stage == Stage.APPEAL, Clock.state == ClockState.RUNNING
    limits = session.scalars(select(Clock).where(*running, Clock.ticket_id.in_({one.ticket_id for one in found})))
    due = {clock_facts.appeal_of(one): present.running_limit(one, book.calendar, now) for one in limits}
    return [_fact(one, reader, units, names, words, due.get(one.id)) for one in found]


def _fact(
    appeal: Appeal, reader: Scope, units: dict[int, Unit], names: dict[int, str], words: dict[str, str], due: Limit | None
) -> AppealFact:
    fields = ("id", "version", "callback_id", "mark_id", "reason_code", "reason", "asked_at", "decided_at", "decision")
    asker = appeal.asked_by_id
    unit = units.get(appeal.unit_id)
    moves = APPEAL.actions(appeal.state, appeals.roles_on(reader))
    return AppealFact(
        **{name: getattr(appeal, name) for name in fields},
        unit=present.unit_ref(unit) if unit else None,
        state=appeal.state.value,
        reason_text=words.get(appeal.reason_code, appeal.reason_code),
        asked_by=OfficerRef(id=asker, name=names.get(asker, "")) if asker is not None else None,
        due=due if appeal.state is AppealState.ASKED else None,
        actions=[Action(action=row.action, on="appeal", id=appeal.id, needs=list(row.needs)) for row in moves],
    )


def _rows(session: Session, found: Sequence[Appeal], now: datetime) -> list[AppealRow]:
    calendar = book_of(session, container().database.zone).calendar
    tickets = session.scalars(select(Ticket).where(Ticket.id.in_([one.ticket_id for one in found]))).all()
    shown = {row.id: row for row in present.rows(session, calendar, tickets, now, scope())}
    facts = appeal_facts(session, scope(), found, now)
    return [
        AppealRow(appeal=fact, ticket=shown[one.ticket_id], **_judgement(session, one))
        for one, fact in zip(found, facts, strict=True)
    ]


def _judgement(session: Session, appeal: Appeal) -> dict[str, str | int | None]:
    answer = session.get(CallbackAnswer, appeal.callback_id) if appeal.callback_id is not None else None
    mark = session.get(ServiceMark, appeal.mark_id) if appeal.mark_id is not None else None
    return {
        "solved": answer.solved if answer else None,
        "satisfaction": answer.satisfaction if answer else None,
        "stars": mark.stars if mark else None,
    }
