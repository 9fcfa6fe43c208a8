"""`hotline city init`: an empty database becomes a city that can be signed in to, and no other does."""

from pathlib import Path

import pytest
from apiflask import APIFlask
from click.testing import CliRunner
from sqlalchemy import func, select

from hotline.kernel.db import Database
from hotline.kernel.errors import Invalid
from hotline.people.models import Area, Officer, Unit
from hotline.tickets.models import Category, HandlingPath, Ticket
from sla.models import Policy
from tests.integration.people import Person
from web.city.founding import CityThere, NewCity
from web.cli import hotline
from web.cli.city import found

CITY = NewCity(
    name="某某市", code="9999", hotline_name="某某市12345热线", administrator_login="admin", administrator_name="管理员"
)


def test_city_has_all_it_cannot_begin_without_and_nobody_else(database: Database) -> None:
    found(database, CITY)

    with database.read() as session:
        counts = {
            model.__name__: session.scalar(select(func.count()).select_from(model)) for model in (Area, Unit, Officer, Ticket)
        }
        assert counts == {"Area": 1, "Unit": 1, "Officer": 1, "Ticket": 0}
        for model in (Category, HandlingPath, Policy):
            assert session.scalar(select(func.count()).select_from(model))
        officer = session.scalars(select(Officer)).one()
        assert [(held.role, held.unit.kind) for held in officer.memberships] == [("administrator", "hotline")]
        channels = session.scalars(select(HandlingPath.channel)).all()
        assert not any("{city}" in words for words in channels)
        assert any("某某市" in words for words in channels)


def test_second_city_is_refused_and_changes_nothing(database: Database) -> None:
    found(database, CITY)

    with pytest.raises(CityThere):
        found(database, NewCity("另一市", "8888", "热线", "other", "管理员"))

    with database.read() as session:
        assert session.scalars(select(Area.code)).all() == ["9999"]


def test_chosen_password_that_is_too_short_founds_nothing(database: Database) -> None:
    with pytest.raises(Invalid):
        found(database, CITY, "short")

    with database.read() as session:
        assert session.scalar(select(Area.code)) is None


def test_chosen_password_needs_no_change(database: Database) -> None:
    found(database, CITY, "a long enough one")

    with database.read() as session:
        assert not session.scalars(select(Officer)).one().must_change_password


def test_command_prints_a_password_that_opens_only_the_choice_of_another(
    whole_app: APIFlask, database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _empty(database)
    monkeypatch.setenv("HOTLINE_DATABASE_URL", database_url)
    monkeypatch.setenv("HOTLINE_DATA_DIR", str(tmp_path))
    said = CliRunner().invoke(hotline, ["city", "init", "--name", "某某市", "--code", "9999"])
    assert said.exit_code == 0, said.output
    password = next(word for word in said.output.replace("：", " ").split() if len(word) == 12 and word.isalnum())

    person = Person(whole_app.test_client())
    person.csrf = person.done("POST", "/session", json={"login": "admin", "password": password})["csrf_token"]
    assert person.refused(403, "GET", "/admin/units")["code"] == "password-change-required"
    person.done("PUT", "/session/password", json={"old_password": password, "password": "my own password"})

    assert [unit["kind"] for unit in person.done("GET", "/admin/units")["items"]] == ["hotline"]


def _empty(database: Database) -> None:
    """Without the two units and the rules that every test application begins with."""
    with database.work() as uow:
        for model in (Unit, Category, Area):
            uow.session.query(model).delete()
