"""Sessions as browsers have them: lock-out, first password, ending everywhere, and the citizen's lost query code."""

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from hotline.kernel.db import Database
from hotline.kernel.events import StoredEvent
from hotline.people import officers, sessions
from hotline.people.models import Officer, Unit
from hotline.people.permissions import Role
from hotline.tickets.events import QueryCodeRenewed
from hotline.tickets.models import Ticket
from tests.integration.people import Person, SignIn
from web.bootstrap import Container
from web.open_sockets import OpenSockets

PASSWORD = "right password"
PHONE = "19900000001"
SUBMISSION = {"text": "听涛路的路灯三天没有亮了，请尽快修好", "phone": PHONE, "submission_key": "sessions-1"}


@pytest.fixture
def li(parts: Container) -> int:
    """An officer of U1 with a password."""
    with parts.database.work() as uow:
        officer = officers.create_officer(uow, login="li", name="李工", password=PASSWORD)
        officers.add_role(uow, officer, uow.session.query(Unit).filter_by(code="U1").one().id, Role.LIAISON)
        return officer.id


def signed_in(app: APIFlask, password: str = PASSWORD) -> Person:
    person = Person(app.test_client())
    person.csrf = person.done("POST", "/session", json={"login": "li", "password": password})["csrf_token"]
    return person


def test_account_locks_and_says_for_how_long(whole_app: APIFlask, citizen: Person, li: int) -> None:
    wrong = {"login": "li", "password": "wrong password"}
    limits = whole_app.extensions["hotline"].settings.lock_after_wrong_passwords
    for _ in range(limits - 1):
        citizen.refused(401, "POST", "/session", json=wrong)

    error = citizen.refused(429, "POST", "/session", json=wrong)

    assert error["code"] == "account-locked"
    assert error["details"]["minutes"] == 15


def test_nothing_is_open_before_the_first_password_is_changed(whole_app: APIFlask, database: Database, li: int) -> None:
    with database.work() as uow:
        first = sessions.give_first_password(uow, officers.get(uow.session, li))
    person = signed_in(whole_app, first)

    assert person.refused(403, "GET", "/tickets?view=all")["code"] == "password-change-required"
    assert person.client.get("/inbox").location == "/password"
    person.done("PUT", "/session/password", json={"old_password": first, "password": "my own password"})

    assert person.client.get("/password").status_code == 200
    person.done("GET", "/tickets?view=all")


def test_changing_the_password_ends_all_other_sessions(whole_app: APIFlask, li: int) -> None:
    here, there = signed_in(whole_app), signed_in(whole_app)

    here.done("PUT", "/session/password", json={"old_password": PASSWORD, "password": "my own password"})

    here.done("GET", "/session")
    there.refused(401, "GET", "/session")


def test_signing_out_everywhere_ends_this_session_too(whole_app: APIFlask, li: int) -> None:
    here, there = signed_in(whole_app), signed_in(whole_app)

    here.done("DELETE", "/session/everywhere")

    for person in (here, there):
        person.refused(401, "GET", "/session")


@pytest.mark.parametrize("path", ["reset-password", "sign-out", "close"])
def test_administrator_ends_an_officers_sessions(whole_app: APIFlask, sign_in: SignIn, li: int, path: str) -> None:
    administrator, person = sign_in("administrator"), signed_in(whole_app)

    administrator.done("POST", f"/admin/officers/{li}/{path}")

    person.refused(401, "GET", "/session")


def test_unit_administrator_reaches_only_the_own_people(sign_in: SignIn, li: int) -> None:
    sign_in("unit_admin", "U1").done("POST", f"/admin/officers/{li}/reset-password")

    sign_in("unit_admin", "U2").refused(404, "POST", f"/admin/officers/{li}/reset-password")


def test_page_form_refuses_two_passwords_that_differ_and_keeps_the_session(whole_app: APIFlask, li: int) -> None:
    person = signed_in(whole_app)
    sent = {"csrf_token": person.csrf, "old": PASSWORD, "new": "my own password", "again": "another one"}

    assert person.client.post("/password", data=sent).status_code == 422
    person.done("GET", "/session")


def test_sockets_of_an_ended_session_are_cut(database: Database, li: int) -> None:
    cut: list[str] = []
    sockets = OpenSockets(database, cut.append, every_seconds=3600)
    sockets.opened("old", li, 0)
    with database.work() as uow:
        sessions.end_everywhere(uow, uow.session.get_one(Officer, li))
    sockets.opened("new", li, 1)

    assert sockets.sweep() == cut == ["old"]


@pytest.mark.parametrize(("phone", "renewed"), [(PHONE, True), ("19900000009", False)])
def test_lost_code_is_renewed_for_the_right_telephone_only(
    citizen: Person, database: Database, phone: str, renewed: bool
) -> None:
    sent = citizen.done("POST", "/public/tickets", json=SUBMISSION)

    answer = citizen.done("POST", f"/public/tickets/{sent['number']}/lost-code", json={"phone": phone})

    assert answer == {"ok": True}
    assert (_code(database, sent["number"]) != sent["query_code"]) == renewed
    assert (QueryCodeRenewed.name in _events(database)) == renewed


def test_lost_code_of_a_confidential_ticket_is_never_sent(citizen: Person, database: Database) -> None:
    sent = citizen.done("POST", "/public/tickets", json=SUBMISSION | {"confidential": True})

    for number in (sent["number"], "000000000000"):
        assert citizen.done("POST", f"/public/tickets/{number}/lost-code", json={"phone": PHONE}) == {"ok": True}

    assert _code(database, sent["number"]) == sent["query_code"]


def test_lost_codes_are_slowed_down(citizen: Person, database: Database) -> None:
    number = citizen.done("POST", "/public/tickets", json=SUBMISSION)["number"]
    for _ in range(5):
        citizen.done("POST", f"/public/tickets/{number}/lost-code", json={"phone": PHONE})

    citizen.refused(429, "POST", f"/public/tickets/{number}/lost-code", json={"phone": PHONE})


def _code(database: Database, number: str) -> str:
    with database.read() as session:
        return session.scalars(select(Ticket.query_code).where(Ticket.number == number)).one()


def _events(database: Database) -> set[str]:
    with database.read() as session:
        return set(session.scalars(select(StoredEvent.name)))
