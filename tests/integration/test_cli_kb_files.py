"""`hotline kb import | export | bundle | guides` on a real database: what they print, what they leave behind, how they end."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from hotline.kernel.db import Database
from knowledge_base.models import Article
from sla import defaults
from tests import factories
from tests.integration.test_knowledge_import import row
from tests.knowledge_files import table
from web.cli import hotline

Run = Callable[..., Result]


@pytest.fixture
def run(database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    with database.work() as uow:
        defaults.install_defaults(uow)
        factories.category(uow.session, "0402")
    for name, value in (("DATA_DIR", str(tmp_path / "var")), ("DATABASE_URL", database_url), ("SEARCH_URL", "null:")):
        monkeypatch.setenv(f"HOTLINE_{name}", value)
    return lambda *words: CliRunner().invoke(hotline, ["kb", *words])


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    file = tmp_path / "articles.csv"
    file.write_bytes(table([row(), row(标题="退休", 类目="没有")]))
    return file


def count(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Article)) or 0


def test_a_dry_run_names_the_cells_and_brings_in_nothing(run: Run, listed: Path, database: Database) -> None:
    done = run("import", str(listed), "--dry-run")

    assert done.exit_code == 1
    assert "articles.csv:3: category_code: unknown-code: 没有" in done.output
    assert (done.stdout.strip().splitlines()[-1], count(database)) == ("1/2", 0)


def test_what_is_right_is_brought_in_and_goes_out_again(run: Run, listed: Path, database: Database, tmp_path: Path) -> None:
    assert run("import", str(listed), "--becomes", "published").exit_code == 1
    out = tmp_path / "out.jsonl"

    assert run("export", str(out), "--versions").exit_code == 0

    (line,) = out.read_text(encoding="utf-8").splitlines()
    assert (json.loads(line)["title"], count(database)) == ("养老金怎么领", 1)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_was_exported_changes_nothing_when_imported(run: Run, listed: Path, tmp_path: Path, form: str) -> None:
    run("import", str(listed), "--becomes", "published")
    out = tmp_path / f"out.{form}"
    run("export", str(out))

    done = run("import", str(out), "--becomes", "published")

    assert (done.exit_code, done.stdout.strip().splitlines()[-1]) == (0, "0/1")


def test_a_form_nobody_reads_is_refused(run: Run, tmp_path: Path) -> None:
    assert run("export", str(tmp_path / "out.doc")).exit_code == 2


def test_a_bundle_is_written_where_it_is_wanted(run: Run, tmp_path: Path) -> None:
    done = run("bundle", "--public", "--out", str(tmp_path / "usb"))

    (path,) = (tmp_path / "usb").iterdir()
    assert done.stdout.strip().splitlines()[-1] == str(path)
    with zipfile.ZipFile(path) as packed:
        assert {"index.html", "MANIFEST.json", "articles.jsonl"} <= set(packed.namelist())


def test_without_a_platform_there_are_no_guides(run: Run) -> None:
    assert "guides_url" in run("guides", "sync").output
    assert "null:" in run("guides", "show").output
