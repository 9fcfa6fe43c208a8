"""Use cases on announcements (公告): post, change, end, withdraw, and which run now. Alone assigns `Announcement.state`.

One that is over is never found among those that run, whether or not the clock has ended it yet. Who may post is said in
`permissions`; areas come as codes, which the caller finds in the tree of areas.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, NotFound
from hotline.kernel.search.analysis import Analyzer
from knowledge_base.events import NoticeboardMoved
from knowledge_base.lifecycle import ANNOUNCEMENT, SYSTEM, AnnouncementState
from knowledge_base.noticeboard import Announcement, AnnouncementKind
from knowledge_base.noticeboard_rules import When, check_hours, check_words
from knowledge_base.noticeboard_versions import Thing, keep
from knowledge_base.rules import AnnouncementRules

TITLE_CHARACTERS, PLACES_CHARACTERS, BODY_CHARACTERS = 128, 500, 5000
SHOWN_AT_MOST = 200
POST, CHANGE = "post", "change"


@dataclass(frozen=True)
class AnnouncementContent:
    """What an announcement says; field for field as in `noticeboard.Announcement`. No area means the whole city."""

    kind: AnnouncementKind
    title: str
    body: str
    starts_at: datetime
    ends_at: datetime
    area_codes: tuple[str, ...] = ()
    places: str = ""
    is_public: bool = True
    unit_id: int | None = None


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed by; `area_codes` None means everywhere, `before_id` is the cursor."""

    when: When = When.NOW
    area_codes: Collection[str] | None = None
    search: str = ""
    before_id: int | None = None
    limit: int = 50


def post(uow: UnitOfWork, content: AnnouncementContent, rules: AnnouncementRules) -> Announcement:
    """Post an announcement; it shows from its beginning to its end. Raises Invalid."""
    _check(content, rules, uow.now)
    announcement = Announcement(
        state=AnnouncementState.POSTED, posted_at=uow.now, posted_by_id=uow.actor.officer_id, **_columns(content)
    )
    uow.session.add(announcement)
    uow.session.flush()
    _keep(uow, announcement, POST)
    return announcement


def change(
    uow: UnitOfWork, announcement_id: int, content: AnnouncementContent, rules: AnnouncementRules, *, version: int
) -> Announcement:
    """Say it otherwise, or until another hour. Raises Invalid, NotFound, Conflict when it ended or was changed meanwhile."""
    announcement = _held(uow, announcement_id, version)
    if announcement.state is not AnnouncementState.POSTED or announcement.ends_at <= uow.now:
        raise Conflict("over", reason="no-such-move", thing="announcement", state=announcement.state.value, action=CHANGE)
    _check(content, rules, uow.now)
    for name, value in _columns(content).items():
        setattr(announcement, name, value)
    uow.session.flush()
    _keep(uow, announcement, CHANGE)
    return announcement


def move(
    uow: UnitOfWork, announcement_id: int, action: str, *, roles: Collection[str], given: Mapping[str, Any], version: int
) -> Announcement:
    """End or withdraw an announcement. Raises as `LifeCycle.find`, NotFound, Conflict for a stale `version`."""
    announcement = _held(uow, announcement_id, version)
    _go(uow, announcement, action, roles, given)
    return announcement


def end_over(uow: UnitOfWork, limit: int = SHOWN_AT_MOST) -> int:
    """End what is over by its hour; returns how many. What others hold just then is left to the next run."""
    over = Announcement.state == AnnouncementState.POSTED, Announcement.ends_at <= uow.now
    query = select(Announcement).where(*over).order_by(Announcement.ends_at).limit(limit)
    found = list(uow.session.scalars(query.with_for_update(skip_locked=True)))
    for announcement in found:
        _go(uow, announcement, "end", {SYSTEM}, {})
    return len(found)


def get(session: Session, announcement_id: int) -> Announcement:
    """The announcement in whatever state. Raises NotFound."""
    announcement = session.get(Announcement, announcement_id)
    if announcement is None:
        raise NotFound("announcement", thing="announcement", id=announcement_id)
    return announcement


def listed(session: Session, wanted: Wanted, now: datetime) -> list[Announcement]:
    """Announcements for staff: those that run by their end, all others the newest first."""
    query = select(Announcement).where(*_narrowed(wanted, now)).limit(wanted.limit)
    if wanted.when is When.NOW:
        return list(session.scalars(query.order_by(Announcement.ends_at, Announcement.id)))
    if wanted.before_id is not None:
        query = query.where(Announcement.id < wanted.before_id)
    return list(session.scalars(query.order_by(Announcement.id.desc())))


