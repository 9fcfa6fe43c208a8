"""The city's rules of incidents: read as packaged, refused when a number cannot be meant."""

from typing import Any

import pytest

from hotline.insight import incident_rules
from hotline.kernel.errors import Invalid
from sla import packaged


def test_packaged_rules_are_read() -> None:
    rules = incident_rules.read(packaged.rule_values())

    assert rules.spotting.at_least == 5
    assert rules.spotting.window.total_seconds() == 3 * 3600


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("incidents.quiet_hours", 0),
        ("incidents.batch", True),
        ("incidents.beside", "three"),
        ("incidents.spotting", {"at_least": 5}),
        ("incidents.memory", {"days": 28, "tickets": -1, "window_tickets": 20}),
        (
            "incidents.spotting",
            {"at_least": 5, "window_minutes": 180, "alike": 2, "surprise": 6, "burst": 3, "together_minutes": 60},
        ),
    ],
)
def test_impossible_numbers_are_refused(key: str, value: Any) -> None:
    with pytest.raises(Invalid):
        incident_rules.read({**packaged.rule_values(), key: value})


def test_missing_rule_is_named() -> None:
    values = {key: value for key, value in packaged.rule_values().items() if key != "incidents.batch"}

    with pytest.raises(Invalid) as refused:
        incident_rules.read(values)

    assert refused.value.details["entry"] == "batch"
