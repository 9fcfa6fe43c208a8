"""Which browsers hear of an event: rooms are found here, on the server, from the records."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from asr import transcripts
from asr.events import SegmentCorrected
from dispatch.events import TransferMoved, TransferOpened, TransferOverdue
from hotline.intake.events import CallAnswered, CallEnded, CallOffered, DraftChanged, RiskAlertChosen, RiskWordFell
from hotline.intake.models import Contact
from hotline.kernel.db import Database
from hotline.kernel.events import Event
from hotline.people.events import NoticeSent, SessionsEnded
from hotline.people.models import Membership, Officer
from hotline.people.permissions import HOTLINE_ROLES, UNIT_ROLES, Role
from hotline.tickets import queries
from hotline.tickets.events import AssignmentMoved, AssignmentOpened, TicketAdded, TicketMoved, TicketOpened
from hotline.tickets.models import Ticket
from knowledge_base.events import NoticeboardMoved
from web.heard import words_of_final
from web.push import STAFF_ROOM, Push, officer_room, role_room, unit_room

EVERY_HOTLINE_ROOM = tuple(role_room(role.value) for role in sorted(HOTLINE_ROLES))
CALL_ROOMS = (role_room(Role.AGENT), role_room(Role.SHIFT_LEADER))
FLOOR = (role_room(Role.SHIFT_LEADER),)
BOARD = (role_room(Role.MANAGER), role_room(Role.SHIFT_LEADER), role_room(Role.ADMINISTRATOR))


HeldBack = Callable[[Session, RiskWordFell], int | None]
"""The live incident that an alarm of the floor goes into; None when it rises."""


def rises(session: Session, event: RiskWordFell) -> None:
    """Hold nothing back."""


log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pushing:
    """Reactions that push; each takes (database, delivery id, event)."""

    push: Push
    held_back: HeldBack = rises

    def ticket_opened(self, database: Database, delivery_id: int, event: TicketOpened) -> None:
        """The desks see a new ticket, the board a new number."""
        self._ticket(database, event.ticket_id, event.number, "open", event.state)

    def ticket_moved(self, database: Database, delivery_id: int, event: TicketMoved) -> None:
        """Whoever may see the ticket sees it move."""
        self._ticket(database, event.ticket_id, event.number, event.action, event.target)

    def ticket_added(self, database: Database, delivery_id: int, event: TicketAdded) -> None:
        """The requester added words or urged."""
        self._ticket(database, event.ticket_id, event.number, event.kind, "")

    def assignment_opened(self, database: Database, delivery_id: int, event: AssignmentOpened) -> None:
        """A unit sees new work."""
        self._assignment(database, event, "open", "to_sign")

    def assignment_moved(self, database: Database, delivery_id: int, event: AssignmentMoved) -> None:
        """The unit and the desk see the unit's step."""
        self._assignment(database, event, event.action, event.target)

    def board_moved(self, database: Database, delivery_id: int, event: Event) -> None:
        """Numbers moved."""
        self.push.emit("board", {}, BOARD)

    def notice_sent(self, database: Database, delivery_id: int, event: NoticeSent) -> None:
        """The badge of an inbox counts up; who is told of late limits looks at their lists again."""
        rooms = [room(value) for room, value in ((unit_room, event.unit_id), (officer_room, event.officer_id)) if value]
        self.push.emit("notice", {}, [*rooms, *([role_room(event.role)] if event.role else [])])

    def noticeboard_moved(self, database: Database, delivery_id: int, event: NoticeboardMoved) -> None:
        """Every open page reads announcements, wordings or the phone book again."""
        self.push.emit("noticeboard", {"thing": event.thing, "id": event.thing_id}, [STAFF_ROOM])

    def sessions_ended(self, database: Database, delivery_id: int, event: SessionsEnded) -> None:
        """The officer's open pages leave for the sign-in."""
        self.push.emit("session_ended", {}, [officer_room(event.officer_id)])

    def call_offered(self, database: Database, delivery_id: int, event: CallOffered) -> None:
        """A call rings on every console."""
        self.push.emit("call", {"call_id": event.call_id, "state": "offered"}, CALL_ROOMS)

    def call_answered(self, database: Database, delivery_id: int, event: CallAnswered) -> None:
        """The others stop ringing."""
        data = {"call_id": event.call_id, "state": "talking", "contact_id": event.contact_id, "agent_id": event.agent_id}
        self.push.emit("call", data, CALL_ROOMS)

    def call_ended(self, database: Database, delivery_id: int, event: CallEnded) -> None:
        """The call is over."""
        data = {"call_id": event.call_id, "state": event.state, "contact_id": event.contact_id, "agent_id": event.agent_id}
        self.push.emit("call", data, CALL_ROOMS)

    def segment_corrected(self, database: Database, delivery_id: int, event: SegmentCorrected) -> None:
        """Whoever watches the call reads the line as it was set right, and by whom."""
        with database.read() as session:
            segment = transcripts.segment(session, UUID(event.call_id), event.seq)
            by = session.get(Officer, segment.corrected_by) if segment else None
        if segment is not None:
            self.push.partial(event.call_id, words_of_final(segment) | {"corrected_by_name": by.name if by else None})

    def draft_changed(self, database: Database, delivery_id: int, event: DraftChanged) -> None:
        """The agent's form fills."""
        self._agent(database, event.contact_id, "draft", {"draft_id": event.draft_id, "contact_id": event.contact_id})

    def risk_word_fell(self, database: Database, delivery_id: int, event: RiskWordFell) -> None:
        """The banner rises on the agent's console and on the floor; there the same alarm of a live incident rises once."""
        data: dict[str, Any] = {
            "alert_id": event.alert_id,
            "contact_id": event.contact_id,
            "level": event.level,
            "partner": event.partner,
        }
        self._agent(database, event.contact_id, "alert", data)
        incident_id = self._incident_of(database, event)
        if incident_id is None:
            self.push.emit("alert", data, FLOOR)
        else:
            self.push.emit("incident", {"id": incident_id, "action": "alarm", "size": 0}, FLOOR)

    def _incident_of(self, database: Database, event: RiskWordFell) -> int | None:
        try:
            with database.read() as session:
                return self.held_back(session, event)
        except Exception:
            # An alarm too many does less harm than one that nobody hears.
            log.exception("alert %s: whether it rose before could not be told", event.alert_id)
            return None

    def risk_alert_chosen(self, database: Database, delivery_id: int, event: RiskAlertChosen) -> None:
        """The floor sees what was done about it."""
        data = {"alert_id": event.alert_id, "contact_id": event.contact_id, "choice": event.choice, "partner": event.partner}
        self._agent(database, event.contact_id, "alert", data)
        self.push.emit("alert", data, FLOOR)

    def transfer_changed(self, database: Database, delivery_id: int, event: TransferOpened | TransferMoved) -> None:
        """The hand-over's state words change."""
        state = event.target if isinstance(event, TransferMoved) else "to_send"
        self._transfer(database, event, state, overdue=False)

    def transfer_overdue(self, database: Database, delivery_id: int, event: TransferOverdue) -> None:
        """No receipt: alarm on the console and on the floor."""
        self._transfer(database, event, event.state, overdue=True)

    def _ticket(self, database: Database, ticket_id: int, number: str, action: str, state: str) -> None:
        data = {"ticket_id": ticket_id, "number": number, "action": action, "state": state}
        with database.read() as session:
            units = [unit_room(unit_id) for unit_id in sorted(queries.audience(session, ticket_id))]
            hotline = _hotline_rooms(session, ticket_id)
        self.push.emit("ticket", data, [*hotline, *units])
        self.push.emit("board", {}, BOARD)

    def _assignment(self, database: Database, event: AssignmentOpened | AssignmentMoved, action: str, state: str) -> None:
        ids = {"assignment_id": event.assignment_id, "ticket_id": event.ticket_id, "unit_id": event.unit_id}
        with database.read() as session:
            told = queries.audience(session, event.ticket_id) & {event.unit_id}
            hotline = _hotline_rooms(session, event.ticket_id)
        rooms = [unit_room(unit_id) for unit_id in told]
        self.push.emit("assignment", {**ids, "action": action, "state": state}, [*rooms, *hotline])

    def _agent(self, database: Database, contact_id: int, name: str, data: dict[str, Any]) -> None:  # JSON values
        with database.read() as session:
            contact = session.get(Contact, contact_id)
        if contact is not None and contact.agent_id is not None:
            self.push.emit(name, data, [officer_room(contact.agent_id)])

    def _transfer(
        self, database: Database, event: TransferOpened | TransferMoved | TransferOverdue, state: str, *, overdue: bool
    ) -> None:
        data = {
            "transfer_id": event.transfer_id,
            "contact_id": event.contact_id,
            "ticket_id": event.ticket_id,
            "state": state,
            "overdue": overdue,
        }
        if event.contact_id is not None:
            self._agent(database, event.contact_id, "transfer", data)
        self.push.emit("transfer", data, FLOOR)


def _hotline_rooms(session: Session, ticket_id: int) -> list[str]:
    """The rooms of the hotline's roles; one by one where somebody of them works for the unit complained of."""
    accused = select(Membership.officer_id).where(
        Membership.role.in_(UNIT_ROLES),
        Membership.unit_id == select(Ticket.complained_unit_id).where(Ticket.id == ticket_id).scalar_subquery(),
    )
    at_the_hotline = select(Membership.officer_id).where(Membership.role.in_(HOTLINE_ROLES)).distinct()
    if session.scalars(at_the_hotline.where(Membership.officer_id.in_(accused)).limit(1)).first() is None:
        return list(EVERY_HOTLINE_ROOM)
    return [officer_room(found) for found in session.scalars(at_the_hotline.where(Membership.officer_id.not_in(accused)))]
