"""Figures of pairs, checked by hand."""

import numpy as np
import pytest

from hotline.intake import pair_figures
from hotline.intake.pair_figures import Pair, auc, best_accuracy, best_f1, cut_of, read_pairs, spearman
from hotline.kernel.errors import Invalid

SCORES = np.array([0.9, 0.8, 0.3, 0.8, 0.1])
SAME = np.array([True, True, False, False, True])


def test_auc_counts_ties_as_half() -> None:
    assert auc(SCORES, SAME) == pytest.approx((2 + 1.5 + 0) / 6)
    assert auc(SCORES, np.ones(5, bool)) is None


def test_spearman_is_one_for_the_same_order_and_none_without_order() -> None:
    assert spearman(np.array([1.0, 2, 2, 5]), np.array([0.0, 3, 3, 4])) == pytest.approx(1)
    assert spearman(np.array([3.0, 2, 1]), np.array([0.0, 3, 5])) == pytest.approx(-1)
    assert spearman(np.ones(3), np.arange(3.0)) is None


def test_best_threshold_never_parts_equal_scores() -> None:
    accuracy, threshold = best_accuracy(np.array([0.9, 0.5, 0.5, 0.1]), np.array([True, True, False, False]))

    assert accuracy == 0.75
    assert threshold in (0.7, 0.3)
    assert best_f1(np.array([0.9, 0.5, 0.5, 0.1]), np.array([True, True, False, False])) == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("labels", "given", "label", "graded"),
    [
        ((0, 1), None, 1, False),
        ((0, 2.5, 5), None, 3, True),
        ((1, 2, 5), None, 3, True),
        ((0, 5), 4.0, 4, True),
        ((), None, 1, False),
    ],
)
def test_grades_are_cut_at_three_fifths(labels: tuple[float, ...], given: float | None, label: float, *, graded: bool) -> None:
    found = cut_of([Pair("甲", "乙", one) for one in labels], given)

    assert (found.label, found.graded) == (label, graded)


def test_other_columns_are_ignored_and_what_is_missing_is_named() -> None:
    assert read_pairs(["id,label,s1,s2", "1,yes,停水,没水", "2,0.5,甲,"]) == [Pair("停水", "没水", 1.0), Pair("甲", "", 0.5)]
    with pytest.raises(Invalid) as missing:
        read_pairs(["s1,label", "甲,1"])
    assert missing.value.details["columns"] == ["s2"]
    with pytest.raises(Invalid) as wrong:
        read_pairs(["s1,s2,label", "甲,乙,maybe"])
    assert wrong.value.details["line"] == 2


def test_peers_are_counted_on_words_joined_by_blanks() -> None:
    texts = [("小区 停水", "停水 小区"), ("小区 停水", "公司 欠薪")]

    assert pair_figures.token_set_ratio(texts)[0] == 1
    assert pair_figures.tfidf_cosine(texts) == pytest.approx([1, 0])
