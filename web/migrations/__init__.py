"""One linear Alembic history of all tables, and the functions that run it without a pyproject at hand."""

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory


def config(url: str, secret: str = "") -> Config:
    """Alembic's configuration for that database; works from an installed wheel too. `secret` seals words."""
    made = Config()
    made.set_main_option("script_location", "web:migrations")
    made.set_main_option("path_separator", "os")
    made.attributes["url"] = url
    made.attributes["secret"] = secret
    return made


def upgrade(url: str, revision: str = "head", *, secret: str = "") -> None:
    """Bring the database up to date; does nothing when it is. An empty database needs no secret."""
    command.upgrade(config(url, secret), revision)


def downgrade(url: str, revision: str, *, secret: str = "") -> None:
    """Take the database back to an earlier revision, "base" for empty."""
    command.downgrade(config(url, secret), revision)


def check(url: str) -> None:
    """Raise alembic.util.CommandError when the tables differ from the models."""
    command.check(config(url))


def head() -> str | None:
    """The revision that the code wants."""
    return ScriptDirectory.from_config(config("")).get_current_head()
