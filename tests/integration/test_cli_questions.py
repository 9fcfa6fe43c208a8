"""`hotline kb questions` on a real database: what counts, as a table and as JSON lines."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline.kernel.db import Database
from knowledge_base.feedback import AskedBy, AskedOutcome, AskedQuestion, QuestionCluster
from sla import defaults
from web.cli import hotline

NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)
Run = Callable[..., Result]


@pytest.fixture
def run(database: Database, database_url: str, broker: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    with database.work() as uow:
        defaults.install_defaults(uow)
        for label, size in (("养狗证在哪里办", 4), ("问过一次", 1)):
            cluster = QuestionCluster(label=label, size=size, first_at=NOW, last_at=NOW)
            uow.session.add(cluster)
            uow.session.flush()
            asked = {"via": AskedBy.CITIZEN, "at": NOW, "outcome": AskedOutcome.NONE}
            uow.session.add(AskedQuestion(text=label, cluster_id=cluster.id, **asked))
    for name, value in (("DATA_DIR", str(broker)), ("DATABASE_URL", database_url), ("SEARCH_URL", "null:")):
        monkeypatch.setenv(f"HOTLINE_{name}", value)
    return lambda *words: CliRunner().invoke(hotline, ["kb", "questions", *words])


def test_questions_that_count_are_listed(run: Run) -> None:
    done = run()

    assert done.exit_code == 0, done.output
    assert done.output == "     4  2026-11-20  养狗证在哪里办\n"


def test_questions_are_given_as_json_lines(run: Run) -> None:
    rows = [json.loads(line) for line in run("--json").output.splitlines()]

    assert [(row["size"], row["label"], row["examples"]) for row in rows] == [(4, "养狗证在哪里办", ["养狗证在哪里办"])]
    assert run("--state", "dismissed", "--json").output == ""
