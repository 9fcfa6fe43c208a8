"""Tables of people and places: areas, units with two superiors, officers and their roles, citizens, inbox, access log."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hotline.kernel.db import Base


class Area(Base):
    """A piece of the city: city, district, street or community. `path` is the codes from the city down, "/99/9901/"."""

    __tablename__ = "area"

    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), index=True)
    level: Mapped[str] = mapped_column(String(16))
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"))
    path: Mapped[str] = mapped_column(String(96), index=True)


class Place(Base):
    """A named place of the city (road, estate, school, hospital …) and the area it lies in.

    A road that crosses areas is several rows, each with the house numbers `numbers_from` to `numbers_to` of one side
    (`parity` odd or even, or empty for both) that lie there. `aliases` are other names people use.
    """

    __tablename__ = "place"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    name: Mapped[str] = mapped_column(String(64), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"))
    aliases: Mapped[list[str]] = mapped_column(default=list, server_default=text("'[]'::jsonb"))
    road: Mapped[str] = mapped_column(String(64), default="", server_default="")
    numbers_from: Mapped[int | None]
    numbers_to: Mapped[int | None]
    parity: Mapped[str] = mapped_column(String(4), default="", server_default="")
    grid_code: Mapped[str] = mapped_column(String(32), default="", server_default="")
    active: Mapped[bool] = mapped_column(default=True, server_default="true")


class Unit(Base):
    """A unit that can be given work; every unit has a territorial (属地) and a professional (业务) superior.

    `line` is the trade (城管, 住建 …) by which a catalogue rule such as "district-bureau:城管" finds it in an area.
    """

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(64), index=True)
    level: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(32))
    line: Mapped[str | None] = mapped_column(String(16))
    unit_class: Mapped[str] = mapped_column(String(32))
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"))
    territorial_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    professional_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    phone: Mapped[str] = mapped_column(String(32), default="")
    around_the_clock: Mapped[bool] = mapped_column(default=False)
    duty_hours: Mapped[str] = mapped_column(String(120), default="")
    duty_phone: Mapped[str] = mapped_column(String(32), default="")
    active: Mapped[bool] = mapped_column(default=True)
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))


class Officer(Base):
    """A person who signs in. `name` is shown to colleagues.

    `session_no` is in every cookie of theirs: counting it up ends all their sessions. `must_change_password` holds after a
    password that somebody else chose; `locked_until` after too many wrong ones.
    """

    __tablename__ = "officer"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(64))
    password_hash: Mapped[str] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(default=True)
    locale: Mapped[str] = mapped_column(String(8), default="zh-CN")
    phone: Mapped[str] = mapped_column(String(32), default="")
    session_no: Mapped[int] = mapped_column(default=0, server_default="0")
    must_change_password: Mapped[bool] = mapped_column(default=False, server_default="false")
    wrong_passwords: Mapped[int] = mapped_column(default=0, server_default="0")
    locked_until: Mapped[datetime | None]
    memberships: Mapped[list["Membership"]] = relationship(
        back_populates="officer", lazy="selectin", cascade="all, delete-orphan"
    )


class Membership(Base):
    """A role of an officer in a unit; one officer may have several."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("officer_id", "unit_id", "role"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    role: Mapped[str] = mapped_column(String(32))
    officer: Mapped[Officer] = relationship(back_populates="memberships")
    unit: Mapped[Unit] = relationship(lazy="joined")


class Absence(Base):
    """An officer on leave; from `starts_at` to before `ends_at` the stand-in holds their roles beside the own ones."""

    __tablename__ = "absence"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"), index=True)
    stand_in_id: Mapped[int] = mapped_column(ForeignKey("officer.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))


class NuisanceMark(Base):
    """One step against abuse of the line by a number (handbook 3.11): a warning, or a restriction until it expires."""

    __tablename__ = "nuisance_mark"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizen.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    approved_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    lifted_at: Mapped[datetime | None]


class Citizen(Base):
    """A requester as the hotline knows them, found by phone. `phone` is E.164-less plain digits."""

    __tablename__ = "citizen"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    phone: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(64), default="")
    sex: Mapped[str] = mapped_column(String(8), default="")
    created_at: Mapped[datetime]


class Notice(Base):
    """One message in an inbox: of an officer, or of everyone of a unit. Words come from the catalogue by `code` and `args`."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("dedup_key"),
        Index("ix_notice_unread_unit", "unit_id", postgresql_where=text("read_at is null")),
        Index("ix_notice_unread_officer", "officer_id", postgresql_where=text("read_at is null")),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    role: Mapped[str | None] = mapped_column(String(32), index=True)
    code: Mapped[str] = mapped_column(String(64))
    args: Mapped[dict[str, Any]]
    ticket_id: Mapped[int | None] = mapped_column(index=True)
    dedup_key: Mapped[str] = mapped_column(String(128))
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class AccessLogEntry(Base):
    """Somebody looked at masked data of a ticket, and why, or listened to a call."""

    __tablename__ = "access_log_entry"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(index=True)
    call_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    field: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
