"""The phone book over HTTP: found by what was typed, changed by proposal, and units' entries never shown to citizens."""

from typing import Any

import pytest

from hotline.people.models import Unit
from knowledge_base import phone_book
from knowledge_base.lifecycle import PHONE_ENTRY, PhoneEntryState
from knowledge_base.noticeboard import PhoneEntry, PhoneKind
from knowledge_base.phone_book import EntryContent
from tests.integration.people import Person, SignIn
from web.bootstrap import Container

WATER = {"kind": "public", "name": "江城市自来水公司", "phones": ["0990-96390"], "keywords": ["停水"]}
BOOK = "/knowledge/phone-book"


def names(person: Person, path: str = BOOK, **query: str) -> list[str]:
    return [row["name"] for row in person.done("GET", path, query_string=query)["items"]]


def unit_id(parts: Container, code: str) -> int:
    with parts.database.read() as session:
        return session.query(Unit).filter_by(code=code).one().id


def decided(editor: Person, entry: dict[str, Any], action: str, **given: str) -> Any:
    return editor.done("POST", f"{BOOK}/{entry['id']}/actions/{action}", json={"version": entry["version"], "given": given})


def test_an_editors_entry_is_published_at_once_and_found_by_all(sign_in: SignIn, citizen: Person) -> None:
    editor = sign_in("knowledge_editor")
    entry = editor.done("POST", BOOK, json=WATER)

    assert entry["state"] == "published"
    for typed in ("自来水", "zls", "96390", "停水"):
        assert names(citizen, "/public/phone-book", search=typed) == ["江城市自来水公司"]
    changed = editor.done("POST", f"{BOOK}/{entry['id']}/change", json={**WATER, "name": "江城水务"})
    assert (changed["id"], changed["name"]) == (entry["id"], "江城水务")
    assert (names(citizen, "/public/phone-book", search="水务"), names(editor, search="zls")) == (["江城水务"], [])


def test_a_units_proposal_shows_once_an_editor_publishes_it(parts: Container, sign_in: SignIn, citizen: Person) -> None:
    editor, unit = sign_in("knowledge_editor"), sign_in("liaison", "U1")
    proposed = unit.done("POST", BOOK, json=WATER)

    assert (proposed["state"], proposed["unit"]["id"], proposed["actions"]) == ("proposed", unit_id(parts, "U1"), [])
    assert (names(citizen, "/public/phone-book"), names(editor, state="proposed")) == ([], ["江城市自来水公司"])
    assert decided(editor, proposed, "publish")["state"] == "published"
    assert (names(citizen, "/public/phone-book"), names(editor, state="proposed")) == (["江城市自来水公司"], [])


def test_a_change_stands_beside_what_is_said_today_until_it_is_taken(sign_in: SignIn, citizen: Person) -> None:
    editor, unit = sign_in("knowledge_editor"), sign_in("liaison", "U1")
    entry = decided(editor, unit.done("POST", BOOK, json=WATER), "publish")
    change = unit.done("POST", f"{BOOK}/{entry['id']}/change", json={**WATER, "phones": ["0990-96391"]})

    assert (change["before"]["phones"], change["phones"], change["replaces_id"]) == (
        ["0990-96390"],
        ["0990-96391"],
        entry["id"],
    )
    assert names(citizen, "/public/phone-book", search="96391") == []
    unit.refused(409, "POST", f"{BOOK}/{entry['id']}/change", json=WATER)
    assert decided(editor, change, "take")["state"] == "taken"
    assert names(citizen, "/public/phone-book", search="96391") == ["江城市自来水公司"]
    lines = editor.done("GET", f"{BOOK}/{entry['id']}/history")["items"]
    assert [line["content"]["phones"] for line in lines] == [["0990-96391"], ["0990-96390"], ["0990-96390"]]


def test_a_change_is_taken_and_a_new_entry_published_never_the_other_way(sign_in: SignIn) -> None:
    editor, unit = sign_in("knowledge_editor"), sign_in("liaison", "U1")
    new = unit.done("POST", BOOK, json=WATER)
    editor.refused(409, "POST", f"{BOOK}/{new['id']}/actions/take", json={"version": new["version"]})
    entry = decided(editor, new, "publish")
    change = unit.done("POST", f"{BOOK}/{entry['id']}/change", json=WATER)

    editor.refused(409, "POST", f"{BOOK}/{change['id']}/actions/publish", json={"version": change["version"]})
    refused = decided(editor, change, "refuse", note="号码有误")
    assert (refused["state"], refused["actions"]) == ("refused", [])


