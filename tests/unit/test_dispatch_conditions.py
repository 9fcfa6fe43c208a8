"""Conditions of catalogue rows: when each holds, what is refused, and what tells two rows apart. No database."""

from datetime import datetime
from typing import Any

import pytest

from dispatch import conditions
from dispatch.conditions import NOTHING, Circumstances
from tests.conftest import ZONE

WINTER_NIGHT = datetime(2026, 12, 1, 23, 30, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("given", "around", "code"),
    [
        ({"words": ["健身", "游泳"]}, Circumstances(text="健身房关门了"), "condition-words"),
        ({"words": ["健身"]}, Circumstances(text="美容店关门了"), None),
        ({"words": ["健身"]}, NOTHING, None),
        ({"no_words": ["企业"]}, Circumstances(text="我家没暖气"), "condition-no-words"),
        ({"no_words": ["企业"]}, Circumstances(text="我们企业没暖气"), None),
        ({"no_words": ["企业"]}, NOTHING, None),
        ({"requester": ["enterprise"]}, Circumstances(requester="enterprise"), "condition-requester"),
        ({"requester": ["enterprise"]}, Circumstances(requester="person"), None),
        ({"requester": ["enterprise"]}, NOTHING, None),
        ({"channel": ["web_form"]}, Circumstances(channel="web_form"), "condition-channel"),
        ({"profile": ["enterprise"]}, Circumstances(profile="general"), None),
        ({"urgency": ["critical", "urgent"]}, Circumstances(urgency="urgent"), "condition-urgency"),
        ({"months": [11, 12, 1]}, Circumstances(local=WINTER_NIGHT), "condition-months"),
        ({"months": [6]}, Circumstances(local=WINTER_NIGHT), None),
        ({"months": [6]}, NOTHING, None),
        ({"hours": ["22:00-06:00"]}, Circumstances(local=WINTER_NIGHT), "condition-hours"),
        ({"hours": ["22:00-06:00"]}, Circumstances(local=WINTER_NIGHT.replace(hour=6, minute=0)), None),
        ({"hours": ["08:00-18:00"]}, Circumstances(local=WINTER_NIGHT), None),
        ({"hours": ["08:00-18:00"]}, NOTHING, None),
    ],
)
def test_a_condition_holds_only_where_it_is_known_to_be_fulfilled(
    given: dict[str, Any], around: Circumstances, code: str | None
) -> None:
    held = conditions.held(conditions.normal(given), around)

    assert (held[0].code if held else None) == code


def test_a_reason_names_the_words_that_fell() -> None:
    held = conditions.held({"words": ["游泳", "健身", "瑜伽"]}, Circumstances(text="健身和瑜伽的卡"))

    assert held is not None
    assert held[0].args == {"words": "健身、瑜伽"}


def test_all_conditions_must_hold_together() -> None:
    both = {"months": [12], "requester": ["enterprise"]}

    assert conditions.held(both, Circumstances(local=WINTER_NIGHT)) is None
    assert len(conditions.held(both, Circumstances(local=WINTER_NIGHT, requester="enterprise")) or ()) == 2


def test_no_condition_always_holds() -> None:
    assert conditions.held({}, NOTHING) == ()


@pytest.mark.parametrize(
    ("given", "field", "rule"),
    [
        ({"weather": ["rain"]}, "weather", "unknown-condition"),
        ({"words": [""]}, "words", "not-a-word"),
        ({"words": ["长" * 41]}, "words", "not-a-word"),
        ({"words": [7]}, "words", "not-a-word"),
        ({"words": [str(number) for number in range(41)]}, "words", "too-many"),
        ({"requester": ["dog"]}, "requester", "unknown-choice"),
        ({"channel": ["The Phone"]}, "channel", "unknown-choice"),
        ({"profile": ["vip"]}, "profile", "unknown-choice"),
        ({"urgency": ["soon"]}, "urgency", "unknown-choice"),
        ({"months": [13]}, "months", "not-a-month"),
        ({"months": [True]}, "months", "not-a-month"),
        ({"months": ["5"]}, "months", "not-a-month"),
        ({"hours": ["25:00-26:00"]}, "hours", "not-a-period"),
        ({"hours": ["night"]}, "hours", "not-a-period"),
    ],
)
def test_what_is_not_understood_is_named_with_its_rule(given: dict[str, Any], field: str, rule: str) -> None:
    found = conditions.faults(given)

    assert [(one.field, one.rule) for one in found] == [(field, rule)]


def test_conditions_written_otherwise_are_the_same() -> None:
    written = {"months": [12, 11, 12], "words": "暖气", "hours": []}

    assert conditions.normal(written) == {"words": ["暖气"], "months": [11, 12]}
    assert conditions.key(written) == conditions.key({"words": ["暖气"], "months": [11, 12]})
    assert conditions.key({}) == ""
    assert conditions.key(written) != conditions.key({"words": ["暖气"]})
