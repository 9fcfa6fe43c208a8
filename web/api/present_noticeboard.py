"""From rows to shapes: announcements, wordings and phone entries as lists show them. Reads in batches."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel.scope import Scope
from hotline.kernel.transitions import LifeCycle, Transition
from hotline.people.models import Area, Unit
from knowledge_base import noticeboard_permissions as rights
from knowledge_base import noticeboard_versions, phone_book
from knowledge_base.lifecycle import ANNOUNCEMENT, WORDING
from knowledge_base.noticeboard import Announcement, PhoneEntry, Wording
from knowledge_base.noticeboard_rules import Phase, phase_of
from knowledge_base.noticeboard_versions import Thing
from knowledge_base.rules import AnnouncementRules
from web.api import present
from web.api.schemas.base import UnitRef
from web.api.schemas.noticeboard import (
    Act,
    AnnouncementRow,
    PhoneFacts,
    PhoneRow,
    PublicAnnouncement,
    PublicPhone,
    SavedLine,
    WordingRow,
)

PLAIN = ("id", "title", "body", "places", "starts_at", "ends_at")
STAFF = ("version", "area_codes", "is_public", "posted_at")
OF_WORDING = ("id", "version", "title", "event", "keywords", "words", "not_to_say", "starts_at", "ends_at")
EDIT = Act(action="edit", needs=[])
CHANGE = Act(action="change", needs=[])


def announcement_rows(
    session: Session, found: Sequence[Announcement], reader: Scope, rules: AnnouncementRules, now: datetime
) -> list[AnnouncementRow]:
    """Announcements in the order given, each with what the reader may do."""
    units, names = units_of(session, found), _area_names(session, found)
    return [
        AnnouncementRow(
            **_said(one, names, now),
            **{name: getattr(one, name) for name in STAFF},
            unit=_ref(units, one.unit_id),
            state=one.state.value,
            actions=_acts(ANNOUNCEMENT, one, reader, edits=_may_edit(units.get(one.unit_id or 0), one, reader, rules), now=now),
        )
        for one in found
    ]


def public_announcements(session: Session, found: Sequence[Announcement], now: datetime) -> list[PublicAnnouncement]:
    """Announcements as citizens read them, in the order given."""
    names = _area_names(session, found)
    return [PublicAnnouncement(**_said(one, names, now)) for one in found]


def wording_rows(session: Session, found: Sequence[Wording], reader: Scope, now: datetime) -> list[WordingRow]:
    """Wordings in the order given, each with what the reader may do."""
    units = units_of(session, found)
    return [
        WordingRow(
            **{name: getattr(one, name) for name in OF_WORDING},
            unit=_ref(units, one.unit_id),
            state=one.state.value,
            phase=phase_of(one.state, one.starts_at, one.ends_at, now).value,
            actions=_acts(WORDING, one, reader, edits=rights.may_word(reader), now=now),
        )
        for one in found
    ]


def phone_rows(session: Session, found: Sequence[PhoneEntry], reader: Scope) -> list[PhoneRow]:
    """Entries and proposals in the order given, each beside what it would change."""
    units = units_of(session, found)
    names = present.officer_names(session, (one.proposed_by_id for one in found))
    replaced = [one.replaces_id for one in found if one.replaces_id is not None]
    before = {one.id: one for one in session.scalars(select(PhoneEntry).where(PhoneEntry.id.in_(replaced)))}
    return [
        PhoneRow(
            **_facts(one),
            id=one.id,
            version=one.version,
            unit=_ref(units, one.unit_id),
            state=one.state.value,
            replaces_id=one.replaces_id,
            before=PhoneFacts(**_facts(before[one.replaces_id])) if one.replaces_id in before else None,
            proposed_at=one.proposed_at,
            proposed_by=names.get(one.proposed_by_id or 0, ""),
            actions=_phone_acts(one, reader),
        )
        for one in found
    ]


def public_phones(found: Iterable[PhoneEntry]) -> list[PublicPhone]:
    """Entries as citizens read them."""
    return [PublicPhone(**{name: getattr(one, name) for name in PublicPhone.model_fields}) for one in found]


def history(session: Session, thing: Thing, thing_id: int) -> list[SavedLine]:
    """What a thing said at each save, newest first."""
    found = noticeboard_versions.history(session, thing, thing_id)
    names = present.officer_names(session, (one.officer_id for one in found))
    return [
        SavedLine(number=one.number, at=one.at, by=names.get(one.officer_id or 0, ""), content=one.content) for one in found
    ]


def units_of(session: Session, found: Iterable[Announcement | Wording | PhoneEntry]) -> dict[int, Unit]:
    """The units of these things, by id."""
    wanted = {one.unit_id for one in found if one.unit_id is not None}
    return {unit.id: unit for unit in session.scalars(select(Unit).where(Unit.id.in_(wanted)))} if wanted else {}


def acts(rows: Iterable[Transition[Any]]) -> list[Act]:  # of whichever life cycle
    """Moves as the pages take them."""
    return [Act(action=row.action, needs=list(row.needs)) for row in rows]


def _said(one: Announcement, names: dict[str, str], now: datetime) -> dict[str, object]:
    plain = {name: getattr(one, name) for name in PLAIN}
    areas = [names[code] for code in one.area_codes if code in names]
    return {
        **plain,
        "kind": one.kind.value,
        "areas": areas,
        "phase": phase_of(one.state, one.starts_at, one.ends_at, now).value,
    }


def _acts(
    cycle: LifeCycle[Any],  # the announcement's or the wording's
    one: Announcement | Wording,
    reader: Scope,
    *,
    edits: bool,
    now: datetime,
) -> list[Act]:
    if phase_of(one.state, one.starts_at, one.ends_at, now) is Phase.OVER:
        return []
    return [*([EDIT] if edits else []), *acts(cycle.actions(one.state, rights.roles_for(reader, one.unit_id)))]


def _may_edit(unit: Unit | None, one: Announcement, reader: Scope, rules: AnnouncementRules) -> bool:
    return rights.may_announce(reader, one.unit_id, unit.unit_class if unit else "", rules)


def _phone_acts(one: PhoneEntry, reader: Scope) -> list[Act]:
    published = one.state == phone_book.PUBLISHED and rights.may_propose(reader, one.unit_id)
    moves = phone_book.actions(one, rights.roles_for(reader, one.unit_id))
    return [*([CHANGE] if published else []), *acts(moves)]


def _facts(one: PhoneEntry) -> dict[str, object]:
    return {**{name: getattr(one, name) for name in PhoneFacts.model_fields if name != "kind"}, "kind": one.kind.value}


def _ref(units: dict[int, Unit], unit_id: int | None) -> UnitRef | None:
    return present.unit_ref(units[unit_id]) if unit_id in units else None


def _area_names(session: Session, found: Iterable[Announcement]) -> dict[str, str]:
    codes: Collection[str] = {code for one in found for code in one.area_codes}
    return dict(session.execute(select(Area.code, Area.name).where(Area.code.in_(codes))).all()) if codes else {}
