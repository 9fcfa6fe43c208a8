"""Officers: accounts and passwords, lock-out, roles in units, leave with a stand-in, and who may administer whom."""

from datetime import timedelta

import pytest

from hotline.kernel.db import Database
from hotline.kernel.errors import Forbidden, HotlineError, Invalid, NotFound
from hotline.kernel.scope import Scope
from hotline.people import absences, officers, sessions, units
from hotline.people.absences import AbsenceOverlaps
from hotline.people.administering import realm_of
from hotline.people.models import Absence, Officer, Unit
from hotline.people.officers import LastAdministrator, LoginTaken, RoleIn
from hotline.people.permissions import Role, scope_of
from hotline.people.sessions import AccountLocked, LockPolicy, WrongCredentials
from tests import factories
from tests.factories import NOON

PASSWORD = "right password"
POLICY = LockPolicy(after_wrong=3, minutes=15)


@pytest.fixture
def hotline_unit(database: Database) -> Unit:
    with database.work() as uow:
        return factories.unit(uow.session, "HOTLINE", kind="hotline")


@pytest.fixture
def bureau(database: Database) -> Unit:
    with database.work() as uow:
        return factories.unit(uow.session, "BUREAU")


def account(database: Database, login: str = "li", *, role: Role | None = None, unit: Unit | None = None) -> int:
    with database.work(now=NOON) as uow:
        made = officers.create_officer(uow, login=login, name="李工", password=PASSWORD)
        if role is not None and unit is not None:
            officers.add_role(uow, made, unit.id, role)
        return made.id


def tries(database: Database, login: str, password: str, minutes: int = 0) -> str:
    with database.work(now=NOON + timedelta(minutes=minutes)) as uow:
        tried = sessions.attempt(uow, login, password, POLICY)
    try:
        return tried.result().login
    except HotlineError as error:
        return error.code


def test_officer_is_known_by_password_only(database: Database, bureau: Unit) -> None:
    account(database, " Li ", role=Role.LIAISON, unit=bureau)

    assert tries(database, "LI", PASSWORD) == "li"
    for login, password in [("li", "wrong password"), ("nobody", PASSWORD), ("li\x00x", "x" * 100_000)]:
        assert tries(database, login, password) == WrongCredentials.code


def test_closed_account_looks_like_a_wrong_password(database: Database, hotline_unit: Unit) -> None:
    account(database, "head", role=Role.ADMINISTRATOR, unit=hotline_unit)
    officer_id = account(database)
    with database.work() as uow:
        officers.close_officer(uow, officers.get(uow.session, officer_id))

    assert tries(database, "li", PASSWORD) == WrongCredentials.code


def test_login_is_taken_and_passwords_have_a_length(database: Database) -> None:
    account(database)

    with database.work() as uow:
        with pytest.raises(LoginTaken):
            officers.create_officer(uow, login="LI", name="另一人", password=PASSWORD)
        for password in ("short", "x" * 257):
            with pytest.raises(Invalid):
                officers.create_officer(uow, login="zhao", name="赵工", password=password)


def test_account_locks_after_wrong_passwords_and_opens_by_time(database: Database) -> None:
    account(database)

    assert [tries(database, "li", "wrong password") for _ in range(3)] == [*(WrongCredentials.code,) * 2, AccountLocked.code]
    assert tries(database, "li", PASSWORD, minutes=14) == AccountLocked.code
    assert tries(database, "li", PASSWORD, minutes=15) == "li"


def test_right_password_forgets_the_wrong_ones(database: Database) -> None:
    account(database)
    for password in ("wrong password", "wrong password", PASSWORD, "wrong password"):
        tries(database, "li", password)

    assert tries(database, "li", PASSWORD) == "li"


def test_administrator_unlocks_at_once(database: Database) -> None:
    officer_id = account(database)
    for _ in range(3):
        tries(database, "li", "wrong password")

    with database.work() as uow:
        sessions.unlock(uow, officers.get(uow.session, officer_id))

    assert tries(database, "li", PASSWORD) == "li"


def test_first_password_must_be_changed_and_ends_sessions(database: Database) -> None:
    officer_id = account(database)

    with database.work() as uow:
        made = sessions.give_first_password(uow, officers.get(uow.session, officer_id))
    assert tries(database, "li", PASSWORD) == WrongCredentials.code
    assert tries(database, "li", made) == "li"

    with database.work() as uow:
        assert uow.session.get_one(Officer, officer_id).must_change_password
        sessions.change_password(uow, officer_id, old=made, new="another password")
    with database.read() as session:
        officer = session.get_one(Officer, officer_id)
        assert (officer.must_change_password, officer.session_no) == (False, 2)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [("wrong password", "another password", "old_password"), (PASSWORD, PASSWORD, "password"), (PASSWORD, "short", "password")],
)
def test_password_is_not_changed_for_a_bad_one(database: Database, old: str, new: str, field: str) -> None:
    officer_id = account(database)

    with database.work() as uow, pytest.raises(Invalid) as refused:
        sessions.change_password(uow, officer_id, old=old, new=new)

    assert refused.value.details["field"] == field


def test_roles_in_several_units_count_together(database: Database, bureau: Unit, hotline_unit: Unit) -> None:
    officer_id = account(database)

    with database.work() as uow:
        wanted = [RoleIn(bureau.id, "liaison"), RoleIn(bureau.id, "handler"), RoleIn(hotline_unit.id, "knowledge_editor")]
        officers.set_roles(uow, officers.get(uow.session, officer_id), wanted)
        scope = scope_of(officers.get(uow.session, officer_id), units.superiors(uow.session))

    assert scope.roles == {"liaison", "handler", "knowledge_editor"}
    assert scope.member_unit_ids == {bureau.id, hotline_unit.id}


