"""`hotline city`: beginning a real city."""

from pathlib import Path
from zoneinfo import ZoneInfo

import click

from hotline.kernel import plugins, settings
from hotline.kernel.db import Database
from hotline.kernel.errors import Invalid
from hotline.kernel.events import Subscribers, recorder
from hotline.kernel.settings import Settings
from hotline.people import sessions
from web import errors, texts
from web.bootstrap import build, open_vault
from web.city.divisions import Outcome, city_of, put_divisions, read_divisions
from web.city.founding import NewCity, check_empty, found_city
from web.keys import secret_key
from web.migrations import upgrade


@click.group("city")
def city() -> None:
    """A real city, without anything of the demo."""


@city.command("init")
@click.option("--name", required=True, help="Name of the city, such as 某某市.")
@click.option("--code", required=True, help="Code of its area (GB/T 2260), such as 3301.")
@click.option("--hotline", "hotline_name", default="", help="Name of the hotline's own unit; made of the city's name if empty.")
@click.option("--admin-login", default="admin", show_default=True, help="Login of the first administrator.")
@click.option("--admin-name", default="", help="Name of the first administrator; the role's name if empty.")
@click.option("--ask-password", "ask", flag_value="ask", default=None, help="Type the administrator's password now.")
def init(*, name: str, code: str, hotline_name: str, admin_login: str, admin_name: str, ask: str | None) -> None:
    """Migrate an empty database and begin a city in it: area, hotline, rules, categories and the first administrator.

    Prints a first password that must be changed at the first sign-in. Refuses when a city is there already.

    \b
    hotline city init --name 某某市 --code 9999 --admin-login admin
    hotline up
    """
    wanted = NewCity(
        name=name,
        code=code,
        hotline_name=hotline_name or texts.text("city.hotline", city=name),
        administrator_login=admin_login,
        administrator_name=admin_name or texts.text("role.administrator"),
    )
    chosen = click.prompt(texts.text("login.password"), hide_input=True, confirmation_prompt=True) if ask else ""
    password = begin(settings.load(), wanted, chosen)
    click.echo(texts.text("city.begun", city=name, login=admin_login))
    if not chosen:
        click.echo(texts.text("city.first-password", password=password))
    click.echo(texts.text("city.next"))


@city.command("import-divisions")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dry-run", "only_looked", flag_value="dry", default=None, help="Only count what would change.")
def import_divisions(*, folder: Path, only_looked: str | None) -> None:
    """Bring in the city's districts and streets from a FOLDER with areas.csv and streets.csv of the whole country.

    The city is the one of `city init`, by its code. Names are the list's; nothing is ever deleted; safe to repeat. Such a list
    is modood/Administrative-divisions-of-China (WTFPL), folder dist.

    \b
    hotline city import-divisions divisions/ --dry-run
    hotline city import-divisions divisions/
    """
    container = build(settings.load())
    try:
        click.echo(_counted(bring_in(container.database, folder, only_looked)))
    except Invalid as error:
        raise click.ClickException(errors.message(error, texts.DEFAULT)) from error
    finally:
        container.close()


def bring_in(database: Database, folder: Path, only_looked: str | None) -> Outcome:
    """Put the divisions of the city into `area`; with `only_looked` nothing is kept. Raises Invalid."""
    with database.work() as uow:
        outcome = put_divisions(uow, read_divisions(folder, city_of(uow.session)))
        if only_looked:
            uow.session.rollback()
            uow.deliveries.clear()
    return outcome


def _counted(outcome: Outcome) -> str:
    return texts.text("city.divisions", **vars(outcome))


def begin(configured: Settings, wanted: NewCity, chosen: str = "") -> str:
    """Migrate and begin the city; gives the first password, or the `chosen` one. Raises CityThere, Invalid."""
    configured.data_dir.mkdir(parents=True, exist_ok=True)
    opened = plugins.open_url("hotline.databases", configured.database_url, data_dir=configured.data_dir)
    try:
        upgrade(opened.url, secret=secret_key(configured))
        # Nobody listens yet: events are kept, and nothing is owed to anyone.
        quiet = Database(
            opened.url,
            recorder=recorder(Subscribers()),
            put=_ring_nobody,
            zone=ZoneInfo(configured.timezone),
            vault=open_vault(configured),
        )
        try:
            return found(quiet, wanted, chosen)
        finally:
            quiet.close()
    finally:
        opened.close()


def found(database: Database, wanted: NewCity, chosen: str = "") -> str:
    """Begin the city in a migrated database, all or nothing."""
    with database.work() as uow:
        check_empty(uow.session)
        officer, password = found_city(uow, wanted)
        if chosen:
            sessions.change_password(uow, officer.id, old=password, new=chosen)
        return chosen or password


def _ring_nobody(delivery_id: int) -> None:
    """Nothing is owed, so nobody is rung."""
