"""Confidence as a probability: what raises it, how it is fitted, how its truth is measured."""

import pytest

from knowledge_base import calibration, rules
from knowledge_base.calibration import Example
from knowledge_base.policy import packaged_policy
from knowledge_base.scoring import FIGURES, SCORE, confidences
from knowledge_base.standings import Counts, factor
from sla import packaged

POLICY = packaged_policy()
RULE = rules.read(packaged.rule_values()).standing
WEIGHTS = POLICY.weights["worded"]


def row(**known: float) -> dict[str, float]:
    return {**dict.fromkeys(FIGURES, 0.0), **known}


def test_two_that_are_as_good_halve_what_one_would_have() -> None:
    alone = confidences([row(score=1, covered=1)], [WEIGHTS])
    shared = confidences([row(score=1, covered=1)] * 2, [WEIGHTS] * 2)

    assert alone[0] > shared[0] == shared[1]


@pytest.mark.parametrize("figure", [name for name in FIGURES if WEIGHTS[name] > 0])
def test_whatever_is_shared_raises_confidence(figure: str) -> None:
    less, more = ({**row(score=0.5, covered=0.5), figure: value} for value in (0.5, 1.0))

    assert confidences([more], [WEIGHTS]) > confidences([less], [WEIGHTS])


def test_weights_follow_the_answers_that_were_right() -> None:
    sure = Example([row(score=1.0, covered=1.0), row(score=0.4, covered=0.2)], right=0)
    none = Example([row(score=1.0, covered=0.2), row(score=0.9, covered=0.1)], right=None)

    found = calibration.fitted([sure, none] * 10, WEIGHTS)

    assert confidences(sure.rows, [found] * 2)[0] > 0.8
    assert confidences(none.rows, [found] * 2)[0] < 0.2
    assert all(found[name] >= 0 for name in FIGURES)


def test_trueness_is_the_gap_between_said_and_right() -> None:
    found = calibration.trueness([0.9, 0.9, 0.9, 0.9, 0.2], [True, True, True, False, False])

    assert [(one.count, one.right) for one in found.bins] == [(1, 0.0), (4, 0.75)]
    assert found.error == pytest.approx(4 / 5 * 0.15 + 1 / 5 * 0.2)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (Counts(0, 0, 0, 0), 1.0),
        (Counts(10_000, 0, 0, 0), 1 - RULE.share),
        (Counts(1000, 900, 0, 0), 1 + RULE.share),
    ],
)
def test_use_moves_an_article_only_within_bounds(counts: Counts, expected: float) -> None:
    assert factor(counts, RULE, POLICY.standing) == expected


def test_what_did_not_help_stands_lower() -> None:
    assert factor(Counts(20, 3, 0, 5), RULE, POLICY.standing) < 1 < factor(Counts(20, 3, 5, 0), RULE, POLICY.standing)


def test_packaged_weights_name_every_figure() -> None:
    assert all({*FIGURES, "bias", "shift", "steep"} == set(kind) for kind in POLICY.weights.values())
    assert SCORE in FIGURES