def test_a_unit_changes_only_its_own_entries_and_decides_nothing(sign_in: SignIn) -> None:
    editor, own, other = sign_in("knowledge_editor"), sign_in("liaison", "U1"), sign_in("liaison", "U2")
    proposed = own.done("POST", BOOK, json=WATER)

    assert (names(own, state="proposed"), names(other, state="proposed")) == (["江城市自来水公司"], [])
    other.refused(404, "GET", f"{BOOK}/{proposed['id']}/history")
    own.refused(403, "POST", f"{BOOK}/{proposed['id']}/actions/publish", json={"version": proposed["version"]})
    entry = decided(editor, proposed, "publish")
    other.refused(403, "POST", f"{BOOK}/{entry['id']}/change", json=WATER)
    other.refused(403, "POST", BOOK, json={**WATER, "unit_id": entry["unit"]["id"]})
    sign_in("agent").refused(403, "POST", BOOK, json=WATER)


def test_units_entries_are_never_public(sign_in: SignIn, citizen: Person) -> None:
    sign_in("knowledge_editor").done("POST", BOOK, json={**WATER, "kind": "unit"})

    assert names(sign_in("agent"), search="zls") == ["江城市自来水公司"]
    for typed in ("", "自来水", "zls", "96390", "停水"):
        assert names(citizen, "/public/phone-book", search=typed) == []


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"phones": []}, "phones"),
        ({"phones": ["打给我"]}, "phones"),
        ({"keywords": ["长" * 21]}, "keywords"),
        ({"area_code": "nowhere"}, "area_code"),
        ({"category_code": "none"}, "category_code"),
        ({"kind": "private"}, "kind"),
    ],
)
def test_an_entry_that_breaks_a_rule_is_refused(sign_in: SignIn, changed: dict[str, Any], field: str) -> None:
    error = sign_in("knowledge_editor").refused(422, "POST", BOOK, json={**WATER, **changed})

    assert error["details"]["field"].startswith(field)


@pytest.mark.parametrize("row", PHONE_ENTRY.rows, ids=lambda row: f"{row.action}-{row.source}")
def test_every_row_moves_an_entry(parts: Container, row: Any) -> None:
    content = EntryContent(PhoneKind.PUBLIC, "公交公司", ("96196",))
    with parts.database.work() as uow:
        living = phone_book.enter(uow, content)
        replaces = living.id if row.action == phone_book.TAKE else None
        entry = living if row.source is PhoneEntryState.PUBLISHED else phone_book.propose(uow, content, replaces_id=replaces)

        moved = phone_book.move(uow, entry.id, row.action, roles=row.roles, given={"note": "停用"}, version=entry.version)

        assert moved.state is row.target


def test_a_withdrawn_entry_is_found_by_nobody(parts: Container, sign_in: SignIn, citizen: Person) -> None:
    editor = sign_in("knowledge_editor")
    entry = editor.done("POST", BOOK, json=WATER)
    assert names(citizen, "/public/phone-book") == ["江城市自来水公司"]

    decided(editor, entry, "withdraw", note="停用")

    assert (names(citizen, "/public/phone-book"), names(editor)) == ([], [])
    with parts.database.read() as session:
        assert session.get_one(PhoneEntry, entry["id"]).decision_note == "停用"


def test_search_goes_on_where_the_page_before_ended(sign_in: SignIn) -> None:
    editor = sign_in("knowledge_editor")
    for number in range(3):
        editor.done("POST", BOOK, json={**WATER, "name": f"水厂{number}"})

    first = editor.done("GET", BOOK, query_string={"search": "水厂", "limit": 2})
    second = editor.done("GET", BOOK, query_string={"search": "水厂", "limit": 2, "after": first["after"]})

    assert [row["name"] for row in (*first["items"], *second["items"])] == ["水厂0", "水厂1", "水厂2"]
    assert (first["total"], second["after"]) == (3, None)
