"""What stands beside articles, as staff and citizens see it: announcements, agreed wording, the phone book."""

from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import AwareDatetime, Field

from knowledge_base.noticeboard import AnnouncementKind, PhoneKind
from web.api.schemas.base import Page, Shape, UnitRef

T = TypeVar("T")


class Act(Shape):
    """What the reader may do with a thing now, and which fields that takes."""

    action: str
    needs: list[str]


class ActIn(Shape):
    """A move of a thing as the reader saw it; `given` holds what the action needs."""

    version: int
    given: dict[str, Any] = Field(default_factory=dict)


class NoteGiven(Shape):
    """What a move of an announcement, a wording or a phone entry may carry."""

    note: str = Field("", max_length=1000)


class Board(Page[T], Generic[T]):
    """One page of a list; `may_add` says whether the reader may post something of the kind."""

    may_add: bool = False


class AnnouncementIn(Shape):
    """What an announcement says. No area means the whole city; `version` is asked for by a change."""

    kind: AnnouncementKind
    title: str = Field(max_length=128)
    body: str = Field(max_length=5000)
    area_codes: list[str] = Field(default_factory=list, max_length=200)
    places: str = Field("", max_length=500)
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    is_public: bool = True
    unit_id: int | None = None
    version: int | None = None


class PublicAnnouncement(Shape):
    """An announcement as citizens read it; `phase` is coming or running."""

    id: int
    kind: str
    title: str
    body: str
    areas: list[str]
    places: str
    starts_at: datetime
    ends_at: datetime
    phase: str


class AnnouncementRow(PublicAnnouncement):
    """An announcement as staff see it; `phase` may be over."""

    version: int
    area_codes: list[str]
    is_public: bool
    unit: UnitRef | None
    state: str
    posted_at: datetime
    actions: list[Act]


class WordingIn(Shape):
    """What an agreed wording says; `version` is asked for by a change."""

    title: str = Field(max_length=128)
    words: str = Field(max_length=5000)
    event: str = Field("", max_length=200)
    keywords: list[str] = Field(default_factory=list, max_length=20)
    not_to_say: str = Field("", max_length=5000)
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    unit_id: int | None = None
    version: int | None = None


class WordingRow(Shape):
    """An agreed wording; staff alone see it."""

    id: int
    version: int
    title: str
    event: str
    keywords: list[str]
    words: str
    not_to_say: str
    starts_at: datetime
    ends_at: datetime
    unit: UnitRef | None
    state: str
    phase: str
    actions: list[Act]


class BesideIn(Shape):
    """What a call is about: its words so far, and the area when it is known."""

    text: str = Field("", max_length=10_000)
    area: str = Field("", max_length=16)


class Beside(Shape):
    """What is pinned beside a call: announcements that run where it is about, wordings for what is spoken of.

    The `spoken_` ids are of those that a word of the talk names: the others only run.
    """

    announcements: list[AnnouncementRow]
    wordings: list[WordingRow]
    spoken_announcements: list[int]
    spoken_wordings: list[int]


class EntryIn(Shape):
    """What an entry of the phone book says."""

    kind: PhoneKind
    name: str = Field(max_length=128)
    phones: list[str] = Field(default_factory=list, max_length=10)
    duty_phone: str = Field("", max_length=32)
    hours: str = Field("", max_length=200)
    address: str = Field("", max_length=200)
    area_code: str | None = Field(None, max_length=16)
    category_code: str | None = Field(None, max_length=32)
    keywords: list[str] = Field(default_factory=list, max_length=20)
    note: str = Field("", max_length=500)
    unit_id: int | None = None


class PhoneFacts(Shape):
    """What an entry says."""

    kind: str
    name: str
    phones: list[str]
    duty_phone: str
    hours: str
    address: str
    area_code: str | None
    category_code: str | None
    keywords: list[str]
    note: str


class PhoneRow(PhoneFacts):
    """An entry or a proposal; `before` is what the entry says today that the proposal would change."""

    id: int
    version: int
    unit: UnitRef | None
    state: str
    replaces_id: int | None
    before: PhoneFacts | None
    proposed_at: datetime
    proposed_by: str
    actions: list[Act]


class PublicPhone(Shape):
    """A public number."""

    id: int
    name: str
    phones: list[str]
    duty_phone: str
    hours: str
    address: str
    note: str


class SavedLine(Shape):
    """What a thing said at one save, and who saved it."""

    number: int
    at: datetime
    by: str
    content: dict[str, Any]
