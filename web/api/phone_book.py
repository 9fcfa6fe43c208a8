"""The phone book over HTTP: search and proposals for staff, public numbers for citizens."""

from collections.abc import Sequence

from apiflask import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Forbidden, Invalid
from hotline.people.models import Area, Unit
from hotline.tickets.models import Category
from knowledge_base import noticeboard_permissions as rights
from knowledge_base import permissions, phone_book
from knowledge_base.noticeboard import PhoneEntry, PhoneKind
from knowledge_base.noticeboard_versions import Thing
from knowledge_base.phone_book import EntryContent
from web.api import present_noticeboard as present
from web.api.callbacks import PageQuery
from web.api.schemas.base import Page
from web.api.schemas.noticeboard import ActIn, Board, EntryIn, NoteGiven, PhoneRow, PublicPhone, SavedLine
from web.auth import EVERYONE, UNIT_ROLES, allowed, public
from web.limits import limiter, question_rate
from web.requests import asks, container, parse, reading, scope, takes, working

api = APIBlueprint("phone_book", __name__, url_prefix="/api/v1", tag="Phone book")

PROPOSERS = (*UNIT_ROLES, "knowledge_editor")
EDITORS = ("knowledge_editor",)
PUBLIC_AT_MOST = 50


class PhoneQuery(PageQuery):
    """Entries that fit what was typed: name, pinyin, initials, number, keyword; or the proposals that wait."""

    search: str = Field("", max_length=64)
    kind: PhoneKind | None = None
    state: str = Field("published", pattern="^(published|proposed)$")


class PublicPhoneQuery(BaseModel):
    """What was typed."""

    model_config = ConfigDict(extra="ignore")

    search: str = Field("", max_length=64)


@api.get("/knowledge/phone-book")
@asks(api, PhoneQuery)
@api.output(Board[PhoneRow])
@allowed(*EVERYONE)
def search_phone_book(query: PhoneQuery) -> Board[PhoneRow]:
    """Entries, the best first; or the proposals that the reader decides on or made, the oldest first."""
    with reading() as session:
        if query.state == "proposed":
            return _proposals(session, query)
        kinds = frozenset({query.kind} if query.kind else PhoneKind)
        ids = container().directory.search(session, query.search, kinds)
        start = query.seen() or 0
        found = _by_ids(session, ids[start : start + query.limit])
        after = str(start + query.limit) if len(ids) > start + query.limit else None
        rows = present.phone_rows(session, found, scope())
        return Board[PhoneRow](items=rows, after=after, total=len(ids), may_add=_may_propose_any())


@api.post("/knowledge/phone-book")
@takes(api, EntryIn)
@api.output(PhoneRow, 201)
@allowed(*PROPOSERS)
def propose_entry(body: EntryIn) -> PhoneRow:
    """Propose an entry: units of their own; an editor's is published at once."""
    with working() as uow:
        content = _content(uow.session, body, _unit_for(body.unit_id))
        store = phone_book.enter if permissions.is_editor(scope()) else phone_book.propose
        return _row(uow, store(uow, content))


@api.post("/knowledge/phone-book/<int:entry_id>/change")
@takes(api, EntryIn)
@api.output(PhoneRow, 201)
@allowed(*PROPOSERS)
def change_entry(entry_id: int, body: EntryIn) -> PhoneRow:
    """Propose a change of an entry: units of their own; an editor's is taken at once."""
    with working() as uow:
        entry = _visible(uow.session, entry_id)
        if not rights.may_propose(scope(), entry.unit_id):
            raise Forbidden("not theirs", action=phone_book.PROPOSE)
        editor = permissions.is_editor(scope())
        content = _content(uow.session, body, body.unit_id if editor else entry.unit_id)
        store = phone_book.enter if editor else phone_book.propose
        return _row(uow, store(uow, content, replaces_id=entry_id))


