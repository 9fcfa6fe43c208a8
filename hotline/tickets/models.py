"""Tables of the claim: tickets, assignments, requests, the timeline, attachments, categories. Nothing here decides."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hotline.kernel.db import Base, Word
from hotline.people.models import Citizen, Unit
from hotline.tickets.workflow import AssignmentState, OrderState, RequestKind, RequestState, Secrecy, State

CODE = String(32)


class Category(Base):
    """A node of the subject tree. `path` is the codes from the root, "/04/0402/"; tickets get leaves that are `active`."""

    __tablename__ = "category"

    code: Mapped[str] = mapped_column(CODE, primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    name_en: Mapped[str] = mapped_column(String(128), default="")
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("category.code"))
    path: Mapped[str] = mapped_column(String(128), index=True)
    definition: Mapped[str] = mapped_column(Text, default="")
    typical: Mapped[list[str]]
    contrast: Mapped[str] = mapped_column(Text, default="")
    handling_path: Mapped[str | None] = mapped_column(CODE)
    active: Mapped[bool] = mapped_column(default=True, server_default="true")


class HandlingPath(Base):
    """Where a matter goes that the hotline does not accept (handbook 3.8), and what the caller is told."""

    __tablename__ = "handling_path"

    code: Mapped[str] = mapped_column(CODE, primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    name_en: Mapped[str] = mapped_column(String(128), default="")
    channel: Mapped[str] = mapped_column(Text)


class Ticket(Base):
    """One claim. The outcome facts (`due_at` … `satisfied`) are owned here; sla and dispatch write them by use cases."""

    __tablename__ = "ticket"
    __table_args__ = (
        Index("ix_ticket_open_due", "due_at", postgresql_where=text("closed_at is null")),
        Index("ix_ticket_open_bad_mark", "due_at", postgresql_where=text("closed_at is null and type = 'bad_mark'")),
        Index("ix_ticket_state_opened_at", "state", "opened_at"),
        Index("ix_ticket_unit_state", "lead_unit_id", "state"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    number: Mapped[str] = mapped_column(String(24), unique=True)
    query_code: Mapped[str] = mapped_column(String(8))
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
    state: Mapped[State] = mapped_column(Word(State))
    channel: Mapped[str] = mapped_column(CODE)
    type: Mapped[str] = mapped_column(String(16))
    urgency: Mapped[str] = mapped_column(String(16), default="normal")
    profile: Mapped[str] = mapped_column(String(16), default="general")
    category_code: Mapped[str | None] = mapped_column(ForeignKey("category.code"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    wanted: Mapped[str] = mapped_column(Text, default="")
    area_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"), index=True)
    address: Mapped[str] = mapped_column(String(200), default="")
    citizen_id: Mapped[int | None] = mapped_column(ForeignKey("citizen.id"), index=True)
    contact_name: Mapped[str] = mapped_column(String(64), default="")
    contact_phone: Mapped[str] = mapped_column(String(32), default="")
    secrecy: Mapped[Secrecy] = mapped_column(Word(Secrecy), default=Secrecy.NORMAL, server_default="normal")
    redacted_title: Mapped[str] = mapped_column(String(200), default="", server_default="")
    redacted_body: Mapped[str] = mapped_column(Text, default="", server_default="")
    redacted_at: Mapped[datetime | None]
    redacted_by_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    complained_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    important: Mapped[bool] = mapped_column(default=False, server_default="false")
    reply_wanted: Mapped[bool] = mapped_column(default=True)
    contact_id: Mapped[int | None] = mapped_column(index=True)
    submission_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    repeat_of_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    lead_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    opened_at: Mapped[datetime] = mapped_column(index=True)
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    dispatched_at: Mapped[datetime | None]
    replied_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    round: Mapped[int] = mapped_column(default=1)
    dispatch_count: Mapped[int] = mapped_column(default=0)
    urge_count: Mapped[int] = mapped_column(default=0)
    path_code: Mapped[str | None] = mapped_column(ForeignKey("handling_path.code"))
    handed_to: Mapped[str | None] = mapped_column(CODE)
    resume_at: Mapped[datetime | None] = mapped_column(index=True)
    answerable_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    article_id: Mapped[int | None]
    public_reply: Mapped[str] = mapped_column(Text, default="")
    total_due_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    near_at: Mapped[datetime | None]
    due_provisional: Mapped[bool] = mapped_column(default=False)
    on_time: Mapped[bool | None]
    contacted: Mapped[bool | None]
    solved: Mapped[str | None] = mapped_column(String(16))
    satisfied: Mapped[str | None] = mapped_column(String(24))
    first_solved: Mapped[str | None] = mapped_column(String(16))
    first_satisfied: Mapped[str | None] = mapped_column(String(24))
    outcome_source: Mapped[str | None] = mapped_column(String(16))
    reasonable: Mapped[str | None] = mapped_column(String(16))

    assignments: Mapped[list["Assignment"]] = relationship(back_populates="ticket", order_by="Assignment.id")
    orders: Mapped[list["SupervisionOrder"]] = relationship(viewonly=True, order_by="SupervisionOrder.id")
    citizen: Mapped[Citizen | None] = relationship()
    lead_unit: Mapped[Unit | None] = relationship(foreign_keys=[lead_unit_id])
    category: Mapped[Category | None] = relationship()

    @property
    def confidential(self) -> bool:
        """Whether more than the usual care is owed to who asks (保密 or 严格保密)."""
        return self.secrecy is not Secrecy.NORMAL


class Assignment(Base):
    """One unit's part of a ticket in one round: lead, assist, copied, or passed on by another part (`parent_id`).

    A designated part may not be returned; `return_until` is the end of the window for asking. `named_officer_id` is who alone
    may reach the requester of a confidential ticket. `limit_given` is the limit set by whoever passed the part on.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        Index("ix_assignment_unit_state", "unit_id", "state"),
        UniqueConstraint("ticket_id", "unit_id", "dispatch_no"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("assignment.id"))
    role: Mapped[str] = mapped_column(String(16), default="lead")
    dispatch_no: Mapped[int] = mapped_column(default=1)
    round: Mapped[int] = mapped_column(default=1)
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
    state: Mapped[AssignmentState] = mapped_column(Word(AssignmentState))
    note: Mapped[str] = mapped_column(Text, default="")
    override: Mapped[str] = mapped_column(Text, default="", server_default="")
    dispatched_at: Mapped[datetime]
    dispatched_by_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    signed_at: Mapped[datetime | None]
    contacted_at: Mapped[datetime | None]
    replied_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    sign_due_at: Mapped[datetime | None]
    contact_due_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    near_at: Mapped[datetime | None]
    due_provisional: Mapped[bool] = mapped_column(default=False)
    return_until: Mapped[datetime | None]
    limit_given: Mapped[datetime | None]
    designated: Mapped[bool] = mapped_column(default=False, server_default="false")
    named_officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    on_time: Mapped[bool | None]
    solved: Mapped[str | None] = mapped_column(String(16))
    reply_internal: Mapped[str] = mapped_column(Text, default="")
    reply_public: Mapped[str] = mapped_column(Text, default="")
    reply_form: Mapped[dict[str, Any]]

    ticket: Mapped[Ticket] = relationship(back_populates="assignments")
    unit: Mapped[Unit] = relationship(lazy="joined")


