"""From rows to shapes: tickets as lists and pages show them. Reads in batches: a page of 50 asks as often as one of 1."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.kernel.scope import Scope
from hotline.people.citizens import mask_name, mask_phone
from hotline.people.models import Area, Officer, Unit
from hotline.tickets import queries, rights
from hotline.tickets.models import Assignment, Category, Request, Ticket
from hotline.tickets.rights import Right
from hotline.tickets.tickets import FIRST_ROUND
from hotline.tickets.workflow import AT_WORK, BEFORE_DISPATCH, WITH_UNITS, RequestKind, RequestState, State
from sla.calendar import CityCalendar
from sla.lifecycles import ClockState
from sla.limits import Stage
from sla.models import Clock
from web import texts
from web.api.schemas.base import Attachment as AttachmentShape
from web.api.schemas.base import CodeRef, Limit, UnitRef
from web.api.schemas.detail import Requester
from web.api.schemas.tickets import TicketRow

STANDING_STILL = frozenset({State.INCOMPLETE, State.SUSPENDED})
"""States in which a city lets no time count, if its rule says so."""


@dataclass(frozen=True)
class Term:
    """What a limit is shown from."""

    stage: str
    due_at: datetime
    near_at: datetime | None
    stopped_at: datetime | None
    provisional: bool


def rows(session: Session, calendar: CityCalendar, tickets: Sequence[Ticket], now: datetime, reader: Scope) -> list[TicketRow]:
    """The tickets as rows of a list, in the order given, titled as the reader may read them."""
    queries.load_ties(session, tickets)
    units = _by_id(session, {ticket.lead_unit_id for ticket in tickets})
    categories = _categories(session, {ticket.category_code for ticket in tickets})
    areas = _areas(session, {ticket.area_code for ticket in tickets})
    asked = _return_asked(session, [ticket.id for ticket in tickets])
    paused = _paused(session, tickets)
    unsettled = unsettled_of(session, calendar, {ticket.id: [ticket.total_due_at] for ticket in tickets})
    return [
        TicketRow(
            id=ticket.id,
            number=ticket.number,
            title=title(ticket, reader),
            type=ticket.type,
            urgency=ticket.urgency,
            state=ticket.state.value,
            channel=ticket.channel,
            category=categories.get(ticket.category_code or ""),
            area=areas.get(ticket.area_code or "", []),
            unit=units.get(ticket.lead_unit_id or 0),
            opened_at=ticket.opened_at,
            closed_at=ticket.closed_at,
            due=ticket_limit(
                ticket, calendar, now, paused=paused.get(ticket.id), unsettled=(ticket.id, None, Stage.TOTAL) in unsettled
            ),
            round=ticket.round,
            urge_count=ticket.urge_count,
            return_asked=ticket.id in asked,
            confidential=ticket.confidential,
            secrecy=ticket.secrecy.value,
            important=ticket.important,
            repeat_of_id=ticket.repeat_of_id,
            version=ticket.version,
        )
        for ticket in tickets
    ]


def row(session: Session, calendar: CityCalendar, ticket: Ticket, now: datetime, reader: Scope) -> TicketRow:
    """One ticket as a row."""
    return rows(session, calendar, [ticket], now, reader)[0]


def title(ticket: Ticket, reader: Scope) -> str:
    """The title this reader may read: the redacted one stands in for a confidential ticket's."""
    if not ticket.confidential or rights.may(reader, Right.READ_ORIGINAL, ticket):
        return ticket.title
    return ticket.redacted_title or texts.text("ticket.not-redacted", reader.locale)


def unit_rows(
    session: Session, calendar: CityCalendar, tickets: Sequence[Ticket], now: datetime, scope: Scope
) -> list[TicketRow]:
    """The tickets as a unit's desk lists them: where an own part is at work, its next limit stands in the row."""
    query = select(Assignment).where(Assignment.ticket_id.in_([ticket.id for ticket in tickets]))
    own = query.where(Assignment.unit_id.in_(scope.member_unit_ids), Assignment.state.in_(AT_WORK)).order_by(Assignment.id)
    parts = {part.ticket_id: part for part in session.scalars(own)}
    limits = assignment_limits(session, parts.values(), calendar, now)
    listed = rows(session, calendar, tickets, now, scope)
    for entry in listed:
        if entry.id in parts:
            pending = (own for own in limits[parts[entry.id].id] if own.state != "stopped")
            entry.due = next(pending, entry.due)
    return listed


