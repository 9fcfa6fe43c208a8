"""Which questions mean the same: near-identical ones and other wordings join, questions of another matter do not. Pure."""

from collections.abc import Mapping

import pytest

from hotline.kernel.search.analysis import Analyzer, packaged_words
from hotline.kernel.search.null import NullBackend
from hotline.kernel.search.query import Search
from knowledge_base import clustering, rules
from knowledge_base.clustering import Neighbourhood
from knowledge_base.grouping import Grouper, Proposed
from knowledge_base.policy import packaged_policy
from sla import packaged

RULES = rules.read(packaged.rule_values()).questions

POLICY = packaged_policy()
GROUPER = Grouper(
    Search(NullBackend(), Analyzer(packaged_words()), POLICY.synonyms), POLICY.filler, RULES, lambda *_: Proposed()
)
ALIKE = RULES.alike
cut = GROUPER.cut


def nothing(text: str) -> Mapping[int, float]:
    return {}


def alike(one: str, other: str) -> float:
    return clustering.alike(cut(one), cut(other), {}, nothing)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("养狗证在哪里办", "请问养狗证在哪里办呀"),
        ("无人机飞行要报备吗", "无人机飞行需要报备吗"),
        ("共享单车押金怎么退", "共享单车的押金退不了怎么退"),
        ("喂你好", "喂你好"),
    ],
)
def test_other_wordings_of_the_same_are_alike(one: str, other: str) -> None:
    assert alike(one, other) >= ALIKE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("身份证怎么补办", "居住证怎么补办"),
        ("养狗证在哪里办", "健康证在哪里办"),
        ("共享单车押金怎么退", "健身卡押金怎么退"),
        ("养狗证在哪里办", ""),
        ("喂你好", "谢谢再见"),
    ],
)
def test_questions_of_another_matter_are_not_alike(one: str, other: str) -> None:
    assert alike(one, other) < ALIKE


def test_telling_words_count_more_than_common_ones() -> None:
    one, other = cut("无人机报备流程"), cut("无人机培训流程")

    told = clustering.alike_in_words(one, other, {"报备": 6.0, "培训": 6.0, "无人机": 1.0, "流程": 1.0})

    assert told < clustering.alike_in_words(one, other, {})


def test_words_of_one_meaning_are_the_same_word() -> None:
    assert alike("驾照到期", "驾驶证到期") > alike("驾照到期", "社保卡到期")


@pytest.mark.parametrize(
    ("found", "found_too", "order"),
    [({1: 0.8, 2: 0.6}, {1: 0.8, 2: 0.6}, 1), ({1: 1.0}, {2: 1.0}, -1), ({1: 1.0}, {}, -1), ({}, {}, 0)],
)
def test_questions_are_closer_when_they_nearly_find_the_same_articles(
    found: dict[int, float], found_too: dict[int, float], order: int
) -> None:
    one, other = cut("一辆破车停了半年"), cut("破车长期停着谁拖走")
    nearby = {one.text: found, other.text: found_too}

    told, said = clustering.alike(one, other, {}, nearby.__getitem__), clustering.alike_in_words(one, other, {})

    assert (told > said) - (told < said) == order


def test_what_shares_no_word_is_not_joined_by_what_it_found() -> None:
    known = Neighbourhood([(1, cut("无人机报备"))])

    assert known.nearest(cut("公园几点开门"), {}, lambda text: {5: 1.0}, ALIKE) is None


def test_being_alike_is_mutual_and_whole_for_the_same() -> None:
    one, other = "无人机飞行要报备吗", "无人机在哪里报备"

    assert alike(one, other) == alike(other, one)
    assert alike(one, one) == 1.0


def test_a_question_joins_the_nearest_cluster_and_the_older_of_equals() -> None:
    known = Neighbourhood([(7, cut("养狗证在哪里办")), (3, cut("养狗证在哪里办")), (5, cut("无人机报备"))])

    assert known.nearest(cut("养狗证到哪里办"), {}, nothing, ALIKE) == 3
    assert known.nearest(cut("公园几点开门"), {}, nothing, ALIKE) is None


def test_a_cluster_is_found_once_it_was_added() -> None:
    known = Neighbourhood([])
    known.add(1, cut("无人机报备"))

    assert known.nearest(cut("无人机怎么报备"), {}, nothing, ALIKE) == 1


def test_the_plainest_is_the_one_most_like_the_others_and_then_the_shortest() -> None:
    cuts = [cut(text) for text in ("请问一下无人机报备要带什么材料到哪里去办", "无人机报备", "无人机怎么报备")]

    assert clustering.plainest(cuts, {}).text in ("无人机报备", "无人机怎么报备")
    assert clustering.plainest(cuts[1:2], {}).text == "无人机报备"
