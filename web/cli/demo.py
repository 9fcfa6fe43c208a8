"""`hotline demo`: the invented city with everything running, a caller, a partner."""

import os
import shutil
from pathlib import Path

import click

from asr.models_check import NO_ENGINE, choose_url, model_places
from hotline.kernel import clock, logs, plugins, settings
from hotline.kernel.errors import Conflict
from hotline.kernel.settings import Settings
from web import ranking_terms, texts
from web.api.demo import demo_accounts
from web.bootstrap import build
from web.cli.demo_call import call
from web.cli.demo_partner import partner
from web.cli.up import address, check_ports, run_all
from web.demo.seed import open_quietly, open_to_search, seed_city, seed_past
from web.keys import secret_key
from web.migrations import upgrade
from web.supervisor import hotline_command

MARK = "demo-city"
PAST = "past"
"""The command, and the process of `start`, that tells the months before the last weeks."""
BESIDES = 10
"""How much less that process may have of the machine than those that serve people, as `nice` counts."""
SHOWN_EACH = 250
PARTNERS = {"110": 1, "platform": 2}
"""Partners that the demo plays, and how many ports after the web server's they listen."""


@click.group("demo")
def demo() -> None:
    """The demo city 云泽市."""


demo.add_command(call)
demo.add_command(partner)


@demo.command("start")
@click.option("--scale", default=1.0, show_default=True, type=click.FloatRange(0.01, 1000), help="Times its usual requests.")
@click.option("--fresh", "begin", flag_value="fresh", default=None, help="Throw away the demo's data and start over.")
def start(*, scale: float, begin: str | None) -> None:
    """Migrate, seed the demo city and run everything until Ctrl-C. A second start keeps the data.

    \b
    hotline demo start --fresh --scale 5
    """
    configured = demo_settings(settings.load())
    logs.configure("WARNING", "demo")
    check_ports(configured)
    if begin == "fresh":
        forget(configured.data_dir)
    seed(configured, scale)
    partners = [(f"partner-{name}", _partner_command(configured, name)) for name in PARTNERS]
    tell_past = (PAST, hotline_command("demo", PAST, "--scale", str(scale)))
    run_all(configured, [*partners, tell_past], welcome, once=[PAST])


@demo.command("seed")
@click.option("--scale", default=1.0, show_default=True, type=click.FloatRange(0.01, 1000), help="Times its usual requests.")
def seed_only(*, scale: float) -> None:
    """Migrate and seed the demo city without running anything. `hotline demo past` tells the months before.

    \b
    HOTLINE_DATA_DIR=/srv/demo hotline demo seed --scale 10
    """
    seed(demo_settings(settings.load()), scale)


@demo.command(PAST)
@click.option("--scale", default=1.0, show_default=True, type=click.FloatRange(0.01, 1000), help="Times its usual requests.")
def past(*, scale: float) -> None:
    """Tell the months before the last weeks of a seeded demo city, then learn from them. `start` does so beside what runs.

    \b
    hotline demo past
    """
    configured = demo_settings(settings.load())
    logs.configure("WARNING", f"demo-{PAST}")
    os.nice(BESIDES)
    container = build(configured)
    quiet = open_to_search(
        container.opened_database.url, container.subscribers, container.database.zone, container.database.vault
    )
    try:
        if seed_past(quiet, scale=scale, now=clock.now(), progress=_show_now_and_then):
            ranking_terms.train(container.database, texts.text("demo.first-ranker"))
    finally:
        quiet.close()
        container.close()


def demo_settings(configured: Settings) -> Settings:
    """The settings of a demonstration: demo pages on, partners played on the next ports unless others are named."""
    played = {name: f"http://127.0.0.1:{configured.port + offset}" for name, offset in PARTNERS.items()}
    return configured.model_copy(update={"demo": True, "linkage_urls": played | configured.linkage_urls})


def seed(configured: Settings, scale: float) -> None:
    """Bring the database up to date and make the city; progress on standard error."""
    configured.data_dir.mkdir(parents=True, exist_ok=True)
    (configured.data_dir / MARK).touch()
    opened = plugins.open_url("hotline.databases", configured.database_url, data_dir=configured.data_dir)
    try:
        click.echo(texts.text("demo.migrating"), err=True)
        upgrade(opened.url, secret=secret_key(configured))
        container = build(configured.model_copy(update={"database_url": opened.url}))
        quiet = open_quietly(opened.url, container.subscribers, container.database.zone, container.database.vault)
        seed_city(quiet, scale=scale, now=clock.now(), progress=_show)
        quiet.close()
        container.close()
    finally:
        opened.close()


def forget(folder: Path) -> None:
    """Delete the demo's data. Raises Conflict for a folder that no demo made."""
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise Conflict(str(folder), reason="not-a-demo", folder=str(folder))
    shutil.rmtree(folder, ignore_errors=True)


def welcome(configured: Settings) -> None:
    """Say where to open it, whom to be, and whether it hears."""
    container = build(configured)
    with container.database.read() as session:
        accounts = demo_accounts(session, texts.DEFAULT)
    container.close()
    click.echo(texts.text("demo.running", address=address(configured)))
    for account in accounts:
        roles = "、".join(texts.text(f"role.{role}") for role in account.roles)
        click.echo(f"  {account.login:<16} {account.password}   {roles}（{'、'.join(account.units)}）")
    engine = choose_url(configured.asr_url, model_places())
    click.echo(texts.text("demo.no-speech") if engine == NO_ENGINE else texts.text("demo.speech", engine=engine))
    click.echo(texts.text("demo.stop"))


def _partner_command(configured: Settings, name: str) -> tuple[str, ...]:
    port = configured.port + PARTNERS[name]
    folder = configured.data_dir.resolve() / "demo-partner"
    return hotline_command("demo", "partner", "--name", name, "--port", str(port), "--data", str(folder))


def _show_now_and_then(what: str, done: int, total: int) -> None:
    """A line each few hundred, since others write to the same terminal."""
    if done >= total or done % SHOWN_EACH == 0:
        click.echo(f"{texts.text(f'demo.seeding-{what}')} {done}/{total}", err=True)


def _show(what: str, done: int, total: int) -> None:
    click.echo(f"\r{texts.text(f'demo.seeding-{what}')} {done}/{total}", err=True, nl=done >= total)
