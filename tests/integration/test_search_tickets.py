"""Tickets in the index: who finds which, what is not in it, and earlier tickets of the same matter."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from hotline.intake import repeats
from hotline.intake.comparing import Matter
from hotline.intake.repeat_rules import read
from hotline.intake.repeats import Terms
from hotline.kernel.db import Database, vault_of
from hotline.kernel.scope import NOBODY, Scope
from hotline.kernel.search import null
from hotline.kernel.search.analysis import Analyzer, packaged_words
from hotline.kernel.search.port import IndexDoc, IndexSchema
from hotline.kernel.search.query import Search
from hotline.kernel.search.tantivy import TantivyBackend
from hotline.kernel.vault import Vault
from hotline.tickets import indexing, queries, searching, tickets
from hotline.tickets.models import Ticket
from hotline.tickets.tickets import NewTicket
from hotline.tickets.workflow import Secrecy
from sla.packaged import rule_values
from tests import factories
from tests.conftest import SECRET

NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)
HOTLINE = Scope(officer_id=1, sees_all_units=True)
CLERK = Scope(officer_id=4, sees_all_units=True, sees_contact_data=True, roles=frozenset({"agent"}))
AGENT = Scope(4, frozenset({"agent"}), sees_all_units=True, everywhere=frozenset({"agent"}))
TERMS = Terms(read(rule_values()))
NOISE = "滨河花园旁边工地每天夜里还在施工，噪音很大，电话19900001234"


@pytest.fixture
def search(database: Database, tmp_path: Path) -> Search:
    made = Search(TantivyBackend(tmp_path), Analyzer(packaged_words()))
    indexing.ensure(database, made)
    return made


def opened(database: Database, search: Search, body: str = NOISE, *, days: int = 1, unit: bool = False, phone: str = "") -> int:
    with database.work(now=NOW - timedelta(days=days)) as uow:
        citizen = factories.citizen(uow.session, phone) if phone else None
        new = NewTicket(
            "phone", "complaint", "关于张先生反映施工问题", body, contact_name="张三丰", contact_phone="19900001234"
        )
        new = NewTicket(**{**new.__dict__, "citizen_id": citizen.id if citizen else None})
        ticket = tickets.open_ticket(uow, new)
        if unit:
            given = {"unit_id": factories.unit(uow.session).id}
            tickets.move(uow, ticket.id, "dispatch", roles=["dispatcher"], given=given)
    indexing.index_ticket(database, search, ticket.id)
    return ticket.id


def found(database: Database, search: Search, scope: Scope, text: str) -> list[int]:
    with database.read() as session:
        return searching.found_ids(session, search, scope, text)


def test_the_hotline_finds_all_and_a_unit_its_own(database: Database, search: Search) -> None:
    own, other = opened(database, search, unit=True), opened(database, search)

    assert set(found(database, search, HOTLINE, "夜里施工")) == {own, other}
    assert found(database, search, Scope(officer_id=2, unit_ids=frozenset({1})), "夜里施工") == [own]
    assert found(database, search, Scope(officer_id=3, unit_ids=frozenset({99})), "夜里施工") == []
    assert found(database, search, NOBODY, "夜里施工") == []


@pytest.mark.parametrize("text", ["张三丰", "19900001234", "199"])
def test_names_and_phones_find_nothing(database: Database, search: Search, text: str) -> None:
    opened(database, search)

    assert found(database, search, HOTLINE, text) == []


@pytest.mark.parametrize("text", ["张三丰", "19900001234", "199-0000-1234", "1234", "1234 停水", "张三丰 没有的人"])
def test_who_may_see_the_requester_finds_by_name_number_and_its_last_digits(
    database: Database, search: Search, text: str
) -> None:
    ticket_id = opened(database, search)

    assert found(database, search, CLERK, text) == [ticket_id]


@pytest.mark.parametrize("text", ["张三", "三丰", "0000", "123", "19900001235", "李四"])
def test_half_a_name_and_other_digits_find_nobody(database: Database, search: Search, text: str) -> None:
    opened(database, search, "路灯不亮")

    assert found(database, search, CLERK, text) == []


def test_a_unit_finds_nobody_by_name_since_it_sees_the_requester_only_by_a_logged_look(
    database: Database, search: Search
) -> None:
    opened(database, search, unit=True)
    officer = Scope(
        officer_id=2, unit_ids=frozenset({1}), roles=frozenset({"unit_handler"}), held=frozenset({(1, "unit_handler")})
    )

    assert found(database, search, officer, "张三丰") == []
    assert found(database, search, officer, "1234") == []


@pytest.mark.parametrize(
    ("secrecy", "found_by_name"), [(Secrecy.NORMAL, True), (Secrecy.CONFIDENTIAL, True), (Secrecy.STRICT, False)]
)
def test_a_confidential_requester_is_found_only_by_who_may_see_it(
    database: Database, search: Search, secrecy: Secrecy, found_by_name: bool
) -> None:
    ticket_id = opened(database, search)
    with database.work() as uow:
        uow.session.get_one(Ticket, ticket_id).secrecy = secrecy
    indexing.index_ticket(database, search, ticket_id)

    assert found(database, search, CLERK, "张三丰") == ([ticket_id] if found_by_name else [])
    assert found(database, search, HOTLINE, "张三丰") == []


def test_who_may_no_longer_see_a_requester_finds_nobody_though_the_index_is_old(database: Database, search: Search) -> None:
    ticket_id = opened(database, search)
    with database.work() as uow:
        uow.session.get_one(Ticket, ticket_id).secrecy = Secrecy.STRICT

    assert found(database, search, CLERK, "张三丰") == []


def test_what_is_indexed_holds_no_name_and_no_number(database: Database, search: Search, tmp_path: Path) -> None:
    ticket_id = opened(database, search)
    with database.read() as session:
        ticket = session.get_one(Ticket, ticket_id, options=queries.TIES)
        made = indexing.document(ticket, search.analyzer, vault_of(session))

    indexed = " ".join((*made.texts.values(), *(value for values in made.keywords.values() for value in values)))
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())

    assert len(made.texts["contact"].split()) == 3
    for hidden in ("张三丰", "三丰", "19900001234"):
        assert hidden not in indexed
        assert hidden.encode() not in kept


def test_marks_of_a_former_secret_are_still_found(database: Database, search: Search) -> None:
    ticket_id = opened(database, search)
    database.vault = Vault(["a new secret", SECRET])

    with database.read() as session:
        session.info["vault"] = database.vault
        assert searching.found_ids(session, search, CLERK, "张三丰") == [ticket_id]


def test_a_number_finds_its_ticket_only_for_who_may_see_it(database: Database, search: Search) -> None:
    ticket_id = opened(database, search)
    with database.read() as session:
        number = session.get_one(Ticket, ticket_id).number

    assert found(database, search, HOTLINE, f" {number} ") == [ticket_id]
    assert found(database, search, Scope(officer_id=3, unit_ids=frozenset({99})), number) == []


def test_a_rebuilt_index_finds_the_same(database: Database, search: Search) -> None:
    expected = {opened(database, search), opened(database, search, unit=True)}
    told: list[tuple[int, int]] = []

    indexing.rebuild(database, search, lambda done, total: told.append((done, total)))

    assert set(found(database, search, HOTLINE, "施工")) == expected
    assert told[-1] == (2, 2)


def test_an_earlier_ticket_of_the_same_matter_is_found_in_the_window(database: Database, search: Search) -> None:
    recent, _old = opened(database, search, days=3), opened(database, search, days=90)
    opened(database, search, "家里停水一整天了，什么时候来水")

    with database.read() as session:
        offered = repeats.find(session, search, HOTLINE, Matter(body="滨河花园旁边工地夜里施工噪音大"), TERMS, now=NOW)

    assert [repeat.ticket_id for repeat in offered] == [recent]


def test_a_ticket_is_no_repeat_of_itself(database: Database, search: Search) -> None:
    ticket_id = opened(database, search)

    with database.read() as session:
        assert repeats.find(session, search, HOTLINE, Matter(body=NOISE, ticket_id=ticket_id), TERMS, now=NOW) == []


def test_the_callers_own_ticket_is_found_without_search(database: Database, search: Search, tmp_path: Path) -> None:
    ticket_id = opened(database, search, phone="19900000009")
    nothing = Search(null.open_backend(urlsplit("null:"), data_dir=tmp_path), search.analyzer)

    with database.read() as session:
        offered = repeats.find(session, nothing, HOTLINE, Matter(body=NOISE, citizen_id=1), TERMS, now=NOW)

    (own,) = offered
    assert own.ticket_id == ticket_id
    assert own.same_citizen
    assert own.reasons[0].code == "same-citizen"


def test_confidential_ticket_is_offered_beside_its_callers_other_matter_only_to_the_hotline(
    database: Database, search: Search
) -> None:
    ticket_id = opened(database, search, unit=True, phone="19900000009")
    with database.work() as uow:
        ticket = uow.session.get_one(Ticket, ticket_id)
        ticket.secrecy, ticket.redacted_title, ticket.redacted_body = (
            Secrecy.CONFIDENTIAL,
            "施工噪音",
            "滨河花园旁边工地夜间施工",
        )
    handler = Scope(2, frozenset({"handler"}), frozenset({1}), frozenset({1}), held=frozenset({(1, "handler")}))
    matter = Matter(title="施工噪音", body="滨河花园旁边工地夜间施工", citizen_id=1)

    with database.read() as session:
        offers = {scope: repeats.find(session, search, scope, matter, TERMS, now=NOW) for scope in (AGENT, handler)}

    assert [[repeat.ticket_id for repeat in offers[scope]] for scope in (AGENT, handler)] == [[ticket_id], []]


def test_what_is_indexed_is_read_when_the_turn_to_write_has_come(database: Database, search: Search) -> None:
    ticket_id = opened(database, search)

    class Turn(TantivyBackend):
        """Somebody dispatches the ticket while this writer waits for its turn."""

        def apply(self, schema: IndexSchema, upserts: Iterable[IndexDoc], deletes: Iterable[str] = ()) -> None:
            with database.work() as uow:
                given = {"unit_id": factories.unit(uow.session).id}
                tickets.move(uow, ticket_id, "dispatch", roles=["dispatcher"], given=given)
            search.backend.apply(schema, upserts, deletes)

    indexing.index_ticket(database, Search(Turn(Path("unused")), search.analyzer), ticket_id)

    assert found(database, search, Scope(officer_id=2, unit_ids=frozenset({1})), "夜里施工") == [ticket_id]
