"""Service marks over HTTP (好差评): the evaluation system's door, the list of bad ones, excluding one."""

from collections.abc import Sequence

from apiflask import APIBlueprint
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel import clock
from hotline.kernel.errors import NotFound
from hotline.kernel.scope import Scope
from hotline.people.models import Unit
from hotline.tickets import queries, rights, tickets
from hotline.tickets.rights import Right
from hotline.tickets.workflow import LEVEL
from sla import mark_lists, service_marks
from sla.book import book_of, calendar_of
from sla.mark_lists import ListedMark, MarkState
from sla.opinions import ServiceMark
from sla.service_marks import GivenMark
from web.api import present
from web.api.callbacks import PageQuery
from web.api.schemas.base import Page
from web.api.schemas.marks import AddedMark, ExcludedMark, ExcludeIn, MarkAppeal, MarkFact, MarkIn, MarkReceipt, MarkRow
from web.auth import EVERYONE, allowed, machine
from web.requests import asks, container, reading, scope, takes, working

api = APIBlueprint("marks", __name__, url_prefix="/api/v1", tag="Service marks")

PLAIN = ("id", "stars", "item", "case_number", "labels", "real_name", "given_at", "rectified_at")


class MarksQuery(PageQuery):
    """Which bad marks: open, rectified or all."""

    state: MarkState = Field(MarkState.OPEN)


@api.post("/partners/marks")
@takes(api, MarkIn)
@api.output(MarkReceipt)
@machine()
def take_mark(body: MarkIn) -> MarkReceipt:
    """Take a mark from the evaluation system. The same id of the same source again changes nothing."""
    with working() as uow:
        given = GivenMark(**{**body.model_dump(), "labels": tuple(body.labels)})
        received = service_marks.receive(uow, given)
        ticket_id = received.mark.ticket_id
        number = tickets.get(uow, ticket_id).number if ticket_id is not None else None
        return MarkReceipt(mark_id=received.mark.id, ticket_number=number, duplicate=received.duplicate)


@api.get("/marks")
@asks(api, MarksQuery)
@api.output(Page[MarkRow])
@allowed(*EVERYONE)
def list_marks(query: MarksQuery) -> Page[MarkRow]:
    """The bad marks this reader may see, newest first: a unit sees those whose tickets it has."""
    with reading() as session:
        listed = mark_lists.list_marks(session, scope(), query.state, after=query.seen(), limit=query.limit)
        after = str(listed.after) if listed.after is not None else None
        return Page[MarkRow](items=_rows(session, listed.rows), after=after, total=listed.total)


@api.post("/marks/<int:mark_id>/exclude")
@takes(api, ExcludeIn)
@api.output(MarkFact)
@allowed(*LEVEL)
def exclude_mark(mark_id: int, body: ExcludeIn) -> MarkFact:
    """Let a wrong or malicious mark count no more (剔除), for a reason."""
    with working() as uow:
        _check_seen(uow.session, mark_id)
        mark = service_marks.exclude(uow, scope(), mark_id, reason=body.reason)
        return mark_facts(uow.session, scope(), mark.ticket_id or 0)[0]


def mark_facts(session: Session, reader: Scope, ticket_id: int) -> list[MarkFact]:
    """The mark that led to a ticket, as this reader may see it; none for any other ticket."""
    return _facts(session, reader, mark_lists.of_ticket(session, ticket_id))


def _rows(session: Session, found: Sequence[ListedMark]) -> list[MarkRow]:
    now, calendar = clock.now(), calendar_of(session, container().database.zone)
    ticket_rows = present.rows(session, calendar, [listed.ticket for listed in found], now, scope())
    facts = _facts(session, scope(), found)
    return [MarkRow(**fact.model_dump(), ticket=row) for fact, row in zip(facts, ticket_rows, strict=True)]


def _facts(session: Session, reader: Scope, found: Sequence[ListedMark]) -> list[MarkFact]:
    book, units = book_of(session, container().database.zone), _units(session, found)
    open_to = mark_lists.appealable(book, reader, found, clock.now())
    return [_fact(listed, units, reader, appealable=listed.mark.id in open_to) for listed in found]


def _units(session: Session, found: Sequence[ListedMark]) -> dict[int, Unit]:
    wanted = {listed.mark.unit_id for listed in found}
    return {unit.id: unit for unit in session.scalars(select(Unit).where(Unit.id.in_(wanted)))}


def _fact(listed: ListedMark, units: dict[int, Unit], reader: Scope, *, appealable: bool) -> MarkFact:
    mark, unit = listed.mark, units.get(listed.mark.unit_id or 0)
    original = rights.may(reader, Right.READ_ORIGINAL, listed.ticket)
    return MarkFact(
        **{name: getattr(mark, name) for name in PLAIN},
        unit=present.unit_ref(unit) if unit else None,
        words=mark.words if original else "",
        added=_added(mark, mark.added_words if original else ""),
        excluded=ExcludedMark(at=listed.excluded.at, reason=listed.excluded.reason) if listed.excluded else None,
        appeal=MarkAppeal(id=listed.appeal.id, state=listed.appeal.state.value) if listed.appeal else None,
        may_exclude=mark.excluded_at is None and bool(reader.roles & LEVEL),
        appealable=appealable,
    )


def _added(mark: ServiceMark, words: str) -> AddedMark | None:
    if mark.added_stars is None or mark.added_at is None:
        return None
    return AddedMark(stars=mark.added_stars, words=words, at=mark.added_at)


def _check_seen(session: Session, mark_id: int) -> None:
    """Raise NotFound for a mark that does not exist or whose ticket is hidden from the reader."""
    mark = session.get(ServiceMark, mark_id)
    if mark is None:
        raise NotFound("service mark", thing="service-mark", id=mark_id)
    if mark.ticket_id is not None:
        queries.get_visible(session, scope(), mark.ticket_id)
