"""Thresholds found from decisions: few rejections among what is offered, without hiding what people confirm."""

from dataclasses import replace

import pytest

from hotline.intake.repeat_rules import RepeatRules, read
from hotline.intake.repeat_thresholds import threshold_of
from sla.packaged import rule_values

RULES: RepeatRules = read(rule_values())


def test_a_threshold_rises_to_where_rejections_are_rare() -> None:
    decided = [(0.9, True)] * 40 + [(0.8, True)] * 10 + [(0.65, False)] * 10 + [(0.62, True)] * 2

    found = threshold_of(decided, RULES)

    assert found.threshold == 0.8
    assert found.precision == 1
    assert found.recall == pytest.approx(50 / 52, abs=0.001)


def test_a_threshold_does_not_rise_over_what_people_confirm() -> None:
    decided = [(0.9, True)] * 10 + [(0.7, True)] * 10 + [(0.7, False)] * 10

    assert threshold_of(decided, RULES).threshold == 0.7


def test_a_threshold_nobody_objects_to_goes_down_slowly_and_not_below_the_least() -> None:
    decided = [(0.61, True)] * 30

    assert threshold_of(decided, RULES).threshold == pytest.approx(0.59)
    assert threshold_of(decided, replace(RULES, threshold_least=0.6)).threshold == 0.6


def test_only_rejections_leave_the_rule_in_force() -> None:
    assert threshold_of([(0.7, False)] * 60, RULES).threshold == RULES.threshold
