"""The judge beside the words of danger: what it hears, what it calms, and how its weights are made."""

import math
import statistics
from time import perf_counter

import numpy as np
import pytest

from hotline.intake import risk_fit, risk_judge
from hotline.intake.risk_judge import Scene, packaged_judge, packaged_scenes
from hotline.intake.risk_words import CityWords, group_names, load_risk_words, risk_words_of

LARGEST = 1_000_000
UNWORDED = "山背后红了半边天，风往村子这头吹"


def test_danger_without_a_word_of_danger_is_heard_with_its_group() -> None:
    [hit] = load_risk_words().find(UNWORDED)

    assert (hit.word, hit.level, hit.partner) == ("着火", "critical", "119")
    assert hit.said == UNWORDED[hit.start : hit.end] != ""


def test_group_that_is_off_is_not_guessed() -> None:
    assert "着火" not in [hit.word for hit in risk_words_of(CityWords({}, {}, frozenset({"着火"}))).find(UNWORDED)]


def test_words_that_are_harmless_in_the_city_silence_the_judge() -> None:
    assert risk_words_of(CityWords({}, {"着火": ["半边天"]})).find(UNWORDED) == []


def test_every_dangerous_scene_names_a_known_group_and_no_scene_comes_twice() -> None:
    scenes = packaged_scenes()

    assert {scene.group for scene in scenes if scene.danger} <= set(group_names())
    assert not any(scene.group or scene.level for scene in scenes if not scene.danger)
    assert len({scene.sentence for scene in scenes}) == len(scenes)


def test_groups_that_are_never_silenced_are_groups() -> None:
    assert packaged_judge().limits.never_silenced <= set(group_names())


def test_weights_are_small_enough_to_come_along() -> None:
    assert risk_fit.FILE.stat().st_size <= LARGEST


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        ("路灯不亮", ["路灯不亮"]),
        ("不是着火。有人触电了", ["不是着火。有人触电了"]),
        ("灯" * 50 + "。" + "水" * 50, ["灯" * 50 + "。", "水" * 50]),
        ("灯" * 170, ["灯" * 80, "灯" * 80, "灯" * 10]),
        ("水。" + "灯" * 100, ["水。", "灯" * 80, "灯" * 20]),
    ],
    ids=["nothing", "short", "two", "long", "unbroken", "short then unbroken"],
)
def test_text_is_judged_in_pieces_that_lose_nothing(text: str, pieces: list[str]) -> None:
    assert [text[start:end] for start, end in risk_judge.pieces(text)] == pieces


def test_fit_tells_scenes_apart_and_leaves_out_luck() -> None:
    scenes = [Scene(f"{who}晕倒了", True, "critical", "急病", "own") for who in "老少男女"]
    scenes += [Scene(f"{who}来交费", False, "", "", "own") for who in "老少男女"]
    table = risk_fit.tabled(scenes, [frozenset()] * len(scenes), 1.0)
    weights = dict(zip(table.names, risk_fit.fitted(table, np.ones(len(scenes)), 0.1), strict=True))

    assert weights["晕倒"] > 0 > weights["交费"]
    assert abs(weights["老"]) < 0.1
    assert "老晕" not in weights


def test_half_of_the_sentences_are_judged_within_a_millisecond() -> None:
    risks, times = load_risk_words(), []
    risks.find(UNWORDED)
    for scene in packaged_scenes()[::20]:
        started = perf_counter()
        risks.find(f"{scene.sentence}呢")
        times.append(perf_counter() - started)

    assert statistics.median(times) < 0.001


def test_probability_lies_between_none_and_all() -> None:
    judge = packaged_judge()

    assert 0 <= judge.danger("", frozenset()) < 0.5
    assert judge.danger("有人晕倒了没有呼吸", frozenset()) > judge.danger("公积金怎么提取", frozenset())
    assert math.isfinite(judge.danger("着火" * 40, frozenset()))
