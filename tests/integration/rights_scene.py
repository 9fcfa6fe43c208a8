"""One ticket and everybody who can stand to it, for the matrix of rights: every role at the hotline, at work and outside."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from itertools import count
from typing import Any

from PIL import Image

from dispatch.models import Transfer, TransferState, VoiceState
from hotline.intake.models import Contact
from hotline.kernel.db import UnitOfWork
from hotline.people.models import Membership, Notice, Unit
from hotline.people.permissions import HOTLINE_ROLES, UNIT_ROLES, Role
from hotline.tickets import timeline
from hotline.tickets.models import Assignment, Attachment, SupervisionOrder, Ticket
from hotline.tickets.rights import NAMED_OFFICER, Relation
from hotline.tickets.workflow import AssignmentState, OrderState, Secrecy, State
from sla.lifecycles import CallbackState
from sla.opinions import Callback
from tests import factories
from web.bootstrap import Container

TITLE, BODY, WANTED, PLACE, SAID = "原题只给热线看", "原文只给热线看", "愿望只给热线看", "住址只给热线看", "原话只给热线看"
SAFE_TITLE, SAFE_BODY = "脱敏题目", "脱敏正文"
NAME, PHONE = "张小明", "19900000123"
ORIGINALS = (TITLE, BODY, WANTED, PLACE, SAID)
PLACES = {
    Relation.OWN: "OWN",
    Relation.BELOW: "ABOVE",
    Relation.SUPERVISED: "ORDERED",
    Relation.COPIED: "COPIED",
    Relation.FORMER: "FORMER",
    Relation.COMPLAINED: "ACCUSED",
    Relation.FOREIGN: "FOREIGN",
}
"""The unit of whoever stands so to the ticket."""
IN_FULL = (Relation.OWN, Relation.FOREIGN)
SOME_ROLES = (Role.HANDLER, Role.SIGNING_HEAD)
"""Who else stands elsewhere; the table gives all roles of units the same there."""


@dataclass(frozen=True)
class Stand:
    """One officer: the roles that count for them, pseudo roles among them, and how they stand to the ticket."""

    officer_id: int
    roles: tuple[str, ...]
    relation: Relation


@dataclass
class Scene:
    """The ticket with all that hangs on it, by id, and the people."""

    level: Secrecy
    number: str = ""
    ids: dict[str, Any] = field(default_factory=dict)
    people: list[Stand] = field(default_factory=list)


def build(parts: Container, level: Secrecy) -> Scene:
    """A ticket of this level at work in one unit, one above, one below, one told, one ordered, one that gave it back."""
    scene = Scene(level)
    with parts.database.work() as uow:
        units = _units(uow)
        ticket = _ticket(uow, level, units)
        lead, sub = _parts(uow, ticket, units)
        scene.number = ticket.number
        scene.ids = {"ticket": ticket.id, "lead": lead.id, "sub": sub.id, "version": ticket.version}
        scene.people = list(_people(uow, units, lead, sub))
        scene.ids |= _hanging_on(uow, parts, ticket, units, holder=_agent(scene.people))
        uow.session.flush()
        uow.session.refresh(ticket)
        uow.session.refresh(lead)
        scene.ids |= {"version": ticket.version, "lead_version": lead.version}
    return scene


def _agent(people: list[Stand]) -> int:
    return next(stand.officer_id for stand in people if stand.roles == (Role.AGENT,))


def _units(uow: UnitOfWork) -> dict[str, Unit]:
    above = factories.unit(uow.session, "ABOVE")
    own = factories.unit(uow.session, "OWN", territorial_id=above.id)
    made = {"ABOVE": above, "OWN": own, "SUB": factories.unit(uow.session, "SUB", professional_id=own.id)}
    for code in ("ORDERED", "COPIED", "FORMER", "ACCUSED", "FOREIGN"):
        made[code] = factories.unit(uow.session, code)
    return made


def _ticket(uow: UnitOfWork, level: Secrecy, units: dict[str, Unit]) -> Ticket:
    ticket = Ticket(
        number="260101000001",
        query_code="000000",
        state=State.HANDLING,
        channel="phone",
        type="complaint",
        title=TITLE,
        body=BODY,
        wanted=WANTED,
        address=PLACE,
        contact_name=NAME,
        contact_phone=PHONE,
        secrecy=level,
        redacted_title=SAFE_TITLE,
        redacted_body=SAFE_BODY,
        complained_unit_id=units["ACCUSED"].id,
        lead_unit_id=units["OWN"].id,
        opened_at=uow.now,
        dispatched_at=uow.now,
        round=1,
        dispatch_count=1,
    )
    uow.session.add(ticket)
    uow.session.flush()
    timeline.write(uow, ticket.id, "correct", text=SAID, unit_id=units["OWN"].id)
    return ticket


def _parts(uow: UnitOfWork, ticket: Ticket, units: dict[str, Unit]) -> tuple[Assignment, Assignment]:
    lead = _part(uow, ticket, units["OWN"], "lead", AssignmentState.CONTACTED)
    sub = _part(uow, ticket, units["SUB"], "sub", AssignmentState.CONTACTED)
    sub.parent_id = lead.id
    _part(uow, ticket, units["COPIED"], "copied", AssignmentState.COPIED)
    _part(uow, ticket, units["FORMER"], "assist", AssignmentState.RETURNED)
    # A part that was given before it was known whom the ticket is about must not open it to them.
    _part(uow, ticket, units["ACCUSED"], "assist", AssignmentState.SIGNED)
    uow.session.flush()
    return lead, sub


def _part(uow: UnitOfWork, ticket: Ticket, unit: Unit, role: str, state: AssignmentState) -> Assignment:
    made = Assignment(
        ticket_id=ticket.id,
        unit_id=unit.id,
        role=role,
        state=state,
        dispatched_at=uow.now,
        reply_form={},
        round=1,
        dispatch_no=1,
    )
    uow.session.add(made)
    uow.session.flush()
    return made


def _hanging_on(uow: UnitOfWork, parts: Container, ticket: Ticket, units: dict[str, Unit], holder: int) -> dict[str, Any]:
    due = uow.now + timedelta(days=5)
    order = SupervisionOrder(
        ticket_id=ticket.id,
        unit_id=units["ORDERED"].id,
        state=OrderState.ISSUED,
        reason_code="other",
        demand="限期办结",
        issued_at=uow.now,
        due_at=due,
    )
    callback = Callback(
        ticket_id=ticket.id, round=1, state=CallbackState.OPEN, opened_at=uow.now, claimed_by_id=holder, claimed_at=uow.now
    )
    transfer = Transfer(
        partner="platform",
        ticket_id=ticket.id,
        reason=SAID,
        payload={},
        idempotency_key="scene",
        state=TransferState.SENT,
        voice_state=VoiceState.NOT_NEEDED,
        created_at=uow.now,
    )
    contact = Contact(channel="phone", number=PHONE, opened_at=uow.now, agent_id=holder)
    files = {kind: _file(uow, parts, ticket, kind) for kind in ("evidence", "handling")}
    notices = [Notice(unit_id=unit.id, code="assigned", args={"number": ticket.number}, ticket_id=ticket.id,
                      dedup_key=f"scene-{unit.id}", at=uow.now) for unit in units.values()]  # fmt: skip
    uow.session.add_all([order, callback, transfer, contact, *files.values(), *notices])
    uow.session.flush()
    tokens = {kind: row.token for kind, row in files.items()}
    return {"order": order.id, "callback": callback.id, "transfer": transfer.id, "contact": contact.id, **tokens}


def _file(uow: UnitOfWork, parts: Container, ticket: Ticket, kind: str) -> Attachment:
    picture = BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    picture.seek(0)
    stored = parts.files.put(picture, content_type="image/png", limit_bytes=100_000)
    return Attachment(
        ticket_id=ticket.id, token=f"token-{kind}", sha256=stored.sha256, name="a.png", content_type="image/png",
        size_bytes=stored.size_bytes, kind=kind, at=uow.now,
    )  # fmt: skip


def _people(uow: UnitOfWork, units: dict[str, Unit], lead: Assignment, sub: Assignment) -> Iterator[Stand]:
    """Every hotline role; every unit role in every place; who holds two; the officers named."""
    numbers = count(1)

    def officer(role: str, place: Unit | None = None) -> int:
        return factories.officer(uow.session, f"{role}-{next(numbers)}", roles=(role,), in_unit=place).id

    for role in sorted(HOTLINE_ROLES):
        yield Stand(officer(role), (role,), Relation.HOTLINE)
    for relation, code in PLACES.items():
        for role in sorted(UNIT_ROLES if relation in IN_FULL else SOME_ROLES):
            yield Stand(officer(role, units[code]), (role,), relation)
    yield Stand(officer(Role.KNOWLEDGE_EDITOR, units["OWN"]), (Role.KNOWLEDGE_EDITOR,), Relation.OWN)
    yield _two_hats(uow, officer(Role.DISPATCHER), units["ACCUSED"])
    lead.named_officer_id = officer(Role.HANDLER, units["OWN"])
    yield Stand(lead.named_officer_id, (Role.HANDLER, NAMED_OFFICER), Relation.OWN)
    # Named on what was passed on: the requester is not passed on with it.
    sub.named_officer_id = officer(Role.HANDLER, units["SUB"])
    yield Stand(sub.named_officer_id, (Role.HANDLER,), Relation.OWN)


def _two_hats(uow: UnitOfWork, officer_id: int, accused: Unit) -> Stand:
    """Somebody of the hotline who works for the unit complained of as well."""
    uow.session.add(Membership(officer_id=officer_id, unit_id=accused.id, role=Role.HANDLER))
    uow.session.flush()
    return Stand(officer_id, (Role.DISPATCHER, Role.HANDLER), Relation.COMPLAINED)