class Request(Base):
    """Something asked beside the life cycle, and what was decided.

    `ladder` is the roles of the unit it climbs, `step` the next of them. `approvals` is who signed on the way, each as
    {"role", "officer_id", "at", "note"}.
    """

    __tablename__ = "request"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    kind: Mapped[RequestKind] = mapped_column(Word(RequestKind))
    state: Mapped[RequestState] = mapped_column(Word(RequestState), index=True)
    data: Mapped[dict[str, Any]]
    ladder: Mapped[list[str]] = mapped_column(default=list, server_default=text("'[]'::jsonb"))
    step: Mapped[int] = mapped_column(default=0, server_default="0")
    approvals: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'::jsonb"))
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    decision: Mapped[str] = mapped_column(Text, default="")


class ApprovalLadder(Base):
    """Who signs inside a unit before its papers leave (单位内审, 签发): the most specific row holds, no steps means none.

    Empty fields mean any: unit, unit class, important or not (重件), kind of paper.
    """

    __tablename__ = "approval_ladder"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    unit_class: Mapped[str | None] = mapped_column(String(32))
    important: Mapped[bool | None]
    kind: Mapped[RequestKind | None] = mapped_column(Word(RequestKind))
    steps: Mapped[list[str]]


class Ruling(Base):
    """A decided dispute (争议裁定), kept as a precedent: who took part, on what evidence, who must do it and why."""

    __tablename__ = "ruling"
    __table_args__ = (Index("ix_ruling_category_unit", "category_code", "unit_id"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    category_code: Mapped[str | None] = mapped_column(ForeignKey("category.code"))
    party_unit_ids: Mapped[list[Any]]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    evidence: Mapped[str] = mapped_column(Text)
    decision: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))


