"""The rules of knowledge: the packaged ones can be read, and a value that is no number of its kind is refused."""

from typing import Any

import pytest

from hotline.kernel.errors import Invalid
from knowledge_base import rules
from sla import packaged


def test_the_packaged_rules_can_be_read() -> None:
    found = rules.read(packaged.rule_values())

    assert (found.correction_working_days, found.own_unit_review, found.own_editor_review) == (1, False, True)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("knowledge.review_months", 0),
        ("knowledge.review_months", "six"),
        ("knowledge.review_months", True),
        ("knowledge.import_most", 10**9),
        ("knowledge.own_review", {"unit": False}),
        ("knowledge.materials", 3),
        ("knowledge.questions", {"alike": 2, "at_least": 3, "keep_days": 365}),
        ("knowledge.questions", {"alike": 0.6}),
        ("knowledge.hot", {"days": 30, "shown": 10, "more": 1}),
        ("knowledge.standing", {"share": 0, "shown_at_least": 20, "days": 90}),
        ("knowledge.announcement", {"longest_days": -1, "unit_classes": []}),
    ],
)
def test_a_value_of_another_kind_is_refused(key: str, value: Any) -> None:
    with pytest.raises(Invalid):
        rules.read({**packaged.rule_values(), key: value})


def test_a_missing_rule_is_named() -> None:
    values = dict(packaged.rule_values())
    del values["knowledge.hot"]

    with pytest.raises(Invalid) as caught:
        rules.read(values)
    assert caught.value.details["entry"] == "hot"
