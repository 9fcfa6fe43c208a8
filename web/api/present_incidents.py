"""From rows to shapes: incidents as the reader may see them. Counts and tickets are those of `queries.visible`."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.insight import gathering, incident_lists
from hotline.insight.gathering import Progress
from hotline.insight.incident_life import DESK, INCIDENT, IncidentState
from hotline.insight.incident_lists import Size
from hotline.insight.models import Incident, IncidentTicket
from hotline.kernel.scope import Scope
from hotline.people.models import Area
from hotline.tickets import queries, rights
from hotline.tickets.models import Ticket
from hotline.tickets.rights import Right
from web.api import present
from web.api.present_articles import category_paths
from web.api.schemas.base import CodeRef
from web.api.schemas.incidents import (
    BesideIncident,
    CategoryPath,
    CurvePoint,
    IncidentAction,
    IncidentDetail,
    IncidentRow,
    IncidentTicketRow,
    LeftTicket,
    MainTicket,
    ReplyProgress,
)

BY_HAND = (("add", ("ticket_ids",)), ("take_out", ("ticket_ids",)), ("split", ("ticket_ids",)))
"""What the desk may do with a live incident that moves nothing."""


def rows(session: Session, found: Sequence[Incident], reader: Scope, now: datetime) -> list[IncidentRow]:
    """Incidents as rows of a list, in the order given."""
    ids = [incident.id for incident in found]
    sizes, alarms = incident_lists.sizes(session, reader, ids, now), incident_lists.alarms(session, reader, ids)
    areas = _areas(session, {incident.area_code for incident in found})
    paths = category_paths(session, {incident.category_code for incident in found})
    mains = mains_of(session, reader, found)
    return [
        IncidentRow(
            **_plain(incident),
            area=areas.get(incident.area_code or ""),
            category=_category(incident.category_code, paths),
            **_counted(sizes.get(incident.id, Size())),
            alarms=alarms.get(incident.id, 0),
            main=mains.get(incident.main_ticket_id or 0),
            actions=actions(incident, reader),
        )
        for incident in found
    ]


def detail(session: Session, incident: Incident, reader: Scope, now: datetime) -> IncidentDetail:
    """The whole incident."""
    members = incident_lists.members(session, reader, incident.id)
    queries.load_ties(session, [ticket for _, ticket in members])
    names = present.officer_names(session, [row.added_by_id for row, _ in members])
    main = session.get(Ticket, incident.main_ticket_id) if incident.main_ticket_id else None
    shown = [(row, _ticket(row, ticket, main, names, reader)) for row, ticket in members]
    inside = [ticket for row, ticket in members if row.out_at is None]
    return IncidentDetail(
        **rows(session, [incident], reader, now)[0].model_dump(),
        note=incident.note if reader.has(*DESK) else "",
        joined_into_id=incident.joined_into_id,
        tickets=[ticket for row, ticket in shown if row.out_at is None],
        out=[ticket for row, ticket in shown if row.out_at is not None],
        curve=[CurvePoint(at=at, count=count) for at, count in incident_lists.curve([one.opened_at for one in inside])],
        reply=_reply(session, incident, inside),
    )


def reached(session: Session, reader: Scope, incident_id: int) -> ReplyProgress:
    """How far one answer for all has come, among the tickets that the reader may know of."""
    members = incident_lists.members(session, reader, incident_id)
    inside = [ticket for row, ticket in members if row.out_at is None]
    return progress(gathering.progress(session, incident_id, inside))


def progress(found: Progress) -> ReplyProgress:
    """How far one answer for all has come."""
    left = [LeftTicket(id=one.ticket_id, number=one.number, reason=one.reason) for one in found.left]
    return ReplyProgress(total=found.total, done=found.done, left=left)


def beside(session: Session, found: Sequence[tuple[Incident, float]], reader: Scope, now: datetime) -> list[BesideIncident]:
    """Live incidents beside a call, the likeliest first."""
    sizes = incident_lists.sizes(session, reader, [incident.id for incident, _ in found], now)
    mains = mains_of(session, reader, [incident for incident, _ in found])
    return [
        BesideIncident(
            id=incident.id,
            name=incident.name,
            place=incident.place,
            size=sizes.get(incident.id, Size()).tickets,
            answer=incident.answer,
            likeness=likeness,
            main=mains.get(incident.main_ticket_id or 0),
        )
        for incident, likeness in found
    ]


def actions(incident: Incident, reader: Scope) -> list[IncidentAction]:
    """What the reader may do with it now."""
    moves = {row.action: row.needs for row in INCIDENT.actions(incident.state, reader.roles)}
    by_hand = dict(BY_HAND) if incident.state.is_live and reader.has(*DESK) else {}
    return [IncidentAction(action=action, needs=list(needs)) for action, needs in {**moves, **by_hand}.items()]


def mains_of(session: Session, reader: Scope, found: Collection[Incident]) -> dict[int, MainTicket]:
    """The main tickets that the reader may know of, by id."""
    ids = [incident.main_ticket_id for incident in found if incident.main_ticket_id]
    seen = session.scalars(select(Ticket).where(Ticket.id.in_(ids), queries.visible(reader)))
    return {one.id: MainTicket(id=one.id, number=one.number, state=one.state.value) for one in seen}


def _reply(session: Session, incident: Incident, inside: Sequence[Ticket]) -> ReplyProgress | None:
    if incident.state is not IncidentState.ANSWERED:
        return None
    return progress(gathering.progress(session, incident.id, inside))


def _plain(incident: Incident) -> dict[str, object]:
    names = ("id", "version", "name", "place", "first_at", "last_at", "found_at", "found_after", "answer", "keywords")
    return {**{name: getattr(incident, name) for name in names}, "state": incident.state.value}


def _counted(size: Size) -> dict[str, int]:
    return {"size": size.tickets, "people": size.people, "last_hour": size.lately}


def _category(code: str | None, paths: dict[str, list[str]]) -> CategoryPath | None:
    return CategoryPath(code=code, path="/".join(paths.get(code, []))) if code else None


def _areas(session: Session, codes: Collection[str | None]) -> dict[str, CodeRef]:
    found = session.execute(select(Area.code, Area.name).where(Area.code.in_([code for code in codes if code])))
    return {code: CodeRef(code=code, name=name) for code, name in found}


def _ticket(
    row: IncidentTicket, ticket: Ticket, main: Ticket | None, names: dict[int, str], reader: Scope
) -> IncidentTicketRow:
    may_merge = main is not None and main.id != ticket.id and gathering.may_follow(ticket, main)
    original = not ticket.confidential or rights.may(reader, Right.READ_ORIGINAL, ticket)
    return IncidentTicketRow(
        id=ticket.id,
        number=ticket.number,
        title=present.title(ticket, reader),
        opened_at=ticket.opened_at,
        address=ticket.address if original else "",
        state=ticket.state.value,
        likeness=row.likeness,
        added_by=names.get(row.added_by_id or 0),
        may_merge=may_merge and not gathering.has_own_demand(ticket),
    )