class TicketLink(Base):
    """Two tickets that have to do with each other: related (关联), again (再次反映), child (分办) or merged (并单)."""

    __tablename__ = "ticket_link"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    undone_at: Mapped[datetime | None]


class SupervisionOrder(Base):
    """A paper that asks a unit to answer, with its own limit: work prompt, supervision order, summons, criticism (`kind`).

    `leader` and `given_on` when a leader's instruction led to it; `clock_id` when a limit's ladder did, at most one of a kind.
    `issued_at` is None while it is proposed, and stays so when it never was issued.
    """

    __tablename__ = "supervision_order"
    __table_args__ = (
        Index("ix_supervision_open", "due_at", postgresql_where=text("state <> 'closed'")),
        UniqueConstraint("clock_id", "kind"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    state: Mapped[OrderState] = mapped_column(Word(OrderState))
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
    kind: Mapped[str] = mapped_column(String(16), default="order", server_default="order")
    clock_id: Mapped[int | None] = mapped_column(BigInteger)
    reason_code: Mapped[str] = mapped_column(CODE)
    demand: Mapped[str] = mapped_column(Text)
    leader: Mapped[str] = mapped_column(String(64), default="")
    given_on: Mapped[date | None]
    issued_at: Mapped[datetime | None]
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    due_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    closed_at: Mapped[datetime | None]


class TicketRule(Base):
    """A number or table of the ticket's life from a day on; the newest row that holds goes before the packaged default."""

    __tablename__ = "ticket_rule"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    effective_from: Mapped[datetime] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSONB)  # a number, a word, a list or a table, as its reader in `rules` says
    source: Mapped[str] = mapped_column(Text)


class TimelineEntry(Base):
    """One line of a ticket's history: append-only, gapless per ticket, each line holding the hash of the one before."""

    __tablename__ = "timeline_entry"
    __table_args__ = (UniqueConstraint("ticket_id", "seq"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    seq: Mapped[int]
    at: Mapped[datetime]
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    action: Mapped[str] = mapped_column(CODE)
    state_from: Mapped[str] = mapped_column(String(16), default="")
    state_to: Mapped[str] = mapped_column(String(16), default="")
    public: Mapped[bool] = mapped_column(default=False)
    data: Mapped[dict[str, Any]]
    text_hash: Mapped[str] = mapped_column(String(64))
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class TimelineAnchor(Base):
    """What the timelines came to at the end of a day, signed: a tail cut off later no longer fits. `day` is a local day."""

    __tablename__ = "timeline_anchor"

    day: Mapped[date] = mapped_column(primary_key=True)
    last_id: Mapped[int] = mapped_column(BigInteger)
    entries: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class TimelineText(Base):
    """The words of a timeline line, sealed and kept apart, so that they can be erased while the chain stays whole."""

    __tablename__ = "timeline_text"

    entry_id: Mapped[int] = mapped_column(ForeignKey("timeline_entry.id"), primary_key=True)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    erased_at: Mapped[datetime | None]
    erased_by_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))


class Attachment(Base):
    """A file of a ticket. `kind` is evidence (from the citizen) or one of the reply form's classes."""

    __tablename__ = "attachment"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    token: Mapped[str] = mapped_column(String(43), unique=True)
    sha256: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    content_type: Mapped[str] = mapped_column(String(64))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(16), default="evidence")
    at: Mapped[datetime]
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))


class MoveKey(Base):
    """A move sent with a key (Idempotency-Key): the same key again moves nothing. `thing` is ticket, assignment or order."""

    __tablename__ = "move_key"

    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    thing: Mapped[str] = mapped_column(String(16))
    thing_id: Mapped[int] = mapped_column(BigInteger)
    action: Mapped[str] = mapped_column(CODE)
    at: Mapped[datetime] = mapped_column(index=True)


class NumberCounter(Base):
    """The last serial given on a local day, "260715"."""

    __tablename__ = "number_counter"

    day: Mapped[str] = mapped_column(String(6), primary_key=True)
    last: Mapped[int]
