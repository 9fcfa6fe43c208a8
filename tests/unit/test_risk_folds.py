"""Folds for measuring the judge: near paraphrases go together."""

import numpy as np

from hotline.intake.risk_folds import CURVE, curve, families, folds_of

SENTENCES = ["楼上着火了快来人", "楼上着火了快来人啊", "楼上着火了快来人啊救命", "公积金怎么提取", "", "路灯不亮"]


def test_sentences_that_say_nearly_the_same_are_one_family_also_by_way_of_others() -> None:
    found = families(SENTENCES)

    assert found[0] == found[1] == found[2]
    assert len(set(found)) == 4


def test_a_family_stands_in_one_fold() -> None:
    folds = folds_of(SENTENCES, 8)

    assert folds[0] == folds[1] == folds[2]
    assert set(folds) <= set(range(8))


def test_curve_tells_false_alarms_for_each_share_of_dangers_found() -> None:
    said = np.concatenate([np.linspace(0.5, 1, 100), np.linspace(0, 0.4, 100)])

    assert curve(said, np.arange(200) < 100) == [(recall, 0.0) for recall in CURVE]
