"""Versions of the limits: drafts, what is refused, publication, and the rules that a shipped example brings."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from hotline.kernel.db import Database
from hotline.kernel.errors import Conflict, Invalid, NotFound
from hotline.kernel.events import StoredEvent
from hotline.tickets import tickets
from sla import clocks, defaults, practices, rule_changes, versions
from sla.book import book_of
from sla.limits import LimitUnit, Stage
from sla.models import PolicyStatus, Recount, RecountCause, SlaRule
from tests import factories
from tests.conftest import ZONE
from tests.integration.changes import FIRST, drafted, published
from tests.integration.limits import DAY, FRIDAY
from tests.lives import NEW

LONGER = {(Stage.HANDLE, "complaint"): 20}


@pytest.fixture
def city(database: Database) -> Database:
    with database.work() as uow:
        defaults.install_defaults(uow)
    return database


def complaint(city: Database, version: int) -> int:
    with city.read() as session:
        rows = versions.rows_of(session, version)
        return next(row.amount for row in rows if (row.stage, row.type) == (Stage.HANDLE, "complaint"))


def test_a_draft_has_the_rows_of_what_it_was_made_from(city: Database) -> None:
    with city.work() as uow:
        copied = versions.draft_from_version(uow, FIRST, "改一改")
        shipped = versions.draft_from_profile(uow, "guangdong")

        assert (copied.version, copied.origin, copied.status) == (2, "version:1", PolicyStatus.DRAFT)
        assert (shipped.version, shipped.origin, shipped.name) == (3, "profile:guangdong", "广东做法")
        rows = {versions.facts_of(row) for row in versions.rows_of(uow.session, 2)}
        assert rows == {versions.facts_of(row) for row in versions.rows_of(uow.session, FIRST)}
        shipped_rows = {versions.facts_of(row) for row in versions.rows_of(uow.session, 3)}
        assert shipped_rows == set(practices.practice("guangdong").rows)


@pytest.mark.parametrize("work", [versions.draft_from_version, versions.draft_from_profile])
def test_nothing_is_drafted_from_what_is_not_there(city: Database, work: object) -> None:
    with pytest.raises(NotFound), city.work() as uow:
        work(uow, 99 if work is versions.draft_from_version else "atlantis", "草稿")  # type: ignore[operator]


def test_a_published_version_never_changes(city: Database) -> None:
    version = drafted(city, LONGER, now=FRIDAY)
    published(city, version, now=FRIDAY)

    for refused in (
        lambda uow: versions.put_rows(uow, version, []),
        lambda uow: versions.discard(uow, version),
        lambda uow: versions.publish(uow, version),
    ):
        with pytest.raises(Conflict, match="no draft"), city.work(now=FRIDAY) as uow:
            refused(uow)
    assert complaint(city, version) == 20


def test_a_draft_holds_for_nobody_and_can_be_given_up(city: Database) -> None:
    version = drafted(city, LONGER, now=FRIDAY)
    with city.work(now=FRIDAY) as uow:
        assert {row.version for row in book_of(uow.session, ZONE, FRIDAY).policies} == {FIRST}
        versions.discard(uow, version)

    with city.read() as session:
        assert [one.version.version for one in versions.listed(session, FRIDAY)] == [FIRST]


def test_rows_that_are_not_whole_are_refused(city: Database) -> None:
    version = drafted(city, {}, now=FRIDAY)
    with city.read() as session:
        rows = [versions.facts_of(row) for row in versions.rows_of(session, version)]
    far = replace(rows[0], amount=10**6, unit=LimitUnit.NATURAL_DAYS)

    for given, rule in (([], "general-row-missing"), ([far, *rows[1:]], "beyond-calendar")):
        with pytest.raises(Invalid, match=rule), city.work(now=FRIDAY) as uow:
            versions.put_rows(uow, version, given)


def test_publication_requests_a_recount_from_its_day_and_is_recorded(city: Database) -> None:
    version, since = drafted(city, LONGER, now=FRIDAY), FRIDAY + 7 * DAY

    recount_id = published(city, version, now=FRIDAY, since=since)

    with city.read() as session:
        recount = session.get_one(Recount, recount_id)
        assert (recount.cause, recount.reference, recount.begins_at) == (RecountCause.POLICY, version, since)
        event = session.scalars(select(StoredEvent).where(StoredEvent.name == "policy-published")).one()
        assert event.payload == {"version": version, "effective_from": since.isoformat(), "recount_id": recount_id}
        forces = [[one.in_force for one in versions.listed(session, at)] for at in (FRIDAY, since)]
        assert forces == [[False, True], [True, False]]


def test_nothing_comes_into_force_in_the_past(city: Database) -> None:
    version = drafted(city, LONGER, now=FRIDAY)

    with pytest.raises(Invalid, match="in-the-past"):
        published(city, version, now=FRIDAY, since=FRIDAY - timedelta(minutes=1))


def test_an_older_draft_published_later_holds(city: Database) -> None:
    older, newer = drafted(city, LONGER, now=FRIDAY), drafted(city, {}, now=FRIDAY)
    published(city, newer, now=FRIDAY)
    published(city, older, now=FRIDAY + DAY)

    with city.read() as session:
        current = [one.version.version for one in versions.listed(session, FRIDAY + DAY) if one.in_force]
        assert current == [older]


def test_the_rules_of_an_example_come_into_force_with_its_limits(city: Database) -> None:
    since = FRIDAY + 7 * DAY
    with city.work(now=FRIDAY) as uow:
        versions.publish(uow, versions.draft_from_profile(uow, "shandong").version, effective_from=since)

    for at, days in ((FRIDAY, 1), (since, 2)):
        with city.read() as session:
            assert book_of(session, ZONE, at).rules.return_window.working_days == days
    with city.read() as session:
        known = next(one for one in rule_changes.listed(session, FRIDAY) if one.key == "extension.working_days")
        assert len(known.history) == 1, "a rule that is the same already is not put again"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("return.window_working_days", "two"),
        ("return.window_working_days", None),
        ("warn.points", [{"unit": "moons"}]),
        ("warn.points", 5),
        ("calendar.hours", {"week": [], "make_up": []}),
        ("calendar.hours", "always"),
        ("pause.stages", ["suspend"]),
        ("pause.stages", {"suspend": ["nonsense"]}),
        ("sweep.batch", {}),
        ("sweep.batch", 0),
        ("callback.plans", 1),
        ("escalation.ladder", "?"),
    ],
)
def test_a_value_that_the_rules_cannot_be_read_with_is_refused(city: Database, key: str, value: object) -> None:
    with pytest.raises(Invalid) as refused, city.work(now=FRIDAY) as uow:
        rule_changes.put(uow, key, value, source="own")

    assert {"field": "value", "rule": "malformed-rule", "key": key}.items() <= refused.value.details.items()


def test_a_rule_has_another_value_from_a_moment_on_and_keeps_the_one_before(city: Database) -> None:
    since = FRIDAY + DAY
    with city.work(now=FRIDAY) as uow:
        rule_changes.put(uow, "redo.rounds", 2, source="own", effective_from=since)

    with city.read() as session:
        known = {at: _rule(session, "redo.rounds", at) for at in (FRIDAY, since)}
        assert [known[at].current.value for at in (FRIDAY, since)] == [1, 2]
        assert [row.value for row in known[FRIDAY].history] == [1, 2]
        assert session.scalars(select(Recount)).all() == [], "no limit rests on it"


def test_what_moves_limits_has_them_counted_again(city: Database) -> None:
    with city.read() as session:
        hours = session.scalars(select(SlaRule.value).where(SlaRule.key == "calendar.hours")).one()
    earlier = {**hours, "make_up": [["09:00", "12:00"]]}

    with city.work(now=FRIDAY) as uow:
        rule_changes.put(uow, "calendar.hours", earlier, source="own", effective_from=FRIDAY + DAY)

    with city.read() as session:
        recount = session.scalars(select(Recount)).one()
        assert (recount.cause, recount.begins_at) == (RecountCause.RULES, FRIDAY + DAY)


@pytest.mark.parametrize(
    ("key", "kind", "more"),
    [
        ("nonsense", NotFound, {}),
        ("redo.rounds", Invalid, {"source": " "}),
        ("redo.rounds", Invalid, {"effective_from": FRIDAY - DAY}),
    ],
)
def test_a_change_that_rests_on_nothing_is_refused(
    city: Database, key: str, kind: type[Exception], more: dict[str, object]
) -> None:
    with pytest.raises(kind), city.work(now=FRIDAY) as uow:
        rule_changes.put(uow, key, 2, **{"source": "own", **more})  # type: ignore[arg-type]


def test_a_roster_by_which_open_limits_count_cannot_go(city: Database) -> None:
    with city.work(now=FRIDAY) as uow:
        factories.category(uow.session, "0402")
        ticket = tickets.open_ticket(uow, NEW)
        clock = clocks.start(uow, Stage.TOTAL, ticket)
        assert clock is not None
        clock.roster = "heating"
        rule_changes.put(uow, "calendar.roster_rows", [], source="own")

    for value, refusal in (({}, "rosters-in-use"), (5, "malformed-rule")):
        with pytest.raises(Invalid, match=refusal), city.work(now=FRIDAY) as uow:
            rule_changes.put(uow, "calendar.rosters", value, source="own")


def test_one_moment_has_one_value(city: Database) -> None:
    with city.work(now=FRIDAY) as uow:
        rule_changes.put(uow, "redo.rounds", 2, source="own")

    with pytest.raises(Conflict, match="value from that moment"), city.work(now=FRIDAY) as uow:
        rule_changes.put(uow, "redo.rounds", 3, source="own")


def _rule(session: object, key: str, at: object) -> rule_changes.KnownRule:
    return next(one for one in rule_changes.listed(session, at) if one.key == key)  # type: ignore[arg-type]


def test_only_the_version_in_force_and_those_to_come_are_read(city: Database) -> None:
    for days in (0, 1):
        published(city, drafted(city, LONGER, now=FRIDAY + days * DAY), now=FRIDAY + days * DAY)
    later = drafted(city, LONGER, now=FRIDAY + DAY)
    published(city, later, now=FRIDAY + DAY, since=FRIDAY + 9 * DAY)

    with city.read() as session:
        today = {row.version for row in book_of(session, ZONE, FRIDAY + DAY).policies}
    with city.read() as session:
        before = {row.version for row in book_of(session, ZONE, FRIDAY - DAY).policies}

    assert today == {3, later}
    # Somebody who asks about an earlier moment finds what held then.
    assert before >= {FIRST, 2, 3}
