"""Announcements over HTTP: lists and posting for staff, what runs for citizens, and what is pinned beside a call."""

from collections.abc import Collection
from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel import clock
from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Forbidden, Invalid
from hotline.people.models import Area, Unit
from knowledge_base import announcements, wordings
from knowledge_base import noticeboard_permissions as rights
from knowledge_base.announcements import AnnouncementContent, Wanted
from knowledge_base.noticeboard import Announcement
from knowledge_base.noticeboard_rules import When
from knowledge_base.noticeboard_versions import Thing
from knowledge_base.rules import AnnouncementRules
from web import knowledge_terms
from web.api import present_noticeboard as present
from web.api.callbacks import PageQuery
from web.api.schemas.base import Page
from web.api.schemas.noticeboard import (
    ActIn,
    AnnouncementIn,
    AnnouncementRow,
    Beside,
    BesideIn,
    Board,
    NoteGiven,
    PublicAnnouncement,
    SavedLine,
)
from web.auth import EVERYONE, UNIT_ROLES, allowed, public
from web.limits import limiter, question_rate
from web.requests import asks, container, parse, reading, scope, takes, working

api = APIBlueprint("announcements", __name__, url_prefix="/api/v1", tag="Announcements")

POSTERS = (*UNIT_ROLES, "knowledge_editor", "shift_leader")
WORDINGS_BESIDE = 3


class AnnouncementsQuery(PageQuery):
    """Which announcements: now, coming, over or all; of an area with what lies in it and what it lies in; with these words."""

    when: When = When.NOW
    area: str = Field("", max_length=16)
    search: str = Field("", max_length=64)


class AreaQuery(BaseModel):
    """An area by its code; none for the whole city."""

    model_config = ConfigDict(extra="ignore")

    area: str = Field("", max_length=16)


@api.get("/knowledge/announcements")
@asks(api, AnnouncementsQuery)
@api.output(Board[AnnouncementRow])
@allowed(*EVERYONE)
def list_announcements(query: AnnouncementsQuery) -> Board[AnnouncementRow]:
    """Announcements: those that run by their end, others the newest first."""
    now = clock.now()
    with reading() as session:
        wanted = Wanted(query.when, codes_near(session, query.area), query.search, query.seen(), query.limit)
        found = announcements.listed(session, wanted, now)
        more = len(found) == query.limit and query.when is not When.NOW
        rules = knowledge_terms.rules_of(session).announcement
        return Board[AnnouncementRow](
            items=present.announcement_rows(session, found, scope(), rules, now),
            after=str(found[-1].id) if more else None,
            may_add=_may_post_any(session, rules),
        )


@api.post("/knowledge/announcements")
@takes(api, AnnouncementIn)
@api.output(AnnouncementRow, 201)
@allowed(*POSTERS)
def post_announcement(body: AnnouncementIn) -> AnnouncementRow:
    """Post an announcement: shift leaders and editors for anybody, units whose rule lets them for themselves."""
    with working() as uow:
        rules = knowledge_terms.rules_of(uow.session).announcement
        posted = announcements.post(uow, _content(uow.session, body, _unit_for(uow.session, body.unit_id, rules)), rules)
        return _row(uow, posted, rules)


@api.put("/knowledge/announcements/<int:announcement_id>")
@takes(api, AnnouncementIn)
@api.output(AnnouncementRow)
@allowed(*POSTERS)
def change_announcement(announcement_id: int, body: AnnouncementIn) -> AnnouncementRow:
    """Say an announcement otherwise; whose it is stays."""
    with working() as uow:
        rules = knowledge_terms.rules_of(uow.session).announcement
        unit_id = announcements.get(uow.session, announcement_id).unit_id
        _check_may_post(uow.session, unit_id, rules)
        content = _content(uow.session, body, unit_id)
        return _row(uow, announcements.change(uow, announcement_id, content, rules, version=version_of(body.version)), rules)


@api.post("/knowledge/announcements/<int:announcement_id>/actions/<action>")
@takes(api, ActIn)
@api.output(AnnouncementRow)
@allowed(*POSTERS)
def move_announcement(announcement_id: int, action: str, body: ActIn) -> AnnouncementRow:
    """End or withdraw an announcement."""
    given = parse(NoteGiven, body.given).model_dump(exclude_unset=True)
    with working() as uow:
        roles = rights.roles_for(scope(), announcements.get(uow.session, announcement_id).unit_id)
        moved = announcements.move(uow, announcement_id, action, roles=roles, given=given, version=body.version)
        return _row(uow, moved, knowledge_terms.rules_of(uow.session).announcement)


