"""Gives the demo city's knowledge a life: what is announced, whom to ring, which articles are in review, corrected and due.

Called by `seed` once the officers and the articles are there; it does nothing when the phone book is there already. Everything
is told through the real use cases, each step at its own moment and by who would take it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel.db import SYSTEM, Actor, Database, UnitOfWork
from hotline.people.models import Officer, Unit
from knowledge_base import announcements, phone_book, synonyms, vocabulary, wordings
from knowledge_base.announcements import AnnouncementContent
from knowledge_base.noticeboard import AnnouncementKind, PhoneEntry, PhoneKind
from knowledge_base.phone_book import EntryContent
from knowledge_base.synonyms import GroupContent
from knowledge_base.vocabulary import WordContent
from knowledge_base.wordings import WordingContent
from web import knowledge_terms
from web.demo.data import City, UnitRow
from web.demo.knowledge_rows import Day, Noticeboard, Words, load_noticeboard, load_stories, load_words
from web.demo.knowledge_stories import People, tell_stories

EDITOR, LEADER = "editor1", "leader1"
ENTERED_BEFORE = timedelta(days=30)
CITY = "99"


def seed_knowledge(database: Database, city: City, *, now: datetime) -> None:
    """Add what lacks; the city's reference data must be there."""
    day = Day(now, database.zone)
    with database.work(now=now) as uow:
        if uow.session.scalar(select(PhoneEntry.id).limit(1)) is not None:
            return
        people = _people(uow.session)
        board = load_noticeboard()
        _teach_words(uow, city, load_words())
        _enter_phones(uow, city, board, people)
        _post_announcements(uow, board, people, day)
        _post_wordings(uow, board, people, day)
        tell_stories(uow, load_stories(), people, day)


def _people(session: Session) -> People:
    officers = {one.login: Actor(one.id, one.name) for one in session.scalars(select(Officer))}
    roles = {one.login: frozenset(role.role for role in one.memberships) for one in session.scalars(select(Officer))}
    units = dict(session.execute(select(Unit.code, Unit.id)).all())
    return People(officers, roles, units)


def _teach_words(uow: UnitOfWork, city: City, words: Words) -> None:
    named = {place.name: "place" for place in city.places} | {area.name: "area" for area in city.areas}
    named |= {unit.name: "unit" for unit in city.units} | dict.fromkeys(words.terms, "term")
    vocabulary.put(uow, [WordContent(word, kind) for word, kind in named.items()])
    synonyms.put(uow, [GroupContent(None, group["words"], group["note"]) for group in words.synonyms])


def _enter_phones(uow: UnitOfWork, city: City, board: Noticeboard, people: People) -> None:
    """The public numbers, an entry for each unit that is reached by telephone, and what waits for an editor."""
    now, uow.actor = uow.now, people.actor(EDITOR)
    uow.now = now - ENTERED_BEFORE
    entered = {row["name"]: phone_book.enter(uow, _public_entry(row, people)).id for row in board.phones}
    for content in _unit_entries(city, board.directory, people):
        phone_book.enter(uow, content)
    uow.now, uow.actor = now, SYSTEM
    for row in board.proposed:
        phone_book.propose(uow, _public_entry(row, people), replaces_id=entered.get(row["replaces"]))


def _public_entry(row: Mapping[str, Any], people: People) -> EntryContent:
    return EntryContent(
        kind=PhoneKind.PUBLIC,
        name=row["name"],
        phones=tuple(row["phones"]),
        duty_phone=row.get("duty", ""),
        hours=row["hours"],
        address=row.get("address", ""),
        category_code=row["category"],
        keywords=tuple(row["keywords"]),
        note=row.get("note", ""),
        unit_id=people.units[row["unit"]] if "unit" in row else None,
    )


def _unit_entries(city: City, directory: Mapping[str, Any], people: People) -> list[EntryContent]:
    roads = {area: cycle(names) for area, names in directory["roads"].items()}
    listed = [unit for unit in city.units if unit.kind in directory["kinds"]]
    return [_unit_entry(unit, number, next(roads[unit.area]), directory, people) for number, unit in enumerate(listed, 1)]


def _unit_entry(unit: UnitRow, number: int, road: str, directory: Mapping[str, Any], people: People) -> EntryContent:
    return EntryContent(
        kind=PhoneKind.UNIT,
        name=unit.name,
        phones=(unit.phone,),
        duty_phone=unit.phone if unit.around_the_clock else "",
        hours=directory["duty_hours"] if unit.around_the_clock else directory["hours"],
        address=f"{road}{number}号",
        area_code=unit.area,
        unit_id=people.units[unit.code],
    )


def _post_announcements(uow: UnitOfWork, board: Noticeboard, people: People, day: Day) -> None:
    """Post them in the order of their moments; what is over by now is ended."""
    now, uow.actor = uow.now, people.actor(LEADER)
    rules = knowledge_terms.rules_of(uow.session).announcement
    for row in sorted(board.announcements, key=lambda one: day.past(one["posted"])):
        uow.now = day.past(row["posted"])
        content = AnnouncementContent(
            kind=AnnouncementKind(row["kind"]),
            title=row["title"],
            body=row["body"],
            starts_at=day.moment(row["starts"]),
            ends_at=day.moment(row["ends"]),
            area_codes=tuple(row["areas"]),
            places=row["places"],
            is_public=row["public"],
            unit_id=people.units[row["unit"]],
        )
        announcements.post(uow, content, rules)
    uow.now, uow.actor = now, SYSTEM
    announcements.end_over(uow)


def _post_wordings(uow: UnitOfWork, board: Noticeboard, people: People, day: Day) -> None:
    now, uow.actor = uow.now, people.actor(EDITOR)
    rules = knowledge_terms.rules_of(uow.session).announcement
    for row in board.wordings:
        uow.now = day.past(row["posted"])
        content = WordingContent(
            title=row["title"],
            words=row["words"],
            starts_at=day.moment(row["starts"]),
            ends_at=day.moment(row["ends"]),
            event=row["event"],
            keywords=tuple(row["keywords"]),
            not_to_say=row["not_to_say"],
            unit_id=people.units[row["unit"]],
        )
        wordings.post(uow, content, rules)
    uow.now, uow.actor = now, SYSTEM
    wordings.end_over(uow)