def ticket_limit(
    ticket: Ticket, calendar: CityCalendar, now: datetime, *, paused: datetime | None, unsettled: bool
) -> Limit | None:
    """The limit that matters now: the citizen's while nobody has it, the unit's while one does, none afterwards.

    One that stands still since `paused` is shown stopped; `unsettled` says whether the citizen's is provisional.
    """
    if ticket.state in BEFORE_DISPATCH:
        return limit("total", ticket.total_due_at, None, calendar, now, provisional=unsettled, stopped_at=paused)
    if ticket.state in WITH_UNITS or (ticket.state is State.SUSPENDED and paused is not None):
        provisional = ticket.due_provisional
        return limit(
            _work_stage(ticket.round), ticket.due_at, ticket.near_at, calendar, now, provisional=provisional, stopped_at=paused
        )
    return None


def limit(
    stage: str,
    due_at: datetime | None,
    near_at: datetime | None,
    calendar: CityCalendar,
    now: datetime,
    *,
    provisional: bool,
    stopped_at: datetime | None = None,
) -> Limit | None:
    """A limit with its state and the working days left; None when there is no limit."""
    if due_at is None:
        return None
    return _limit(Term(stage, due_at, near_at, stopped_at, provisional), calendar, now)


def running_limit(clock: Clock, calendar: CityCalendar, now: datetime) -> Limit:
    """A limit as its clock keeps it; one that stands still is shown stopped."""
    stopped = clock.stopped_at or clock.paused_at
    return _limit(Term(clock.stage.value, clock.due_at, clock.warn_at, stopped, clock.provisional), calendar, now)


def unsettled_of(
    session: Session, calendar: CityCalendar, ends: Mapping[int, Iterable[datetime | None]]
) -> frozenset[tuple[int, int | None, Stage]]:
    """Which limits a notice may still move (ticket, part, stage), of tickets with these `ends`.

    The clocks know; they are asked only about tickets of which an end lies in days that are not settled.
    """
    asked = [ticket_id for ticket_id, found in ends.items() if any(calendar.is_provisional(end) for end in found if end)]
    if not asked:
        return frozenset()
    query = select(Clock.ticket_id, Clock.assignment_id, Clock.stage).where(Clock.ticket_id.in_(asked), Clock.provisional)
    return frozenset((row.ticket_id, row.assignment_id, row.stage) for row in session.execute(query))


def assignment_limits(
    session: Session, parts: Collection[Assignment], calendar: CityCalendar, now: datetime
) -> dict[int, list[Limit]]:
    """The sign-in, contact and handling limits of units' parts, by part, in the order in which they are owed."""
    ends: dict[int, list[datetime | None]] = {}
    for part in parts:
        ends.setdefault(part.ticket_id, []).extend([part.sign_due_at, part.contact_due_at])
    unsettled = unsettled_of(session, calendar, ends)
    return {part.id: list(_limits_of(part, calendar, now, unsettled)) for part in parts}


def requester(ticket: Ticket, scope: Scope) -> Requester:
    """Who asks, masked for whoever may not see it unasked; of a confidential ticket (保密) units see nothing at all."""
    clear = rights.may(scope, Right.SEE_CONTACT, ticket)
    known = not ticket.confidential or rights.may(scope, Right.READ_ORIGINAL, ticket)
    name, phone = (ticket.contact_name, ticket.contact_phone) if known else ("", "")
    return Requester(
        id=ticket.citizen_id if clear else None,
        name=name if clear else mask_name(name),
        phone=phone if clear else mask_phone(phone),
        masked=not clear,
        revealable=not clear and rights.may(scope, Right.REVEAL, ticket),
        reply_wanted=ticket.reply_wanted,
    )