@pytest.mark.parametrize(("role", "rule"), [("king", "unknown-role"), ("dispatcher", "hotline-role-elsewhere")])
def test_role_that_does_not_belong_there_is_refused(database: Database, bureau: Unit, role: str, rule: str) -> None:
    officer_id = account(database)

    with database.work() as uow, pytest.raises(Invalid) as refused:
        officers.set_roles(uow, officers.get(uow.session, officer_id), [RoleIn(bureau.id, role)])

    assert refused.value.details["rule"] == rule


def test_last_administrator_stays(database: Database, hotline_unit: Unit) -> None:
    officer_id = account(database, role=Role.ADMINISTRATOR, unit=hotline_unit)

    with database.work() as uow:
        with pytest.raises(LastAdministrator):
            officers.set_roles(uow, officers.get(uow.session, officer_id), [RoleIn(hotline_unit.id, "agent")])
        uow.session.rollback()
    with database.work() as uow:
        with pytest.raises(LastAdministrator):
            officers.close_officer(uow, officers.get(uow.session, officer_id))
        uow.session.rollback()


def test_stand_in_holds_the_roles_only_while_the_leave_lasts(database: Database, bureau: Unit, hotline_unit: Unit) -> None:
    away, stands_in = account(database, role=Role.SIGNING_HEAD, unit=bureau), account(database, "zhao")
    with database.work(now=NOON) as uow:
        starts_at, ends_at = NOON + timedelta(days=1), NOON + timedelta(days=3)
        absences.enter(uow, officer_id=away, stand_in_id=stands_in, starts_at=starts_at, ends_at=ends_at)

    with database.read() as session:
        officer = officers.get(session, stands_in)
        held = [
            scope_of(officer, units.superiors(session), absences.lent_to(session, stands_in, NOON + timedelta(days=day))).held
            for day in (0, 1, 2, 3)
        ]

    assert held == [frozenset(), *(frozenset({(bureau.id, "signing_head")}),) * 2, frozenset()]


def test_what_is_lent_is_not_lent_on(database: Database, bureau: Unit) -> None:
    away, second, third = account(database, role=Role.SIGNING_HEAD, unit=bureau), account(database, "b"), account(database, "c")
    with database.work(now=NOON) as uow:
        end = NOON + timedelta(days=3)
        absences.enter(uow, officer_id=away, stand_in_id=second, starts_at=NOON, ends_at=end)
        uow.session.add(Absence(officer_id=second, stand_in_id=third, starts_at=NOON, ends_at=end))
        uow.session.flush()

        assert absences.lent_to(uow.session, third, NOON) == []


@pytest.mark.parametrize("who", ["officer", "stand-in"])
def test_leave_that_overlaps_is_refused(database: Database, who: str) -> None:
    away, stands_in, third = account(database), account(database, "b"), account(database, "c")
    end = NOON + timedelta(days=3)
    with database.work(now=NOON) as uow:
        busy = away if who == "officer" else stands_in
        absences.enter(uow, officer_id=busy, stand_in_id=third, starts_at=NOON, ends_at=end)

        with pytest.raises(AbsenceOverlaps):
            absences.enter(uow, officer_id=away, stand_in_id=stands_in, starts_at=NOON + timedelta(days=2), ends_at=end)


def test_leave_ended_early_takes_the_roles_back(database: Database, bureau: Unit) -> None:
    away, stands_in = account(database, role=Role.SIGNING_HEAD, unit=bureau), account(database, "zhao")
    with database.work(now=NOON) as uow:
        end = NOON + timedelta(days=3)
        absences.enter(uow, officer_id=away, stand_in_id=stands_in, starts_at=NOON, ends_at=end)

    later = NOON + timedelta(hours=1)
    with database.work(now=later) as uow:
        absences.end(uow, absences.listed(uow.session, later)[0])

        assert absences.lent_to(uow.session, stands_in, later) == []


def test_unit_administrator_manages_only_the_own_subtree(database: Database, bureau: Unit, hotline_unit: Unit) -> None:
    with database.work() as uow:
        below = factories.unit(uow.session, "BELOW", territorial_id=bureau.id)
        other = factories.unit(uow.session, "OTHER")
        colleague = factories.officer(uow.session, "colleague", roles=("handler",), in_unit=below)
        stranger = factories.officer(uow.session, "stranger", roles=("handler",), in_unit=other)
        both = factories.officer(uow.session, "both", roles=("handler",), in_unit=below)
        officers.add_role(uow, both, other.id, Role.HANDLER)
        tree = units.superiors(uow.session)
        realm = realm_of(_unit_admin(bureau.id), tree)

        realm.check_officer(colleague)
        realm.check_roles([RoleIn(below.id, "liaison")])
        with pytest.raises(NotFound):
            realm.check_officer(stranger)
        with pytest.raises(Forbidden):
            realm.check_officer(both)
        for wanted in ([RoleIn(other.id, "liaison")], [RoleIn(bureau.id, "agent")], [RoleIn(bureau.id, "administrator")], []):
            with pytest.raises(Forbidden):
                realm.check_roles(wanted)


def test_others_administer_nothing() -> None:
    with pytest.raises(Forbidden):
        realm_of(Scope(officer_id=1, roles=frozenset({"liaison"}), held=frozenset({(1, "liaison")})), {})


def _unit_admin(unit_id: int) -> Scope:
    held = frozenset({(unit_id, Role.UNIT_ADMIN.value)})
    return Scope(officer_id=1, roles=frozenset({Role.UNIT_ADMIN.value}), held=held)
