"""Use cases on agreed wording (统一口径): post, change, end, withdraw, and which fits a text. Alone assigns `Wording.state`.

Wordings are internal always: nothing that citizens are answered from reads this module.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, or_, select
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, NotFound
from hotline.kernel.search.analysis import Analyzer, normalise
from knowledge_base.events import NoticeboardMoved
from knowledge_base.lifecycle import SYSTEM, WORDING, WordingState
from knowledge_base.noticeboard import Wording
from knowledge_base.noticeboard_rules import When, check_hours, check_keywords, check_words
from knowledge_base.noticeboard_versions import Thing, keep
from knowledge_base.rules import AnnouncementRules

REQUIRED = {"title": 128, "words": 5000}
OPTIONAL = {"event": 200, "not_to_say": 5000}
BATCH = 200
EVENT_WORDS_ALIKE = 2
"""So many words of the event must fall before it is spoken of; one alone (停水) is said on many days."""
POST, CHANGE = "post", "change"


@dataclass(frozen=True)
class WordingContent:
    """What an agreed wording says; field for field as in `noticeboard.Wording`."""

    title: str
    words: str
    starts_at: datetime
    ends_at: datetime
    event: str = ""
    keywords: tuple[str, ...] = ()
    not_to_say: str = ""
    unit_id: int | None = None


def post(uow: UnitOfWork, content: WordingContent, rules: AnnouncementRules) -> Wording:
    """Give all agents the wording, from its beginning to its end. Raises Invalid."""
    _check(content, rules, uow.now)
    wording = Wording(state=WordingState.POSTED, posted_at=uow.now, posted_by_id=uow.actor.officer_id, **_columns(content))
    uow.session.add(wording)
    uow.session.flush()
    _keep(uow, wording, POST)
    return wording


def change(uow: UnitOfWork, wording_id: int, content: WordingContent, rules: AnnouncementRules, *, version: int) -> Wording:
    """Say it otherwise, or until another hour. Raises Invalid, NotFound, Conflict when it ended or was changed meanwhile."""
    wording = _held(uow, wording_id, version)
    if wording.state is not WordingState.POSTED or wording.ends_at <= uow.now:
        raise Conflict("over", reason="no-such-move", thing="wording", state=wording.state.value, action=CHANGE)
    _check(content, rules, uow.now)
    for name, value in _columns(content).items():
        setattr(wording, name, value)
    uow.session.flush()
    _keep(uow, wording, CHANGE)
    return wording


def move(
    uow: UnitOfWork, wording_id: int, action: str, *, roles: Collection[str], given: Mapping[str, Any], version: int
) -> Wording:
    """End or withdraw a wording. Raises as `LifeCycle.find`, NotFound, Conflict for a stale `version`."""
    wording = _held(uow, wording_id, version)
    _go(uow, wording, action, roles, given)
    return wording


def end_over(uow: UnitOfWork, limit: int = BATCH) -> int:
    """End what is over by its hour; returns how many. What others hold just then is left to the next run."""
    over = Wording.state == WordingState.POSTED, Wording.ends_at <= uow.now
    query = select(Wording).where(*over).order_by(Wording.ends_at).limit(limit).with_for_update(skip_locked=True)
    found = list(uow.session.scalars(query))
    for wording in found:
        _go(uow, wording, "end", {SYSTEM}, {})
    return len(found)


def get(session: Session, wording_id: int) -> Wording:
    """The wording in whatever state. Raises NotFound."""
    wording = session.get(Wording, wording_id)
    if wording is None:
        raise NotFound("wording", thing="wording", id=wording_id)
    return wording


def listed(
    session: Session, when: When, now: datetime, *, search: str = "", before_id: int | None = None, limit: int = 50
) -> list[Wording]:
    """Wordings, the newest first, so many below the cursor."""
    query = select(Wording).where(*_of(when, now)).order_by(Wording.id.desc()).limit(limit)
    text = search.strip()
    if text:
        fields = (Wording.title, Wording.event, Wording.words, cast(Wording.keywords, Text))
        query = query.where(or_(*(field.icontains(text, autoescape=True) for field in fields)))
    return list(session.scalars(query.where(Wording.id < before_id) if before_id is not None else query))


def running(session: Session, now: datetime) -> list[Wording]:
    """What all agents are to say now, the newest first."""
    return listed(session, When.NOW, now, limit=BATCH)


def matching(found: Sequence[Wording], text: str, analyzer: Analyzer) -> list[Wording]:
    """Those of the wordings that a text speaks of: a keyword falls in it, or words of the event do. Pure."""
    folded = normalise(text)
    spoken = set(analyzer.words(text))
    return [wording for wording in found if _falls(wording, folded, spoken, analyzer)]


def _falls(wording: Wording, folded: str, spoken: set[str], analyzer: Analyzer) -> bool:
    if any(normalise(keyword) in folded for keyword in wording.keywords if keyword):
        return True
    event = {word for word in analyzer.words(wording.event) if len(word) > 1}
    return bool(event) and len(event & spoken) >= min(EVENT_WORDS_ALIKE, len(event))


def _of(when: When, now: datetime) -> list[ColumnElement[bool]]:
    posted = Wording.state == WordingState.POSTED
    by_hour = {
        When.NOW: and_(posted, Wording.starts_at <= now, Wording.ends_at > now),
        When.COMING: and_(posted, Wording.starts_at > now, Wording.ends_at > now),
        When.OVER: or_(Wording.state != WordingState.POSTED, Wording.ends_at <= now),
    }
    return [by_hour[when]] if when in by_hour else []


def _check(content: WordingContent, rules: AnnouncementRules, now: datetime) -> None:
    check_words(content, REQUIRED, OPTIONAL)
    check_keywords(content.keywords)
    check_hours(content.starts_at, content.ends_at, rules, now)


def _go(uow: UnitOfWork, wording: Wording, action: str, roles: Collection[str], given: Mapping[str, Any]) -> None:
    wording.state = WORDING.find(wording.state, action, roles, given).target
    uow.session.flush()
    _keep(uow, wording, action, note=str(given.get("note") or ""))


def _held(uow: UnitOfWork, wording_id: int, version: int) -> Wording:
    wording = uow.session.get(Wording, wording_id, with_for_update=True, populate_existing=True)
    if wording is None:
        raise NotFound("wording", thing="wording", id=wording_id)
    if wording.version != version:
        raise Conflict("changed meanwhile", reason="stale", thing="wording", version=wording.version)
    return wording


def _keep(uow: UnitOfWork, wording: Wording, action: str, note: str = "") -> None:
    said = {name: getattr(wording, name) for name in WordingContent.__dataclass_fields__}
    keep(uow, Thing.WORDING, wording.id, {**said, "state": wording.state, "action": action, "note": note})
    uow.record(NoticeboardMoved(Thing.WORDING, wording.id, action, wording.state.value, wording.unit_id))


def _columns(content: WordingContent) -> dict[str, Any]:
    return {**asdict(content), "keywords": list(content.keywords)}