@api.get("/knowledge/announcements/<int:announcement_id>/history")
@api.output(Page[SavedLine])
@allowed(*EVERYONE)
def show_announcement_history(announcement_id: int) -> Page[SavedLine]:
    """What an announcement said at each save."""
    with reading() as session:
        announcements.get(session, announcement_id)
        return Page[SavedLine](items=present.history(session, Thing.ANNOUNCEMENT, announcement_id))


@api.post("/knowledge/beside")
@takes(api, BesideIn)
@api.output(Beside)
@allowed(*EVERYONE)
def look_beside(body: BesideIn) -> Beside:
    """What runs where a call is about, what it speaks of first, and the wordings for it; without words the newest wordings."""
    now = clock.now()
    with reading() as session:
        analyzer, filler = container().search.analyzer, container().desk.policy.filler
        running = announcements.running(session, now, codes_near(session, body.area))
        agreed = wordings.running(session, now)
        fitting = wordings.matching(agreed, body.text, analyzer) if body.text.strip() else []
        rules = knowledge_terms.rules_of(session).announcement
        pinned = announcements.by_words(running, body.text, analyzer, filler)
        shown = (fitting if body.text.strip() else agreed)[:WORDINGS_BESIDE]
        return Beside(
            announcements=present.announcement_rows(session, pinned, scope(), rules, now),
            wordings=present.wording_rows(session, shown, scope(), now),
            spoken_announcements=[one.id for one in announcements.spoken_of(pinned, body.text, analyzer, filler)],
            spoken_wordings=[one.id for one in fitting[:WORDINGS_BESIDE]],
        )


@api.get("/public/announcements")
@limiter.limit(question_rate)
@asks(api, AreaQuery)
@api.output(Page[PublicAnnouncement])
@public
def list_public_announcements(query: AreaQuery) -> Page[PublicAnnouncement]:
    """Public announcements that run or come, of an area or of the whole city."""
    now = clock.now()
    with reading() as session:
        found = announcements.public(session, now, codes_near(session, query.area))
        return Page[PublicAnnouncement](items=present.public_announcements(session, found, now))


def codes_near(session: Session, code: str) -> Collection[str] | None:
    """The area with all it lies in and all that lies in it: an announcement for any of them concerns it. None for no code."""
    if not code:
        return None
    path = session.scalar(select(Area.path).where(Area.code == code))
    if path is None:
        return {code}
    below = session.scalars(select(Area.code).where(Area.path.startswith(path, autoescape=True)))
    return {part for part in path.split("/") if part} | set(below)


def version_of(given: int | None) -> int:
    """The version a change was made from. Raises Invalid without one."""
    if given is None:
        raise Invalid("version", "required")
    return given


def _content(session: Session, body: AnnouncementIn, unit_id: int | None) -> AnnouncementContent:
    known = set(session.scalars(select(Area.code).where(Area.code.in_(body.area_codes))))
    for code in body.area_codes:
        if code not in known:
            raise Invalid("area_codes", "unknown-code", given=code)
    said: dict[str, Any] = body.model_dump(exclude={"version", "unit_id", "area_codes"})
    return AnnouncementContent(**said, area_codes=tuple(dict.fromkeys(body.area_codes)), unit_id=unit_id)


def _row(uow: UnitOfWork, one: Announcement, rules: AnnouncementRules) -> AnnouncementRow:
    return present.announcement_rows(uow.session, [one], scope(), rules, uow.now)[0]


def _unit_for(session: Session, asked: int | None, rules: AnnouncementRules) -> int | None:
    """Whose announcement it is: as asked for who may post for anybody, else the unit that the reader may post for."""
    if rights.may_word(scope()):
        if asked is not None and session.get(Unit, asked) is None:
            raise Invalid("unit_id", "unknown-unit")
        return asked
    mine = _own_posting(session, rules)
    if asked is not None and asked not in mine:
        raise Forbidden("not theirs", action=announcements.POST)
    if not mine:
        raise Forbidden("not theirs", action=announcements.POST)
    return asked if asked is not None else mine[0]


def _check_may_post(session: Session, unit_id: int | None, rules: AnnouncementRules) -> None:
    if not rights.may_word(scope()) and unit_id not in _own_posting(session, rules):
        raise Forbidden("not theirs", action=announcements.CHANGE)


def _may_post_any(session: Session, rules: AnnouncementRules) -> bool:
    return rights.may_word(scope()) or bool(_own_posting(session, rules))


def _own_posting(session: Session, rules: AnnouncementRules) -> list[int]:
    """The units of the reader that may post for themselves."""
    query = select(Unit).where(Unit.id.in_(scope().member_unit_ids)).order_by(Unit.id)
    return [unit.id for unit in session.scalars(query) if rights.may_announce(scope(), unit.id, unit.unit_class, rules)]
