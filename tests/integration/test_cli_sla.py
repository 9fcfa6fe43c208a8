"""`hotline sla` on a real database: a sum, a notice looked at and put in, versions, recounts."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline.kernel.db import Database
from sla import defaults
from web.cli import hotline

Run = Callable[..., Result]


@pytest.fixture
def run(database: Database, database_url: str, broker: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    with database.work() as uow:
        defaults.install_defaults(uow)
    for name, value in (("DATA_DIR", str(broker)), ("DATABASE_URL", database_url), ("SEARCH_URL", "null:")):
        monkeypatch.setenv(f"HOTLINE_{name}", value)
    return lambda *words: CliRunner().invoke(hotline, ["sla", *words])


def test_due_prints_the_end_and_the_sum(run: Run) -> None:
    done = run("due", "--start", "2025-09-27 16:40", "--limit", "15 working_days")

    assert done.exit_code == 0, done.output
    assert done.output.startswith("2025-10-23 17:30\n")
    assert "15个工作日" in done.output


@pytest.mark.parametrize("limit", ["soon", "15", "x working_days", "15 moons"])
def test_due_refuses_what_is_no_limit(run: Run, limit: str) -> None:
    assert run("due", "--start", "2025-09-27 16:40", "--limit", limit).exit_code == 2


def test_a_notice_is_looked_at_and_put_in(run: Run, tmp_path: Path) -> None:
    notice = tmp_path / "fictional.csv"
    notice.write_text("2027-01-01,holiday,元旦\n2027-01-04,holiday,元旦\n", encoding="utf-8")

    looked = run("calendar", "import", str(notice), "--year", "2027", "--dry-run")
    assert "0 checked, 0 changed" in looked.output
    assert "not_announced" in run("calendar", "show", "2027").output
    assert "recount 1" in run("calendar", "import", str(notice), "--year", "2027").output

    assert "2027-01-04" in run("calendar", "show", "2027").output
    assert run("recount", "run").exit_code == 0
    assert "finished" in run("recount", "list").output


def test_a_line_that_cannot_be_read_is_named_and_nothing_is_put_in(run: Run, tmp_path: Path) -> None:
    notice = tmp_path / "fictional.csv"
    notice.write_text("2027-01-01,holiday,元旦\n2027-13-01,holiday,元旦\n", encoding="utf-8")

    done = run("calendar", "import", str(notice), "--year", "2027")

    assert done.exit_code == 1
    assert "fictional.csv:2: day: not-a-date" in done.output
    assert "not_announced" in run("calendar", "show", "2027").output


def test_a_version_is_drafted_from_an_example_and_published(run: Run) -> None:
    assert "guangdong" in run("policies", "profiles").output
    assert run("policies", "draft").exit_code == 2
    assert run("policies", "draft", "--profile", "guangdong").output == "2\n"
    assert "10 working_days" in run("policies", "show", "2").output

    assert run("policies", "publish", "2", "--note", "试行").exit_code == 0

    assert run("policies", "list").output.startswith("*   2  published")