@api.post("/knowledge/phone-book/<int:entry_id>/actions/<action>")
@takes(api, ActIn)
@api.output(PhoneRow)
@allowed(*EDITORS)
def move_entry(entry_id: int, action: str, body: ActIn) -> PhoneRow:
    """Publish or take a proposal, refuse it, or withdraw an entry."""
    given = parse(NoteGiven, body.given).model_dump(exclude_unset=True)
    with working() as uow:
        roles = rights.roles_for(scope(), phone_book.get(uow.session, entry_id).unit_id)
        moved = phone_book.move(uow, entry_id, action, roles=roles, given=given, version=body.version)
        return _row(uow, moved)


@api.get("/knowledge/phone-book/<int:entry_id>/history")
@api.output(Page[SavedLine])
@allowed(*EVERYONE)
def show_entry_history(entry_id: int) -> Page[SavedLine]:
    """What an entry said at each save."""
    with reading() as session:
        _visible(session, entry_id)
        return Page[SavedLine](items=present.history(session, Thing.PHONE_ENTRY, entry_id))


@api.get("/public/phone-book")
@limiter.limit(question_rate)
@asks(api, PublicPhoneQuery)
@api.output(Page[PublicPhone])
@public
def search_public_phone_book(query: PublicPhoneQuery) -> Page[PublicPhone]:
    """Public numbers that fit what was typed, the best first."""
    with reading() as session:
        ids = container().directory.search(session, query.search, frozenset({PhoneKind.PUBLIC}))
        found = _by_ids(session, ids[:PUBLIC_AT_MOST])
        return Page[PublicPhone](items=present.public_phones(found), total=len(ids))


def _proposals(session: Session, query: PhoneQuery) -> Board[PhoneRow]:
    units = None if permissions.is_editor(scope()) else scope().unit_ids
    found = phone_book.proposed(session, units, after_id=query.seen() or 0, limit=query.limit)
    after = str(found[-1].id) if len(found) == query.limit else None
    rows = present.phone_rows(session, found, scope())
    return Board[PhoneRow](items=rows, after=after, may_add=_may_propose_any())


def _by_ids(session: Session, ids: Sequence[int]) -> list[PhoneEntry]:
    rows = {one.id: one for one in session.scalars(select(PhoneEntry).where(PhoneEntry.id.in_(ids)))}
    return [rows[entry_id] for entry_id in ids if entry_id in rows]


def _visible(session: Session, entry_id: int) -> PhoneEntry:
    """The entry. Raises NotFound; what is not published only editors and its own unit see."""
    entry = phone_book.get(session, entry_id)
    if entry.state is phone_book.PUBLISHED or rights.may_propose(scope(), entry.unit_id):
        return entry
    raise phone_book.missing(entry_id)


def _unit_for(asked: int | None) -> int | None:
    if permissions.is_editor(scope()):
        return asked
    mine = _own_units()
    if not mine or (asked is not None and asked not in mine):
        raise Forbidden("not theirs", action=phone_book.PROPOSE)
    return asked if asked is not None else mine[0]


def _own_units() -> list[int]:
    return [unit_id for unit_id in sorted(scope().member_unit_ids) if rights.may_propose(scope(), unit_id)]


def _may_propose_any() -> bool:
    return permissions.is_editor(scope()) or bool(_own_units())


def _content(session: Session, body: EntryIn, unit_id: int | None) -> EntryContent:
    _check_known(session, body, unit_id)
    said = body.model_dump(exclude={"unit_id", "phones", "keywords"})
    return EntryContent(**said, phones=tuple(body.phones), keywords=tuple(body.keywords), unit_id=unit_id)


def _check_known(session: Session, body: EntryIn, unit_id: int | None) -> None:
    if body.area_code is not None and session.get(Area, body.area_code) is None:
        raise Invalid("area_code", "unknown-code", given=body.area_code)
    if body.category_code is not None and session.get(Category, body.category_code) is None:
        raise Invalid("category_code", "unknown-code", given=body.category_code)
    if unit_id is not None and session.get(Unit, unit_id) is None:
        raise Invalid("unit_id", "unknown-unit")


def _row(uow: UnitOfWork, entry: PhoneEntry) -> PhoneRow:
    return present.phone_rows(uow.session, [entry], scope())[0]
