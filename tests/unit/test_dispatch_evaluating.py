"""Labels learnt from texts: figures of the evaluation, odd files, folds, and the model's file."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from dispatch import calibration, evaluating, textmodel
from dispatch.evaluating import Row, Ways
from dispatch.features import FeatureSpace, Reading, plain
from dispatch.learning import Example, train
from dispatch.scikit import Baseline, LargeMargins
from hotline.kernel.errors import Invalid
from web.cli.dispatch import dispatch

WAYS = Ways(LargeMargins(), Baseline)
HEATING = ["家里暖气不热", "供暖温度不达标", "暖气片冰凉没有热水", "小区供热管道漏水", "楼上暖气热我家不热", "供热公司停暖"]
NOISE = [
    "工地夜间施工噪音",
    "半夜装修噪声扰民",
    "广场舞音响太吵",
    "施工噪音影响休息",
    "楼下烧烤店吵闹到半夜",
    "夜间打桩声音很大",
]
WAGES = ["工地拖欠工资", "老板不发工资", "拖欠农民工工资三个月", "公司欠薪不给", "饭店拖欠服务员工资", "辞职后工资没有结清"]
EXAMPLES = [
    Example(Reading(text), label, key)
    for label, texts in (("供热", HEATING), ("噪声", NOISE), ("欠薪", WAGES))
    for key, text in enumerate(texts, 1)
]


@pytest.fixture(scope="module")
def model() -> textmodel.TextModel:
    return train(EXAMPLES, LargeMargins())


def rows() -> list[Row]:
    return [Row(one.reading.text, one.label) for one in EXAMPLES]


@pytest.mark.parametrize(
    ("text", "label"), [("我家暖气一直不热", "供热"), ("夜里施工噪音大", "噪声"), ("老板拖欠我的工资", "欠薪")]
)
def test_text_finds_its_label_with_words_and_earlier_texts(model: textmodel.TextModel, text: str, label: str) -> None:
    row = model.rows([Reading(text)])
    answer = model.answers(row)[0]

    assert answer.labels[0] == label
    assert model.words(row, label)
    assert model.alike(row, 2, 0.05)[0].label == label
    assert sum(answer.probabilities) <= 1.0 + 1e-6


def test_text_of_unknown_words_is_no_surer_than_its_label_is_frequent(model: textmodel.TextModel) -> None:
    known, unknown = model.answer(Reading("暖气不热")), model.answer(Reading("qwertyuiop"))
    frequent = sum(one.label == unknown.labels[0] for one in EXAMPLES) / len(EXAMPLES)

    assert known.probabilities[0] > frequent >= unknown.probabilities[0]


@pytest.mark.parametrize("text", ["我家暖氣一直不熱", "我 家 暖气 一直 不 热", "我家暖气一直不热"])
def test_script_and_given_blanks_do_not_matter(model: textmodel.TextModel, text: str) -> None:
    expected = model.probabilities(model.rows([Reading("我家暖气一直不热")]))

    assert np.allclose(model.probabilities(model.rows([Reading(text)])), expected)
    assert plain("公租房 Apply  online") == "公租房 apply online"


def test_file_of_a_model_answers_as_the_model_did(model: textmodel.TextModel) -> None:
    again = textmodel.from_bytes(textmodel.to_bytes(model))
    row = model.rows([Reading("暖气冰凉")])

    assert again.answers(row)[0].labels == model.answers(row)[0].labels
    assert np.allclose(again.probabilities(row), model.probabilities(row), atol=5e-3)
    assert again.words(row, "供热") == model.words(row, "供热")


def test_circumstances_tell_apart_what_the_words_do_not() -> None:
    around = [Example(Reading("路灯不亮", (f"place:{place}",)), label) for place, label in (("a", "甲"), ("b", "乙")) * 8]

    found = train(around, LargeMargins())

    assert found.answer(Reading("路灯不亮", ("place:b",))).labels[0] == "乙"


def test_many_texts_are_learnt_with_large_margins() -> None:
    found = train(EXAMPLES, LargeMargins(), closed_most=10)

    assert found.answer(Reading("暖气不热")).labels[0] == "供热"


@pytest.mark.parametrize("examples", [[], EXAMPLES[:3]], ids=["nothing", "one label"])
def test_too_few_labels_are_refused(examples: list[Example]) -> None:
    with pytest.raises(Invalid):
        train(examples, LargeMargins())


def test_rare_labels_unknown_labels_and_empty_texts_are_counted_honestly() -> None:
    learnt = [*rows(), Row("", "噪声"), Row("公交车不准点", "公交")]
    asked = [Row("公交车总是不准点", "公交"), Row("图书馆几点开门", "文化"), Row("", "供热"), Row("拖欠工资", "欠薪")]

    report = evaluating.evaluate(WAYS, learnt, asked)

    assert report.unknown == 1
    assert report.labels == 4
    assert 0 <= report.ours.ece <= 1
    assert report.ours.accuracy <= 0.75


def test_same_text_never_stands_on_both_sides_of_a_fold() -> None:
    twice = [*rows(), *(Row(f"{row.text} ", row.label) for row in rows())]

    placed = evaluating.fold_of(twice, 3)

    assert placed[: len(placed) // 2] == placed[len(placed) // 2 :]
    assert set(placed) == {0, 1, 2}


def test_macro_f1_counts_every_label_the_same() -> None:
    assert evaluating.macro_f1("aab", "aac") == pytest.approx(1 / 3)
    assert evaluating.macro_f1("", "") == 0.0


def test_coverage_is_the_largest_share_that_is_right_often_enough() -> None:
    said, hits = np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, True, False, False])

    assert calibration.coverage_at(said, hits, 0.95) == (0.5, 0.8)
    assert calibration.coverage_at(said, ~hits, 0.95) == (0.0, None)
    assert calibration.accuracy_at(said, hits, 0.75) == pytest.approx(2 / 3)


def test_command_prints_ours_beside_the_baseline(tmp_path: Path) -> None:
    learnt, asked = tmp_path / "learnt.csv", tmp_path / "asked.csv"
    lines = "".join(f"{row.text},{row.label}\r\n" for row in rows())
    learnt.write_bytes(b"\xef\xbb\xbf" + f"text,label\r\n{lines}".encode())
    asked.write_text("text,label\n暖 气 不 热,供热\n没有标签,\n", "utf-8")

    shown = CliRunner().invoke(dispatch, ["evaluate", "--train", str(learnt), "--test", str(asked)])
    told = CliRunner().invoke(dispatch, ["evaluate", "--train", str(learnt), "--folds", "2", "--json"])

    assert shown.exit_code == 0, shown.output
    assert "LinearSVC" in shown.output
    assert json.loads(told.output)["tested"] == len(EXAMPLES)


def test_file_without_the_column_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_bytes("内容,类别\n暖气不热,供热\n".encode("gb18030"))

    with pytest.raises(Invalid) as refused:
        evaluating.read_rows(path)

    assert refused.value.details["found"] == ["内容", "类别"]
    assert evaluating.read_rows(path, "内容", "类别") == ([Row("暖气不热", "供热")], 0)


def test_space_refuses_nothing_and_keeps_lengths_within_one() -> None:
    space = FeatureSpace.fitted([Reading("暖气不热"), Reading("")])

    lengths = np.sqrt(space.rows([Reading("暖气不热"), Reading("噪声"), Reading("")]).multiply(1).power(2).sum(axis=1))

    assert lengths.max() <= 1.0 + 1e-6


@pytest.mark.shared
def test_offices_are_found_more_often_than_by_the_baseline(shared: Path) -> None:
    path = shared / "data" / "taipei_gov_faq" / "dept_questions_train.csv"
    rows, _ = evaluating.read_rows(path, "question", "dept")
    part = [row for row, at in zip(rows, evaluating.fold_of(rows, 4), strict=True) if at == 0]

    report = evaluating.evaluate_folds(WAYS, part, 3)

    assert report.ours.accuracy > report.baseline.accuracy + 0.03
    assert report.ours.macro_f1 > report.baseline.macro_f1 + 0.03
    assert report.ours.ece < 0.06
