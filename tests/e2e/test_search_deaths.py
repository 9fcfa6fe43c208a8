"""Search while the processes that write it die: new requests under `kill -9` of the worker, a rebuild killed amid its work.

The filling is in the database only while the rebuild is tried, and answers nothing.
"""

import os
import signal
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from hotline.kernel.db import Database
from knowledge_base.lifecycle import ANSWERING, ArticleState
from knowledge_base.models import Article
from tests.e2e.people import Client, Officer, citizen
from tests.e2e.stage import Stage
from tests.e2e.story import Cast
from tests.e2e.waiting import until
from web.supervisor import hotline_command

pytestmark = pytest.mark.e2e

REQUESTS, DEATHS_AFTER = 24, (4, 12, 20)
PLACE = "翡翠长廊"
QUESTION, ANSWER = "晚上几点后不能施工", "夜间噪声时段和各类噪声谁管"
FILLED, FILLING = "填充条目第", 4000
NOTHING_OWED = "待写入索引的变更 0 项"
BUILDING = "新一代正在建立或曾被中断"
CAUGHT_UP_S = 90.0


@pytest.fixture
def filling(records: Database) -> Iterator[None]:
    """So many articles that a rebuild takes a while; they are withdrawn afterwards."""
    same: dict[str, Any] = {
        "answer_agent": "填充说明",
        "state": ArticleState.PUBLISHED,
        "questions": [],
        "keywords": [],
        "version": 1,
    }
    with records.work() as uow:
        same["updated_at"] = uow.now
        uow.session.execute(insert(Article), [{**same, "title": f"{FILLED}{number}"} for number in range(FILLING)])
    yield
    with records.work() as uow:
        filled = Article.title.startswith(FILLED)
        uow.session.execute(update(Article).where(filled).values(state=ArticleState.WITHDRAWN))


def test_requests_taken_down_while_the_worker_dies_are_all_found(stage: Stage, cast: Cast) -> None:
    agent, resident = cast["agent1"], citizen(stage)
    numbers = set()
    for number in range(REQUESTS):
        if number in DEATHS_AFTER:
            stage.kill("worker")
        told = {
            "type": "complaint",
            "title": f"{PLACE}路灯不亮{number}",
            "body": f"{PLACE}第{number}盏灯不亮",
            "area_code": "9903",
        }
        numbers.add(agent.post("/tickets", {**told, "category_code": "010101", "contact_phone": "19900001901"})["number"])
        assert_answers(resident)

    until(lambda: found(agent) == numbers, what="every request is found", seconds=CAUGHT_UP_S)
    until(lambda: NOTHING_OWED in kb(stage, "status"), what="nothing is owed to the index")
    resident.close()


@pytest.mark.usefixtures("filling")
def test_rebuild_killed_amid_its_work_goes_on_while_search_answers(stage: Stage, records: Database) -> None:
    resident = citizen(stage)
    command = hotline_command("kb", "rebuild")
    with subprocess.Popen(command, env=stage.environment(), stderr=subprocess.PIPE, text=True) as rebuild:  # noqa: S603
        assert rebuild.stderr is not None
        assert rebuild.stderr.read(1)
        os.kill(rebuild.pid, signal.SIGKILL)
    assert BUILDING in kb(stage, "status")
    assert_answers(resident)

    kb(stage, "rebuild")

    told = kb(stage, "status")
    assert BUILDING not in told
    with records.read() as session:
        answering = session.scalar(select(func.count()).where(Article.state.in_(ANSWERING)))
    assert f"{answering}" in told
    assert_answers(resident)
    resident.close()


def assert_answers(resident: Client) -> None:
    """The portal knows the answer."""
    answer = resident.post("/public/answers", {"question": QUESTION})["answer"]
    assert answer["title"] == ANSWER


def found(agent: Officer) -> set[str]:
    """Numbers of the tickets that search finds by the place."""
    return {row["number"] for row in agent.get(f"/tickets?view=all&search={PLACE}&limit=100")["items"]}


def kb(stage: Stage, command: str) -> str:
    """What `hotline kb` prints."""
    done = subprocess.run(  # noqa: S603
        hotline_command("kb", command), env=stage.environment(), capture_output=True, text=True, check=True, timeout=300
    )
    return done.stdout
