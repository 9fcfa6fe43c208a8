"""Timelines kept sealed, chained and anchored: what somebody with the database in hand changes is found."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from hotline.kernel.db import Actor, Database
from hotline.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from hotline.kernel.events import Subscribers, recorder
from hotline.kernel.scope import Scope
from hotline.kernel.vault import KeyUnknown, Vault
from hotline.people.permissions import Role
from hotline.tickets import anchors, audit, tickets, timeline
from hotline.tickets.anchors import AnchorFault
from hotline.tickets.models import TimelineEntry
from hotline.tickets.tickets import NewTicket
from tests import factories
from tests.conftest import SECRET, ZONE
from web import embedded, migrations
from web.cli import hotline
from web.embedded import PostgresServer

NEW = NewTicket(channel="phone", type="complaint", title="路灯不亮", body="听涛路的路灯三天没有亮了。")
WORDS = "请来人看一看，我住在三号楼"
MONDAY = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
ADMINISTRATOR = Scope(officer_id=None, roles=frozenset({Role.ADMINISTRATOR}))
CHANGES = {
    "ticket_id": "99",
    "seq": "seq + 10",
    "at": "at + interval '1 second'",
    "officer_id": "null",
    "unit_id": "(select min(id) from unit)",
    "action": "'close'",
    "state_from": "'closed'",
    "state_to": "'closed'",
    "public": "not public",
    "data": """'{"channel": "email"}'""",
    "text_hash": "repeat('0', 64)",
    "previous_hash": "repeat('1', 64)",
    "hash": "repeat('2', 64)",
}


@pytest.fixture
def written(database: Database) -> list[int]:
    """Two tickets of four lines each; their ids. An officer wrote them, in a unit."""
    with database.work() as uow:
        officer = factories.officer(uow.session, "wang").id
        factories.unit(uow.session, "U1")
    made = []
    for _ in range(2):
        with database.work(Actor(officer), now=MONDAY) as uow:
            ticket_id = tickets.open_ticket(uow, NEW).id
            for _ in range(3):
                timeline.write(uow, ticket_id, "supplement", text=WORDS, public=True)
        made.append(ticket_id)
    return made


def tamper(database: Database, statement: str, **values: object) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        assert connection.execute(text(statement), values).rowcount > 0


def broken(database: Database) -> list[tuple[int, int]]:
    with database.read() as session:
        return [(line.ticket_id, line.seq) for line in audit.broken_lines(session)]


def faults(database: Database) -> list[str]:
    with database.read() as session:
        return [fault.reason for fault in anchors.faults(session)]


def days_later(days: int) -> datetime:
    return MONDAY + timedelta(days=days)


def verified(database_url: str, folder: Path, *arguments: str, secret: str = SECRET) -> tuple[int, str]:
    """Exit status and words of `hotline audit verify`."""
    shown = ran(database_url, folder, "verify", *arguments, secret=secret)
    return shown.exit_code, shown.output


def ran(database_url: str, folder: Path, *arguments: str, secret: str = SECRET) -> Result:
    """What `hotline audit` did."""
    own = {"DATA_DIR": str(folder), "DATABASE_URL": database_url, "SEARCH_URL": "null:", "SECRET_KEY": secret}
    environment = {f"HOTLINE_{name}": value for name, value in own.items()}
    return CliRunner(env=environment).invoke(hotline, ["audit", *arguments])


def test_words_are_read_back_and_not_to_be_found_in_the_database(database: Database, written: list[int]) -> None:
    with database.read() as session:
        assert [line.text for line in timeline.lines(session, written[0])] == ["", WORDS, WORDS, WORDS]
        stored = session.execute(
            text("select e.*, t.sealed from timeline_entry e left join timeline_text t on entry_id = e.id")
        )
        everything = repr(stored.all())

    assert WORDS not in everything
    assert repr(WORDS.encode())[2:-1] not in everything


def test_the_same_words_have_another_hash_in_each_line(database: Database, written: list[int]) -> None:
    with database.read() as session:
        hashes = [line.text_hash for line in timeline.lines(session, written[0])[1:]]

    assert len(set(hashes)) == 3


def test_untouched_timelines_are_whole(database: Database, written: list[int]) -> None:
    anchors.write_due(database, now=days_later(1))

    assert (broken(database), faults(database)) == ([], [])


@pytest.mark.parametrize("column", sorted(CHANGES))
def test_a_change_of_any_column_is_found(database: Database, written: list[int], column: str) -> None:
    where = "where ticket_id = :ticket and seq = 2"
    tamper(database, f"update timeline_entry set {column} = {CHANGES[column]} {where}", ticket=written[0])  # noqa: S608 ours

    assert broken(database)


def test_every_column_that_tells_something_is_tried() -> None:
    assert set(CHANGES) == {column.name for column in TimelineEntry.__table__.columns} - {"id"}


@pytest.mark.parametrize(
    "statement",
    [
        "update timeline_text set sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1) where entry_id = :entry",
        "update timeline_text t set sealed = o.sealed from timeline_text o where t.entry_id = :entry and o.entry_id > :entry",
        "update timeline_text set sealed = null, erased_at = now() where entry_id = :entry",
        "update timeline_text set erased_at = now() where entry_id = :entry",
        "delete from timeline_text where entry_id = :entry",
    ],
)
def test_changed_words_are_found(database: Database, written: list[int], statement: str) -> None:
    with database.read() as session:
        entry = timeline.lines(session, written[0])[1].id
    tamper(database, statement, entry=entry)

    assert broken(database) == [(written[0], 2)]


def test_a_line_taken_out_of_the_middle_is_found(database: Database, written: list[int]) -> None:
    tamper(database, "delete from timeline_entry where ticket_id = :ticket and seq = 2", ticket=written[1])

    assert broken(database) == [(written[1], 3)]


def test_a_line_taken_out_and_the_numbers_closed_is_found(database: Database, written: list[int]) -> None:
    tamper(database, "delete from timeline_entry where ticket_id = :ticket and seq = 2", ticket=written[1])
    tamper(database, "update timeline_entry set seq = seq - 1 where ticket_id = :ticket and seq = 3", ticket=written[1])
    tamper(database, "update timeline_entry set seq = seq - 1 where ticket_id = :ticket and seq = 4", ticket=written[1])

    assert broken(database) == [(written[1], 2)]


def test_swapped_lines_are_found(database: Database, written: list[int]) -> None:
    for old, new in ((2, 99), (3, 2), (99, 3)):
        tamper(database, f"update timeline_entry set seq = {new} where ticket_id = :t and seq = {old}", t=written[0])  # noqa: S608 ours

    assert broken(database) == [(written[0], 2)]


def test_a_chain_that_is_gone_is_found(database: Database, written: list[int]) -> None:
    tamper(database, "delete from timeline_entry where ticket_id = :ticket", ticket=written[0])

    assert broken(database) == [(written[0], 0)]


def test_a_tail_cut_off_fits_its_chain_but_not_the_anchor(database: Database, written: list[int]) -> None:
    anchors.write_due(database, now=days_later(1))
    tamper(database, "delete from timeline_entry where ticket_id = :ticket and seq = 4", ticket=written[0])

    assert (broken(database), faults(database)) == ([], ["missing-lines"])


def test_a_chain_made_anew_does_not_fit_the_anchor(database: Database, written: list[int]) -> None:
    anchors.write_due(database, now=days_later(1))
    with database.engine.begin() as connection:
        entry = connection.execute(
            text("select * from timeline_entry where ticket_id = :t and seq = 4"), {"t": written[0]}
        ).one()
    forged = TimelineEntry(**{**entry._asdict(), "action": "close"})
    tamper(
        database,
        "update timeline_entry set action = 'close', hash = :hash where id = :id",
        hash=timeline.digest(forged),
        id=entry.id,
    )

    assert (broken(database), faults(database)) == ([], ["changed-lines"])


@pytest.mark.parametrize(
    "change",
    ["last_id = last_id - 1", "entries = entries - 1", "digest = repeat('0', 64)", "at = at + interval '1 s'", "day = day - 1"],
)
def test_a_forged_anchor_is_found(database: Database, written: list[int], change: str) -> None:
    anchors.write_due(database, now=days_later(1))
    tamper(database, f"update timeline_anchor set {change}")  # noqa: S608 ours

    assert faults(database) == ["forged"]


def test_an_anchor_taken_out_of_the_row_is_found(database: Database, written: list[int]) -> None:
    for days in (1, 2, 3):
        with database.work() as uow:
            timeline.write(uow, written[0], "supplement", text=WORDS)
        anchors.write_due(database, now=days_later(days))
    tamper(database, "delete from timeline_anchor where day = '2026-11-17'")

    with database.read() as session:
        assert list(anchors.faults(session)) == [AnchorFault(days_later(2).date(), "forged")]


def test_a_day_has_one_anchor_and_a_missed_day_is_covered_by_the_next(database: Database, written: list[int]) -> None:
    assert anchors.write_due(database, now=days_later(1)) == MONDAY.date()
    assert anchors.write_due(database, now=days_later(1)) is None
    assert anchors.write_due(database, now=days_later(5)) == days_later(4).date()
    assert faults(database) == []


def test_words_are_erased_and_the_chain_stays_whole(database: Database, written: list[int]) -> None:
    anchors.write_due(database, now=days_later(1))
    with database.work() as uow:
        timeline.erase(uow, ADMINISTRATOR, timeline.lines(uow.session, written[0])[1].id, "本人申请删除")

    with database.read() as session:
        lines = timeline.lines(session, written[0])
    assert [line.text for line in lines] == ["", "", WORDS, WORDS, "本人申请删除"]
    assert (lines[-1].action, lines[-1].data, broken(database), faults(database)) == ("erase_words", {"seq": 2}, [], [])


def test_only_an_administrator_with_a_reason_erases_and_only_once(database: Database, written: list[int]) -> None:
    with database.read() as session:
        bare, worded = (line.id for line in timeline.lines(session, written[0])[:2])
    manager = Scope(officer_id=None, roles=frozenset({Role.MANAGER}))
    for scope, entry, reason, refusal in (
        (manager, worded, "申请", Forbidden),
        (ADMINISTRATOR, worded, " ", Invalid),
        (ADMINISTRATOR, bare, "申请", Conflict),
    ):
        with pytest.raises(refusal), database.work() as uow:
            timeline.erase(uow, scope, entry, reason)
    with database.work() as uow:
        timeline.erase(uow, ADMINISTRATOR, worded, "申请")

    with pytest.raises(Conflict), database.work() as uow:
        timeline.erase(uow, ADMINISTRATOR, worded, "申请")


def test_a_former_secret_still_opens_and_a_strange_one_does_not() -> None:
    old, new = Vault(["old"]), Vault(["new", "old"])
    sealed, signature = old.seal(b"words"), old.sign(b"message")

    assert (new.open(sealed), new.has_signed(b"message", signature)) == (b"words", True)
    assert new.seal(b"words") != new.seal(b"words")
    for stranger in (Vault(["new"]), Vault(["other"])):
        with pytest.raises(KeyUnknown):
            stranger.open(sealed)
        assert not stranger.has_signed(b"message", signature)


def test_verify_tells_that_all_is_whole(database: Database, database_url: str, written: list[int], tmp_path: Path) -> None:
    anchors.write_due(database, now=days_later(1))

    status, shown = verified(database_url, tmp_path)

    assert (status, "全部校验完整" in shown, "2026-11-16" in shown) == (0, True, True)


def test_verify_names_the_first_broken_line_and_fails(
    database: Database, database_url: str, written: list[int], tmp_path: Path
) -> None:
    tamper(database, "update timeline_entry set action = 'close' where ticket_id = :ticket and seq = 3", ticket=written[0])
    with database.read() as session:
        bad, good = (session.scalar(text("select number from ticket where id = :id"), {"id": number}) for number in written)

    status, shown = verified(database_url, tmp_path, "--ticket", str(bad))

    assert (status, f"{bad}：办理记录自第 3 条起" in shown, WORDS in shown) == (1, True, False)
    assert verified(database_url, tmp_path, "--ticket", str(good))[0] == 0
    assert verified(database_url, tmp_path, "--ticket", "0")[0] == 1


def test_a_city_that_lost_its_secret_is_told(database_url: str, database: Database, written: list[int], tmp_path: Path) -> None:
    assert verified(database_url, tmp_path, secret="another")[0] == 1


def erasing(number: str, **changes: str) -> list[str]:
    """The command line that erases the words of a line."""
    given = {"ticket": number, "seq": "2", "reason": "本人申请删除", "as": "ADMIN", **changes}
    return ["erase", *(word for name, value in given.items() for word in (f"--{name}", value))]


def test_an_administrator_erases_the_words_of_a_line(
    database: Database, database_url: str, written: list[int], tmp_path: Path
) -> None:
    with database.work() as uow:
        administrator = factories.officer(uow.session, "admin", roles=(Role.ADMINISTRATOR,)).id
        number = tickets.get(uow, written[0]).number

    shown = ran(database_url, tmp_path, *erasing(number))

    with database.read() as session:
        lines = timeline.lines(session, written[0])
    assert (shown.exit_code, f"工单 {number}：办理记录第 2 条的文字已删除" in shown.output) == (0, True)
    assert [line.text for line in lines] == ["", "", WORDS, WORDS, "本人申请删除"]
    assert (lines[-1].action, lines[-1].officer_id, broken(database)) == ("erase_words", administrator, [])


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"as": "boss"}, Forbidden),
        ({"as": "gone"}, NotFound),
        ({"as": "nobody"}, NotFound),
        ({"seq": "9"}, NotFound),
        ({"ticket": "0"}, NotFound),
        ({"seq": "1"}, Conflict),
        ({"reason": " "}, Invalid),
    ],
)
def test_nothing_is_erased_without_line_right_and_reason(
    database: Database, database_url: str, written: list[int], tmp_path: Path, changes: dict[str, str], refusal: type[Exception]
) -> None:
    with database.work() as uow:
        factories.officer(uow.session, "admin", roles=(Role.ADMINISTRATOR,))
        factories.officer(uow.session, "boss", roles=(Role.MANAGER,))
        factories.officer(uow.session, "gone", roles=(Role.ADMINISTRATOR,)).active = False
        number = tickets.get(uow, written[0]).number

    shown = ran(database_url, tmp_path, *erasing(number, **changes))

    assert (shown.exit_code, type(shown.exception)) == (1, refusal)
    with database.read() as session:
        assert [line.text for line in timeline.lines(session, written[0])] == ["", WORDS, WORDS, WORDS]


def test_words_of_an_older_database_are_sealed_by_the_migration(postgres: PostgresServer, worker_id: str) -> None:
    name = f"audit_{worker_id}"
    postgres.psql(f"drop database if exists {name};")
    url = embedded.create_database(postgres, name)
    migrations.upgrade(url, secret=SECRET)
    opened = Database(url, recorder=recorder(Subscribers()), put=lambda delivery_id: None, zone=ZONE, vault=Vault([SECRET]))
    with opened.work(now=MONDAY) as uow:
        ticket_id = tickets.open_ticket(uow, NEW).id
        timeline.write(uow, ticket_id, "supplement", text=WORDS)
    opened.close()

    migrations.downgrade(url, "0002", secret=SECRET)
    with opened.engine.connect() as connection:
        assert connection.scalar(text("select text from timeline_entry where seq = 2")) == WORDS
    with pytest.raises(RuntimeError, match="secret"):
        migrations.upgrade(url)
    _as_before_sealing(opened, ticket_id)
    migrations.upgrade(url, secret=SECRET)

    with opened.read() as session:
        lines = timeline.lines(session, ticket_id)
    opened.close()
    assert ([line.text for line in lines], timeline.broken_at(lines)) == (["", WORDS], None)


def _as_before_sealing(database: Database, ticket_id: int) -> None:
    """Give the lines the plain hash of words that they had before words were sealed."""
    with database.engine.begin() as connection:
        row = connection.execute(text("select * from timeline_entry where seq = 2")).one()._asdict()
        row.pop("text")
        row["text_hash"] = hashlib.sha256(WORDS.encode()).hexdigest()
        values = {"text_hash": row["text_hash"], "hash": timeline.digest(TimelineEntry(**row))}
        connection.execute(text("update timeline_entry set text_hash = :text_hash, hash = :hash where seq = 2"), values)
