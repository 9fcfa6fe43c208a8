"""The lexicon of speech: made of the city's names, refreshed when they change, hot by season."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from asr.engine import Hypothesis
from asr.shown import show
from asr.wording.lexicon import Lexicon
from asr.wording.punctuation import Mark
from hotline.kernel.db import Database
from hotline.kernel.errors import Unavailable
from hotline.people.models import Place
from sla import defaults
from tests import factories
from web.heard_text import HeardText
from web.lexicon import KEPT_SECONDS, KeptLexicon

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def city(database: Database) -> Database:
    with database.work() as uow:
        defaults.install_defaults(uow)
        factories.area(uow.session, name="云泽市")
        factories.area(uow.session, "9907", name="安河区", level="district", parent_code="99")
        uow.session.add(Place(name="桂影路", kind="road", area_code="9907"))
        uow.session.add(Place(name="翠湖花园", kind="estate", area_code="9907", aliases=["老酒厂宿舍"]))
        factories.unit(uow.session, "U1").name = "安河区水务局"
        factories.category(uow.session, "0402").name = "流动摊贩"
    return database


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("我在贵影路上", "我在桂影路上。"),
        ("翠虎花园三号楼", "翠湖花园3号楼。"),
        ("翠虎小区三号楼", "翠湖小区3号楼。"),
        ("老九厂宿舍停水了", "老酒厂宿舍停水了。"),
        ("安和区水务局不管", "安河区水务局不管。"),
        ("门口都是流动摊饭", "门口都是流动摊贩。"),
    ],
)
def test_names_of_places_units_and_subjects_are_put_right(city: Database, raw: str, shown: str) -> None:
    with city.read() as session:
        assert show(raw, KeptLexicon(ZONE)(session)).text == shown


def test_a_new_name_is_known_when_the_lexicon_was_told_to_forget(city: Database) -> None:
    kept = KeptLexicon(ZONE)
    with city.read() as session:
        assert show("在沉乡街", kept(session)).text == "在沉乡街。"
    with city.work() as uow:
        uow.session.add(Place(name="沉香街", kind="road", area_code="9907"))

    with city.read() as session:
        assert show("在沉乡街", kept(session)).text == "在沉乡街。"
        kept.forget()
        assert show("在沉乡街", kept(session)).text == "在沉香街。"


def test_an_unchanged_city_is_not_read_into_a_new_index(city: Database) -> None:
    kept = KeptLexicon(ZONE)
    with city.read() as session:
        first = kept(session)
        assert kept(session).sounds is first.sounds


@pytest.mark.parametrize(("month", "shown"), [(1, "供暖不热。"), (7, "公暖不热。")])
def test_words_of_the_heating_season_are_names_only_then(city: Database, month: int, shown: str) -> None:
    kept = KeptLexicon(ZONE, now=lambda: datetime(2026, month, 15, tzinfo=UTC))

    with city.read() as session:
        assert show("公暖不热", kept(session)).text == shown


def test_a_connection_that_breaks_while_names_are_read_is_waited_for_and_costs_no_words(city: Database) -> None:
    heard_text, said = HeardText(ZONE), Hypothesis("我在贵影路上", True, 0.0, 1.0)

    def show_with_a_broken_connection() -> None:
        with city.work() as uow, city.work() as other:
            broken = uow.session.scalar(text("select pg_backend_pid()"))
            other.session.execute(text("select pg_terminate_backend(:pid)"), {"pid": broken})
            heard_text(uow.session, said)

    with pytest.raises(Unavailable):
        show_with_a_broken_connection()
    with city.read() as session:
        assert heard_text(session, said).text == "我在桂影路上。"


def test_calls_go_on_with_the_names_there_were_while_a_changed_city_is_made_ready(city: Database) -> None:
    now, may_go_on, makings = [0.0], threading.Event(), list[int]()

    def make(*made: Any) -> Lexicon:
        makings.append(1)
        assert len(makings) == 1 or may_go_on.wait(10)
        return Lexicon.of(*made)

    kept = KeptLexicon(ZONE, make=make, monotonic=lambda: now[0])
    with city.read() as session:
        kept(session)
    with city.work() as uow:
        uow.session.add(Place(name="沉香街", kind="road", area_code="9907"))
    now[0] = KEPT_SECONDS + 1

    with city.read() as session:
        assert [show("在沉乡街", kept(session)).text for _ in range(2)] == ["在沉乡街。"] * 2
        may_go_on.set()
        until(lambda: show("在沉乡街", kept(session)).text == "在沉香街。")
    assert len(makings) == 2


class Breaking:
    """A punctuator that quotes what was said when it fails."""

    def marks(self, text: str, pauses: Sequence[int]) -> Sequence[Mark]:
        raise ValueError("cannot read 一三八一二三四五六七八")


def test_a_rule_that_fails_tells_the_log_where_and_nothing_of_what_was_said(
    city: Database, caplog: pytest.LogCaptureFixture
) -> None:
    heard_text = HeardText(ZONE, Breaking())

    with city.read() as session, caplog.at_level(logging.ERROR):
        shown = heard_text(session, Hypothesis("电话一三八一二三四五六七八", True, 0.0, 1.0))

    assert shown.text == "电话13812345678"
    assert "ValueError" in caplog.text
    assert "test_lexicon_kept.py" in caplog.text
    assert "一三八" not in caplog.text


def until(question: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not question():
        assert time.monotonic() < deadline
        time.sleep(0.02)
