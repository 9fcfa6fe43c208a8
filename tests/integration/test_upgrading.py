"""A city installed before limits had versions is brought up to date: it gets what it lacks, keeps what it set, and works on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from hotline.kernel.db import Database
from hotline.kernel.events import recorder
from hotline.kernel.vault import Vault
from sla import defaults, previews, recounts, rule_changes, sweep, versions
from sla.book import values_of
from sla.limits import Stage
from sla.models import Alarm, Clock, Policy, PolicyVersion, Recount
from sla.sums import UNFINISHED
from tests.conftest import SECRET, ZONE
from tests.integration.limits import DAY, FRIDAY, clocks_of, handled, local
from tests.lives import City
from tests.reactions import DEADLINES
from web import embedded, migrations
from web.embedded import PostgresServer

OLD_RULES = Path(__file__).parents[1] / "data" / "rules_at_0005.sql"
NEW_STAGES = ("feedback", "supervision", "decide_return", "ruling", "decide_extension", "appeal")
AS_BEFORE = (
    "delete from sla_clock where stage = any(:stages)",
    (
        "delete from policy where stage = any(:stages) or profile in ('bad_mark', 'provincial', 'transfer_110')"
        " or (stage = 'contact' and unit_class = 'utility')"
    ),
    "delete from sla_rule",
)
"""Takes away what such a city could not have had."""
OWN = (
    "update policy set amount = 12 where stage = 'handle' and type = 'complaint'",
    "update sla_rule set value = '2' where key = 'redo.rounds'",
    """update sla_rule set value = '["very_dissatisfied"]' where key = 'callback.doubt_satisfaction'""",
)
"""What it set itself."""


@dataclass
class Town:
    """A city after its upgrade, with the two tickets that it had: one near its limits, one late already."""

    city: City
    url: str
    near: int
    late: int

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.city.database.engine.connect() as opened:
            return [tuple(row) for row in opened.execute(text(query))]


@pytest.fixture
def town(postgres: PostgresServer, worker_id: str) -> Iterator[Town]:
    name = f"upgrading_{worker_id}"
    postgres.psql(f"drop database if exists {name};")
    url = embedded.create_database(postgres, name)
    migrations.upgrade(url)
    database = Database(url, recorder=recorder(DEADLINES), put=lambda _: None, zone=ZONE, vault=Vault([SECRET]))
    city = City.built(database)
    with database.work() as uow:
        defaults.install_defaults(uow)
    city.now = FRIDAY - 60 * DAY
    late = handled(city)
    city.now = FRIDAY
    near = handled(city)
    _told_before(database, late)
    database.engine.dispose()
    migrations.downgrade(url, "0005", secret=SECRET)
    _as_before(database)
    database.engine.dispose()
    migrations.upgrade(url, secret=SECRET)
    yield Town(city, url, near, late)
    database.close()
    postgres.psql(f"drop database {name} with (force);")


def _told_before(database: Database, ticket_id: int) -> None:
    """As the sweep of then left a late limit."""
    with database.engine.begin() as opened:
        late = text("update sla_clock set warned_at = due_at, expired_at = due_at, next_at = null where ticket_id = :ticket")
        opened.execute(late, {"ticket": ticket_id})


def _as_before(database: Database) -> None:
    with database.engine.begin() as opened:
        for statement in AS_BEFORE:
            opened.execute(text(statement), {"stages": list(NEW_STAGES)})
        opened.exec_driver_sql(OLD_RULES.read_text(encoding="utf-8"))
        for statement in OWN:
            opened.execute(text(statement))


def test_stages_without_a_limit_get_one_and_the_citys_own_rows_stay(town: Town) -> None:
    with town.city.database.read() as session:
        newest = versions.listed(session, FRIDAY + 3650 * DAY)[0].version
        rows = {(row.stage.value, row.type, row.profile): row.amount for row in versions.rows_of(session, newest.version)}
        first = session.scalars(select(Policy.stage).where(Policy.version == 1)).all()

    assert (newest.version, newest.origin, newest.status.value) == (2, "upgrade", "published")
    assert {stage.value for stage in Stage} == {stage for stage, _, _ in rows}
    assert rows["handle", "complaint", None] == 12
    assert rows["contact", None, "bad_mark"] == 1
    assert not {stage.value for stage in first} & set(NEW_STAGES)


def test_rules_it_lacks_hold_as_packaged_and_those_it_set_stay(town: Town) -> None:
    with town.city.database.read() as session:
        values = values_of(session)
        listed = {rule.key: rule for rule in rule_changes.listed(session, FRIDAY)}

    assert values["redo.rounds"] == 2
    assert values["callback.consequences"] == [
        {"when": {"solved": ["no"]}, "then": "doubt"},
        {"when": {"satisfaction": ["very_dissatisfied"]}, "then": "doubt"},
        {"then": "close"},
    ]
    assert "feedback" in values["pause.stages"]["suspend"]
    ladder = listed["escalation.ladder"]
    assert (ladder.current, values["escalation.ladder"]) == (None, ladder.default)
    assert not {"callback.doubt_solved", "warn.order_working_days"} & listed.keys()


def test_upgrading_again_changes_nothing(town: Town) -> None:
    tables = ("policy_version", "policy", "sla_rule", "sla_clock")
    before = [town.rows(f"select * from {table} order by 1, 2") for table in tables]  # noqa: S608 our own names

    migrations.upgrade(town.url, secret=SECRET)

    assert [town.rows(f"select * from {table} order by 1, 2") for table in tables] == before  # noqa: S608 our own names
    migrations.check(town.url)


def test_life_goes_on_with_new_tickets_sweep_preview_and_recount(town: Town) -> None:
    city = town.city
    with city.database.read() as session:
        since = session.scalars(select(PolicyVersion.effective_from).where(PolicyVersion.version == 2)).one()
    assert since is not None
    city.now = max(FRIDAY, since + timedelta(minutes=1))
    opened = handled(city)
    with city.database.work(now=city.now) as uow:
        draft = versions.draft_from_version(uow, 2, "缩短").version
    with city.database.read() as session:
        foreseen = previews.of_policies(session, ZONE, draft, city.now)
    with city.database.work(now=city.now) as uow:
        recount = versions.publish(uow, draft).id

    sweep.run(city.database, now=city.now)
    counted = recounts.run_due(city.database, now=city.now)

    assert "feedback" in clocks_of(city, opened)
    assert counted == foreseen.checked > 0
    with city.database.read() as session:
        assert session.get_one(Recount, recount).changed == foreseen.changed
        held = select(Policy.version).join(Clock, Clock.policy_id == Policy.id).where(UNFINISHED)
        assert set(session.scalars(held)) == {draft}


def test_what_was_told_of_a_late_limit_is_not_told_again_and_a_near_one_is_told_in_time(town: Town) -> None:
    sweep.run(town.city.database, now=FRIDAY + 40 * DAY)

    with town.city.database.read() as session:
        points = set(session.execute(select(Alarm.ticket_id, Alarm.point)).all())
    assert {point for ticket, point in points if ticket == town.near} >= {"expired"}
    assert not {"near", "expired"} & {point for ticket, point in points if ticket == town.late}
    assert clocks_of(town.city, town.near)["total"] == local(12, 11)
