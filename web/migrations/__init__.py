"""One linear Alembic history of all tables, and the functions that run it without a pyproject at hand."""

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory


def config(url: str) -> Config:
    """Alembic's configuration for that database; works from an installed wheel too."""
    made = Config()
    made.set_main_option("script_location", "web:migrations")
    made.set_main_option("path_separator", "os")
    made.attributes["url"] = url
    return made


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database up to date; does nothing when it is."""
    command.upgrade(config(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Take the database back to an earlier revision, "base" for empty."""
    command.downgrade(config(url), revision)


def check(url: str) -> None:
    """Raise alembic.util.CommandError when the tables differ from the models."""
    command.check(config(url))


def head() -> str | None:
    """The revision that the code wants."""
    return ScriptDirectory.from_config(config("")).get_current_head()
