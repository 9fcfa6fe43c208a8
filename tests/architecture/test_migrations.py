"""One line of migrations, that makes exactly the tables of the models, and takes them away again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect

from tests.architecture.sources import PACKAGES, VERSIONS
from web import embedded, migrations
from web.embedded import PostgresServer
from web.models import metadata


@pytest.fixture
def empty_url(postgres: PostgresServer, worker_id: str) -> Iterator[str]:
    """A database without tables."""
    name = f"migrations_{worker_id}"
    postgres.psql(f"drop database if exists {name};")
    yield embedded.create_database(postgres, name)
    postgres.psql(f"drop database {name} with (force);")


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    found = set(inspect(engine).get_table_names())
    engine.dispose()
    return found


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory.from_config(migrations.config("")).get_heads()) == 1


def test_migrations_make_what_the_models_say_and_go_back_and_forth(empty_url: str) -> None:
    migrations.upgrade(empty_url)
    migrations.check(empty_url)
    assert tables(empty_url) == {*metadata().tables, "alembic_version"}

    migrations.downgrade(empty_url, "base")
    assert tables(empty_url) == {"alembic_version"}

    migrations.upgrade(empty_url)
    migrations.check(empty_url)


def test_upgrading_twice_changes_nothing(empty_url: str) -> None:
    migrations.upgrade(empty_url)

    migrations.upgrade(empty_url)

    migrations.check(empty_url)


def test_migrations_import_no_code_of_ours() -> None:
    imports = {line.split()[1].split(".")[0] for path in VERSIONS.glob("*.py") for line in _import_lines(path)}

    assert imports.isdisjoint(PACKAGES)


def _import_lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith(("import ", "from "))]
