"""Tables of insight: incidents (集中诉求) with their tickets, and reports of hot topics. Nothing here decides."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.insight.incident_life import IncidentState
from hotline.kernel.db import Base, Word


class Incident(Base):
    """Many requests about one happening. `found_after` is at how many tickets it was seen; `answer` is what callers are told.

    Its name and place are made of words that several requests share, so that they name nobody.
    """

    __tablename__ = "incident"
    __table_args__ = (
        Index("ix_incident_live", "last_at", postgresql_where=text("state in ('spotted', 'confirmed', 'answered')")),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
    state: Mapped[IncidentState] = mapped_column(Word(IncidentState))
    name: Mapped[str] = mapped_column(String(128))
    keywords: Mapped[list[str]]
    category_code: Mapped[str | None] = mapped_column(ForeignKey("category.code"))
    area_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"))
    place: Mapped[str] = mapped_column(String(128), default="")
    size: Mapped[int]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    found_at: Mapped[datetime]
    found_after: Mapped[int]
    warned_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    main_ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    joined_into_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    ended_at: Mapped[datetime | None]


class IncidentTicket(Base):
    """A ticket of an incident, put there by the detector or a person; one taken out does not come back."""

    __tablename__ = "incident_ticket"
    __table_args__ = (
        Index("ix_incident_ticket_in", "ticket_id", unique=True, postgresql_where=text("out_at is null")),
        Index("ix_incident_ticket_incident", "incident_id", "ticket_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    likeness: Mapped[float | None]
    added_at: Mapped[datetime]
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    out_at: Mapped[datetime | None]
    out_by_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))


class HotTopicReport(Base):
    """The hot topics (热点) of a period: names made of shared words, counts and ticket ids, nothing personal."""

    __tablename__ = "hot_topic_report"
    __table_args__ = (Index("ix_hot_topic_report_made", "area_code", "made_at"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    area_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"))
    made_at: Mapped[datetime]
    tickets: Mapped[int]
    topics: Mapped[list[Any]]
