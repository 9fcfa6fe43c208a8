"""The city's own synonyms and vocabulary: kept, read by search without a restart, and what they change."""

from pathlib import Path

import pytest

from hotline.kernel.db import Database
from hotline.kernel.errors import Invalid, NotFound
from hotline.kernel.search.analysis import Analyzer
from knowledge_base import asked, synonyms, vocabulary
from knowledge_base.synonyms import GroupContent, Synonyms
from knowledge_base.vocabulary import CityWords, WordContent


@pytest.fixture
def words(database: Database, tmp_path: Path) -> CityWords:
    return CityWords(Synonyms({"遗失": ("丢失",)}), Analyzer(), now=iter(range(0, 1000, 60)).__next__)


def test_a_group_of_the_city_joins_the_packaged_ones(database: Database, words: CityWords) -> None:
    with database.work() as uow:
        synonyms.put(uow, [GroupContent(None, ["遗失", "搞丢"]), GroupContent(None, ["甲", "乙"], active=False)])
    with database.read() as session:
        words.refresh(session)

    assert words.synonyms["遗失"] == ("丢失", "搞丢")
    assert "甲" not in words.synonyms


def test_a_list_of_groups_is_put_whole(database: Database) -> None:
    with database.work() as uow:
        first, _ = synonyms.put(uow, [GroupContent(None, ["甲", "乙"]), GroupContent(None, ["丙", "丁"])])
        kept = synonyms.put(uow, [GroupContent(first.id, ["甲", "乙", " 戊 ", ""])])

    assert [row.words for row in kept] == [["甲", "乙", "戊"]]


@pytest.mark.parametrize("bad", [["独"], ["甲", " 甲"], ["甲", "乙" * 33], [str(number) for number in range(41)]])
def test_a_group_needs_some_short_words(database: Database, bad: list[str]) -> None:
    with database.work() as uow, pytest.raises(Invalid):
        synonyms.put(uow, [GroupContent(None, bad)])


def test_an_unknown_group_is_named(database: Database) -> None:
    with database.work() as uow, pytest.raises(NotFound):
        synonyms.put(uow, [GroupContent(99, ["甲", "乙"])])


def test_a_word_of_the_city_is_cut_whole_from_then_on(database: Database, words: CityWords) -> None:
    with database.work() as uow:
        vocabulary.put(uow, [WordContent("云泽湾壹号", "place")])
    with database.read() as session:
        words.refresh(session)

    assert "云泽湾壹号" in words.analyzer.tokens("云泽湾壹号停水")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("我叫王小明，身份证330102199001011234丢了", "我叫***，身份证***丢了"),
        ("打我19900001234  没人接", "打我*** 没人接"),
        ("打我199 0000 1234没人接", "打我***没人接"),
        ("电话 199-0000-1234", "电话 ***"),
        ("我叫王小明想问低保", "我叫***想问低保"),
        ("姓名王小明身份证丢了", "姓名***身份证丢了"),
        ("我是农民想办低保", "我是农民想办低保"),
        ("2026-11-22停水吗", "2026-11-22停水吗"),
        ("一三九零零零零一二三四", ""),
        ("  ", ""),
        ("停水了", "停水了"),
    ],
)
def test_nothing_that_tells_a_person_is_written_down(said: str, kept: str) -> None:
    assert asked.masked(said) == kept
