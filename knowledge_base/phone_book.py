"""Use cases on the phone book (便民电话、单位通讯录): propose, decide, withdraw. Alone assigns `PhoneEntry.state`.

A change of a published entry is a row of its own that names it in `replaces_id`; taking it gives the entry its words.
Finding entries by name, pinyin or number is `directory`'s.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Invalid, NotFound
from hotline.kernel.transitions import Transition
from knowledge_base.events import NoticeboardMoved
from knowledge_base.lifecycle import PHONE_ENTRY, SYSTEM, PhoneEntryState
from knowledge_base.noticeboard import PhoneEntry, PhoneKind
from knowledge_base.noticeboard_rules import check_keywords, check_words
from knowledge_base.noticeboard_versions import Thing, keep

REQUIRED = {"name": 128}
OPTIONAL = {"duty_phone": 32, "hours": 200, "address": 200, "note": 500}
PHONES_AT_MOST, PHONE_CHARACTERS = 10, 32
DIALLED = frozenset("0123456789-+() 转,")
PROPOSE = "propose"
PUBLISH, TAKE = "publish", "take"
PUBLISHED = PhoneEntryState.PUBLISHED


@dataclass(frozen=True)
class EntryContent:
    """What an entry says; field for field as in `noticeboard.PhoneEntry`."""

    kind: PhoneKind
    name: str
    phones: tuple[str, ...]
    duty_phone: str = ""
    hours: str = ""
    address: str = ""
    area_code: str | None = None
    category_code: str | None = None
    keywords: tuple[str, ...] = ()
    note: str = ""
    unit_id: int | None = None

    def check(self) -> None:
        """Raise Invalid for the first field that is missing, too long, or no telephone number."""
        check_words(self, REQUIRED, OPTIONAL)
        check_keywords(self.keywords)
        if not self.phones and not self.duty_phone:
            raise Invalid("phones", "required")
        if len(self.phones) > PHONES_AT_MOST:
            raise Invalid("phones", "too-many-items", maximum=PHONES_AT_MOST, given=len(self.phones))
        for phone in (*self.phones, self.duty_phone):
            if len(phone) > PHONE_CHARACTERS or not DIALLED.issuperset(phone):
                raise Invalid("phones", "not-a-number")


def propose(uow: UnitOfWork, content: EntryContent, *, replaces_id: int | None = None) -> PhoneEntry:
    """Propose an entry, or a change of a published one. Raises Invalid, NotFound, Conflict while another change waits."""
    content.check()
    if replaces_id is not None:
        _check_changeable(uow.session, replaces_id)
    phone_entry = PhoneEntry(
        state=PhoneEntryState.PROPOSED,
        replaces_id=replaces_id,
        proposed_at=uow.now,
        proposed_by_id=uow.actor.officer_id,
        **_columns(content),
    )
    uow.session.add(phone_entry)
    uow.session.flush()
    _keep(uow, phone_entry, PROPOSE)
    return phone_entry


def enter(uow: UnitOfWork, content: EntryContent, *, replaces_id: int | None = None) -> PhoneEntry:
    """Enter or change at once what needs nobody's leave: an editor's own proposal. Gives the published entry."""
    proposed = propose(uow, content, replaces_id=replaces_id)
    _go(uow, proposed, PUBLISH if replaces_id is None else TAKE, {SYSTEM}, {})
    return proposed if replaces_id is None else get(uow.session, replaces_id)


def move(
    uow: UnitOfWork, entry_id: int, action: str, *, roles: Collection[str], given: Mapping[str, Any], version: int
) -> PhoneEntry:
    """Decide on a proposal or withdraw an entry. Raises as `LifeCycle.find`, NotFound, Conflict for a stale `version`."""
    phone_entry = uow.session.get(PhoneEntry, entry_id, with_for_update=True, populate_existing=True)
    if phone_entry is None:
        raise missing(entry_id)
    if phone_entry.version != version:
        raise Conflict("changed meanwhile", reason="stale", thing="phone_entry", version=phone_entry.version)
    _go(uow, phone_entry, action, roles, given)
    return phone_entry


def actions(phone_entry: PhoneEntry, roles: Collection[str]) -> list[Transition[PhoneEntryState]]:
    """The moves these roles have: a new entry is published, a change is taken. Pure."""
    other = PUBLISH if phone_entry.replaces_id is not None else TAKE
    return [row for row in PHONE_ENTRY.actions(phone_entry.state, roles) if row.action != other]


def get(session: Session, entry_id: int) -> PhoneEntry:
    """The entry in whatever state. Raises NotFound."""
    phone_entry = session.get(PhoneEntry, entry_id)
    if phone_entry is None:
        raise missing(entry_id)
    return phone_entry


def missing(entry_id: int) -> NotFound:
    """What is raised for an entry that is not there, or hidden from who asks."""
    return NotFound("phone entry", thing="phone-entry", id=entry_id)


def proposed(session: Session, unit_ids: Collection[int] | None, *, after_id: int = 0, limit: int = 50) -> list[PhoneEntry]:
    """Proposals that wait, the oldest first; of these units alone when they are named."""
    query = select(PhoneEntry).where(PhoneEntry.state == PhoneEntryState.PROPOSED, PhoneEntry.id > after_id)
    if unit_ids is not None:
        query = query.where(PhoneEntry.unit_id.in_(unit_ids))
    return list(session.scalars(query.order_by(PhoneEntry.id).limit(limit)))


def _check_changeable(session: Session, entry_id: int) -> None:
    found = get(session, entry_id)
    if found.state is not PhoneEntryState.PUBLISHED:
        raise Conflict("not published", reason="no-such-move", thing="phone_entry", state=found.state.value, action=PROPOSE)
    waiting = select(PhoneEntry.id).where(PhoneEntry.replaces_id == entry_id, PhoneEntry.state == PhoneEntryState.PROPOSED)
    if session.scalar(waiting) is not None:
        raise Conflict("a change waits", reason="change-waits", thing="phone_entry")


def _go(uow: UnitOfWork, phone_entry: PhoneEntry, action: str, roles: Collection[str], given: Mapping[str, Any]) -> None:
    row = PHONE_ENTRY.find(phone_entry.state, action, roles, given)
    EFFECTS.get(action, _nothing)(uow, phone_entry)
    phone_entry.state = row.target
    phone_entry.decided_at, phone_entry.decided_by_id = uow.now, uow.actor.officer_id
    phone_entry.decision_note = str(given.get("note") or "")
    uow.session.flush()
    _keep(uow, phone_entry, action)


def _nothing(uow: UnitOfWork, phone_entry: PhoneEntry) -> None:
    """Most moves change the state alone."""


def _is_new(uow: UnitOfWork, phone_entry: PhoneEntry) -> None:
    if phone_entry.replaces_id is not None:
        raise Conflict("a change", reason="is-a-change", thing="phone_entry")


def _take(uow: UnitOfWork, phone_entry: PhoneEntry) -> None:
    """Give the entry that is changed the words of the change."""
    if phone_entry.replaces_id is None:
        raise Conflict("no change", reason="is-no-change", thing="phone_entry")
    living = uow.session.get_one(PhoneEntry, phone_entry.replaces_id, with_for_update=True, populate_existing=True)
    if living.state is not PhoneEntryState.PUBLISHED:
        raise Conflict("withdrawn", reason="no-such-move", thing="phone_entry", state=living.state.value, action=TAKE)
    for name in EntryContent.__dataclass_fields__:
        setattr(living, name, getattr(phone_entry, name))
    living.decided_at, living.decided_by_id = uow.now, uow.actor.officer_id
    uow.session.flush()
    _keep(uow, living, TAKE)


EFFECTS: Mapping[str, Callable[[UnitOfWork, PhoneEntry], None]] = MappingProxyType({PUBLISH: _is_new, TAKE: _take})
"""What a move does beside changing the state."""


def _keep(uow: UnitOfWork, phone_entry: PhoneEntry, action: str) -> None:
    said = {name: getattr(phone_entry, name) for name in EntryContent.__dataclass_fields__}
    keep(uow, Thing.PHONE_ENTRY, phone_entry.id, {**said, "state": phone_entry.state, "action": action})
    uow.record(NoticeboardMoved(Thing.PHONE_ENTRY, phone_entry.id, action, phone_entry.state.value, phone_entry.unit_id))


def _columns(content: EntryContent) -> dict[str, Any]:
    return {**asdict(content), "phones": list(content.phones), "keywords": list(content.keywords)}
