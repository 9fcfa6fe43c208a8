"""How far an index is behind the database, and which store answers, as operators read it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import SecretStr

from hotline.kernel import clock
from hotline.kernel.settings import Settings, as_environment
from hotline.tickets import tickets
from hotline.tickets.tickets import NewTicket
from tests.conftest import SECRET
from web import health, indexes
from web.bootstrap import Container, build
from web.cli import hotline

DEAD = "elasticsearch://127.0.0.1:9/hotline?timeout=1"


@pytest.fixture
def opened(parts: Container, tmp_path: Path) -> Iterator[Container]:
    """A container whose search is the embedded index in a folder of its own."""
    made = build(settings(parts, tmp_path))
    indexes.ensure_all(made)
    yield made
    made.close()


def settings(parts: Container, folder: Path, **changed: object) -> Settings:
    given = {"data_dir": parts.settings.data_dir, "database_url": parts.settings.database_url, "secret_key": SecretStr(SECRET)}
    return Settings(**{**given, "search_url": f"tantivy://{folder}", **changed})  # type: ignore[arg-type]  # settings by name


def search_part(container: Container) -> health.PartState:
    return next(part for part in health.parts(container) if part.name == "search")


def test_changes_owed_are_counted_with_the_age_of_the_oldest(opened: Container) -> None:
    with opened.database.work(now=clock.now() - timedelta(minutes=10)) as uow:
        tickets.open_ticket(uow, NewTicket("phone", "complaint", "路灯不亮", "路口的路灯三天不亮"))

    found = indexes.standing(opened)

    assert found.owed.waiting == 1
    assert indexes.age_seconds(found.owed, clock.now()) == pytest.approx(600, abs=30)
    assert search_part(opened).attention


def test_an_index_that_is_up_to_date_wants_nothing(opened: Container) -> None:
    part = search_part(opened)

    assert (part.up, part.attention) == (True, False)
    assert "0 articles" in part.detail
    assert "0 changes wait" in part.detail


def test_a_server_that_is_away_is_told_while_the_embedded_index_answers(parts: Container, tmp_path: Path) -> None:
    given = settings(parts, tmp_path, search_url=DEAD, search_fallback_url=f"tantivy://{tmp_path}")
    made = build(Settings(**{**given.model_dump(), "data_dir": parts.settings.data_dir}))
    indexes.ensure_all(made)

    part = search_part(made)
    indexes.catch_up(made)

    made.close()
    assert (part.up, part.attention) == (True, True)
    assert part.detail.startswith("the search server is away since")
    assert "the embedded index answers: tantivy" in part.detail


def test_kb_status_tells_each_index_and_the_lag(opened: Container, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in as_environment(opened.settings).items():
        monkeypatch.setenv(name, value)

    told = CliRunner().invoke(hotline, ["kb", "status"])

    assert told.exit_code == 0, told.output
    assert "知识索引：tantivy 0.27" in told.output
    assert "待写入索引的变更 0 项" in told.output


def test_kb_rebuild_shows_progress_and_rate(opened: Container, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened.database.work() as uow:
        tickets.open_ticket(uow, NewTicket("phone", "complaint", "路灯不亮", "路口的路灯三天不亮"))
    for name, value in as_environment(opened.settings).items():
        monkeypatch.setenv(name, value)

    told = CliRunner().invoke(hotline, ["kb", "rebuild"])

    assert told.exit_code == 0, told.output
    assert "工单索引 1/1" in told.output
