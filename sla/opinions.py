"""Tables of what requesters think: call-backs, links, reviews of cases, calls judged, service marks, appeals.

Nothing here decides; those of time are in `models`.
"""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hotline.kernel.db import Base, Word
from sla.lifecycles import AppealState, CallbackState


class Callback(Base):
    """The call-back owed to one ticket in one round, as a row of the plans says (`plan`).

    `channel` is how it is asked for now: person, sms or robot. Nobody rings before `opens_at` or `try_after`; after
    `link_until` the link that was sent is no longer waited for.
    """

    __tablename__ = "callback"
    __table_args__ = (
        UniqueConstraint("ticket_id", "round"),
        Index("ix_callback_open", "due_at", "id", postgresql_where=text("state = 'open'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    round: Mapped[int]
    state: Mapped[CallbackState] = mapped_column(Word(CallbackState))
    plan: Mapped[str] = mapped_column(String(32), default="", server_default="")
    channel: Mapped[str] = mapped_column(String(16), default="person", server_default="person")
    opened_at: Mapped[datetime]
    opens_at: Mapped[datetime | None]
    try_after: Mapped[datetime | None]
    link_until: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    claimed_by_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    claimed_at: Mapped[datetime | None]
    attempts: Mapped[list["CallbackAttempt"]] = relationship(order_by="CallbackAttempt.id", lazy="selectin")
    answer: Mapped["CallbackAnswer | None"] = relationship(lazy="selectin")


class CallbackAttempt(Base):
    """One try to reach the requester. `counted` is false for a try too soon after the one before."""

    __tablename__ = "callback_attempt"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    callback_id: Mapped[int] = mapped_column(ForeignKey("callback.id"), index=True)
    channel: Mapped[str] = mapped_column(String(16), default="person", server_default="person")
    connect_result: Mapped[str] = mapped_column(String(16))
    counted: Mapped[bool]
    at: Mapped[datetime]
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))


class CallbackAnswer(Base):
    """What the requester said in one round, by phone, portal, link or robot (`channel`); kept as said, first and later rounds.

    `satisfaction` is of the result, `attitude` of how they were treated; `respondent` is who spoke: self, family or other.
    """

    __tablename__ = "callback_answer"

    callback_id: Mapped[int] = mapped_column(ForeignKey("callback.id"), primary_key=True, autoincrement=False)
    channel: Mapped[str] = mapped_column(String(16))
    contacted: Mapped[str] = mapped_column(String(16))
    solved: Mapped[str] = mapped_column(String(16))
    satisfaction: Mapped[str] = mapped_column(String(24))
    attitude: Mapped[str | None] = mapped_column(String(24))
    respondent: Mapped[str] = mapped_column(String(16), default="self", server_default="self")
    reason_codes: Mapped[list[str]] = mapped_column(default=list, server_default=text("'[]'::jsonb"))
    reason: Mapped[str] = mapped_column(Text, default="")
    verbatim: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))


class DissatisfiedReview(Base):
    """A decision on a dissatisfied case (不满意件审核): whether the requester is right, on what basis, and what follows."""

    __tablename__ = "dissatisfied_review"
    __table_args__ = (UniqueConstraint("ticket_id", "round"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    round: Mapped[int]
    verdict: Mapped[str] = mapped_column(String(16))
    basis: Mapped[str] = mapped_column(Text)
    decision: Mapped[str] = mapped_column(String(16))
    explanation: Mapped[str] = mapped_column(Text, default="")
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    at: Mapped[datetime]


class EvaluationLink(Base):
    """A link sent to somebody for one evaluation: of a matter, a call, or an added one of a service mark. Used once.

    Only the hash of its token is kept. `subject_id` is a callback, contact or service mark, as `kind` says.
    """

    __tablename__ = "evaluation_link"
    __table_args__ = (Index("ix_evaluation_link_subject", "kind", "subject_id"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    subject_id: Mapped[int] = mapped_column(BigInteger)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class CallEvaluation(Base):
    """How a caller judged one call (一次一评), by link, by keys after the call, or told to an agent."""

    __tablename__ = "call_evaluation"

    contact_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    channel: Mapped[str] = mapped_column(String(16))
    satisfaction: Mapped[str] = mapped_column(String(24))
    reason_codes: Mapped[list[str]] = mapped_column(default=list)
    words: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(index=True)


class ServiceMark(Base):
    """A mark of the evaluation system (好差评) for one service; a bad one has a ticket.

    `stars` 1-5, of which 1 and 2 are bad (差评). `added_…` is the one further evaluation (追评). `excluded_at` when it was
    found wrong or malicious. `unit_id` is the body evaluated, never a person.
    """

    __tablename__ = "service_mark"
    __table_args__ = (UniqueConstraint("source", "external_id"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    source: Mapped[str] = mapped_column(String(32))
    external_id: Mapped[str] = mapped_column(String(64))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    item: Mapped[str] = mapped_column(String(200), default="")
    case_number: Mapped[str] = mapped_column(String(64), default="")
    stars: Mapped[int]
    labels: Mapped[list[str]] = mapped_column(default=list)
    words: Mapped[str] = mapped_column(Text, default="")
    real_name: Mapped[bool]
    given_at: Mapped[datetime] = mapped_column(index=True)
    received_at: Mapped[datetime]
    rectified_at: Mapped[datetime | None]
    added_stars: Mapped[int | None]
    added_words: Mapped[str] = mapped_column(Text, default="", server_default="")
    added_at: Mapped[datetime | None]
    excluded_at: Mapped[datetime | None]


class Appeal(Base):
    """A unit's objection to a bad judgement (申诉): of a call-back's answer or of a service mark; reviewed by the hotline."""

    __tablename__ = "appeal"
    __table_args__ = (
        Index("ix_appeal_asked", "asked_at", postgresql_where=text("state = 'asked'")),
        UniqueConstraint("callback_id", "mark_id", postgresql_nulls_not_distinct=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    callback_id: Mapped[int | None] = mapped_column(ForeignKey("callback.id"))
    mark_id: Mapped[int | None] = mapped_column(ForeignKey("service_mark.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    state: Mapped[AppealState] = mapped_column(Word(AppealState))
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
    reason_code: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    decision: Mapped[str] = mapped_column(Text, default="")
