"""`hotline db`: migrations of the configured database."""

import click

from hotline.kernel import plugins, settings
from web import migrations, texts
from web.embedded import OpenedDatabase
from web.keys import secret_key


@click.group("db")
def db() -> None:
    """The database's tables."""


@db.command("upgrade")
@click.option("--revision", default="head", show_default=True, help="Revision to go to.")
def upgrade(revision: str) -> None:
    """Bring the tables up to date.

    \b
    hotline db upgrade
    """
    opened = _open()
    migrations.upgrade(opened.url, revision, secret=secret_key(settings.load()))
    opened.close()
    click.echo(texts.text("db.upgraded", revision=revision))


@db.command("check")
def check() -> None:
    """Say whether the tables are those the code wants.

    \b
    hotline db check
    """
    opened = _open()
    migrations.check(opened.url)
    opened.close()


def _open() -> OpenedDatabase:
    configured = settings.load()
    configured.data_dir.mkdir(parents=True, exist_ok=True)
    opened: OpenedDatabase = plugins.open_url("hotline.databases", configured.database_url, data_dir=configured.data_dir)
    return opened