def unit_ref(unit: Unit) -> UnitRef:
    """A unit by id and name."""
    return UnitRef(id=unit.id, name=unit.name)


def officer_names(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    """Names of officers by id."""
    wanted = {found for found in ids if found is not None}
    found = session.execute(select(Officer.id, Officer.name).where(Officer.id.in_(wanted)))
    return {row[0]: row[1] for row in found}


def attachments(found: Iterable[object]) -> list[AttachmentShape]:
    """Files of a ticket."""
    fields = ("token", "name", "content_type", "size_bytes", "kind")
    return [AttachmentShape(**{name: getattr(entry, name) for name in fields}) for entry in found]


def _paused(session: Session, tickets: Sequence[Ticket]) -> dict[int, datetime]:
    """Since when no time counts for a ticket, for those whose limit stands still."""
    waiting = [ticket.id for ticket in tickets if ticket.state in STANDING_STILL]
    if not waiting:
        return {}
    still = select(Clock.ticket_id, func.min(Clock.paused_at)).where(
        Clock.ticket_id.in_(waiting), Clock.state == ClockState.PAUSED
    )
    rows = session.execute(still.group_by(Clock.ticket_id))
    return {ticket_id: since for ticket_id, since in rows if since is not None}


def _by_id(session: Session, ids: Collection[int | None]) -> dict[int, UnitRef]:
    wanted = [found for found in ids if found is not None]
    return {unit.id: unit_ref(unit) for unit in session.scalars(select(Unit).where(Unit.id.in_(wanted)))}


def _categories(session: Session, codes: Collection[str | None]) -> dict[str, CodeRef]:
    wanted = [code for code in codes if code]
    found = session.scalars(select(Category).where(Category.code.in_(wanted)))
    return {entry.code: CodeRef(code=entry.code, name=entry.name) for entry in found}


def _areas(session: Session, codes: Collection[str | None]) -> dict[str, list[str]]:
    paths: Mapping[str, list[str]] = {
        area.code: [part for part in area.path.split("/") if part]
        for area in session.scalars(select(Area).where(Area.code.in_([code for code in codes if code])))
    }
    every = {part for path in paths.values() for part in path}
    known = {area.code: area for area in session.scalars(select(Area).where(Area.code.in_(every)))}
    return {
        code: [known[part].name for part in path if part in known and known[part].level != "city"]
        for code, path in paths.items()
    }


def _return_asked(session: Session, ids: Collection[int]) -> set[int]:
    asked = (Request.kind == RequestKind.RETURN, Request.state == RequestState.ASKED)
    return set(session.scalars(select(Request.ticket_id).where(Request.ticket_id.in_(ids), *asked)))


def _limits_of(
    part: Assignment, calendar: CityCalendar, now: datetime, unsettled: frozenset[tuple[int, int | None, Stage]]
) -> Iterator[Limit]:
    first = ((Stage.SIGN, part.sign_due_at, part.signed_at), (Stage.CONTACT, part.contact_due_at, part.contacted_at))
    for stage, due_at, done_at in first:
        if due_at is not None:
            provisional = (part.ticket_id, part.id, stage) in unsettled
            yield _limit(Term(stage.value, due_at, None, done_at or part.ended_at, provisional), calendar, now)
    if part.due_at is not None:
        term = Term(_work_stage(part.round), part.due_at, part.near_at, part.ended_at, part.due_provisional)
        yield _limit(term, calendar, now)


def _work_stage(round_: int) -> str:
    """The word of a unit's limit: from the second round on it does its work anew."""
    return (Stage.HANDLE if round_ == FIRST_ROUND else Stage.REDO).value


def _limit(term: Term, calendar: CityCalendar, now: datetime) -> Limit:
    if term.stopped_at is not None:
        state = "stopped"
    elif term.due_at <= now:
        state = "over"
    else:
        state = "near" if term.near_at is not None and term.near_at <= now else "running"
    days = calendar.working_days_between(now, term.due_at) if state in ("running", "near") else None
    return Limit(stage=term.stage, due_at=term.due_at, state=state, provisional=term.provisional, working_days_left=days)