def running(session: Session, now: datetime, area_codes: Collection[str] | None = None) -> list[Announcement]:
    """What runs now in these areas or the whole city; those of a named area first, then by their end."""
    found = listed(session, Wanted(When.NOW, area_codes, limit=SHOWN_AT_MOST), now)
    return sorted(found, key=lambda one: not one.area_codes) if area_codes is not None else found


def public(session: Session, now: datetime, area_codes: Collection[str] | None = None) -> list[Announcement]:
    """What citizens may read: public ones that are posted and not over; those that run by their end, then those to come."""
    shown = Announcement.state == AnnouncementState.POSTED, Announcement.ends_at > now, Announcement.is_public
    query = select(Announcement).where(*shown, *_in_areas(area_codes)).limit(SHOWN_AT_MOST)
    found = session.scalars(query.order_by(Announcement.starts_at, Announcement.id))
    return sorted(found, key=lambda one: (True, one.starts_at) if one.starts_at > now else (False, one.ends_at))


def by_words(
    found: Sequence[Announcement], spoken: str, analyzer: Analyzer, filler: Collection[str] = ()
) -> list[Announcement]:
    """The same, those of which more words are spoken first, else in their order; `filler` words tell nothing. Pure."""
    said = _long_words(spoken, analyzer).difference(filler)
    return sorted(found, key=lambda one: -len(said & _told_by(one, analyzer)))


def spoken_of(
    found: Sequence[Announcement], spoken: str, analyzer: Analyzer, filler: Collection[str] = ()
) -> list[Announcement]:
    """Those of which a word of the title or of the places falls in the words spoken; `filler` words tell nothing. Pure."""
    said = _long_words(spoken, analyzer).difference(filler)
    return [one for one in found if said & _told_by(one, analyzer)]


def _told_by(announcement: Announcement, analyzer: Analyzer) -> set[str]:
    return _long_words(f"{announcement.title} {announcement.places}", analyzer)


def _long_words(text: str, analyzer: Analyzer) -> set[str]:
    return {word for word in analyzer.words(text) if len(word) > 1}


def _check(content: AnnouncementContent, rules: AnnouncementRules, now: datetime) -> None:
    check_words(content, {"title": TITLE_CHARACTERS, "body": BODY_CHARACTERS}, {"places": PLACES_CHARACTERS})
    check_hours(content.starts_at, content.ends_at, rules, now)


def _narrowed(wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    posted = Announcement.state == AnnouncementState.POSTED
    by_hour = {
        When.NOW: and_(posted, Announcement.starts_at <= now, Announcement.ends_at > now),
        When.COMING: and_(posted, Announcement.starts_at > now, Announcement.ends_at > now),
        When.OVER: or_(Announcement.state != AnnouncementState.POSTED, Announcement.ends_at <= now),
    }
    conditions = [by_hour[wanted.when]] if wanted.when in by_hour else []
    text = wanted.search.strip()
    if text:
        fields = (Announcement.title, Announcement.places, Announcement.body)
        conditions.append(or_(*(field.icontains(text, autoescape=True) for field in fields)))
    return [*conditions, *_in_areas(wanted.area_codes)]


def _in_areas(codes: Collection[str] | None) -> list[ColumnElement[bool]]:
    if codes is None:
        return []
    whole_city = func.jsonb_array_length(Announcement.area_codes) == 0
    named = cast(Announcement.area_codes, JSONB).has_any(cast(sorted(codes), ARRAY(Text)))
    return [or_(whole_city, named)]


def _go(uow: UnitOfWork, announcement: Announcement, action: str, roles: Collection[str], given: Mapping[str, Any]) -> None:
    announcement.state = ANNOUNCEMENT.find(announcement.state, action, roles, given).target
    uow.session.flush()
    _keep(uow, announcement, action, note=str(given.get("note") or ""))


def _held(uow: UnitOfWork, announcement_id: int, version: int) -> Announcement:
    announcement = uow.session.get(Announcement, announcement_id, with_for_update=True, populate_existing=True)
    if announcement is None:
        raise NotFound("announcement", thing="announcement", id=announcement_id)
    if announcement.version != version:
        raise Conflict("changed meanwhile", reason="stale", thing="announcement", version=announcement.version)
    return announcement


def _keep(uow: UnitOfWork, announcement: Announcement, action: str, note: str = "") -> None:
    said = {name: getattr(announcement, name) for name in AnnouncementContent.__dataclass_fields__}
    keep(uow, Thing.ANNOUNCEMENT, announcement.id, {**said, "state": announcement.state, "action": action, "note": note})
    moved = NoticeboardMoved(Thing.ANNOUNCEMENT, announcement.id, action, announcement.state.value, announcement.unit_id)
    uow.record(moved)


def _columns(content: AnnouncementContent) -> dict[str, Any]:
    return {**asdict(content), "area_codes": list(content.area_codes)}
