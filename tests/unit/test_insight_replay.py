"""The worst day through the detector: found soon, nearly all and hardly anything else, one warning."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from hotline.insight import incident_rules, replaying
from sla import packaged
from web import replay_scene

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize("seed", [1, 2])
def test_the_event_of_the_worst_day_is_seen_early_whole_and_once(seed: int) -> None:
    made = replay_scene.scene(seed, date(2026, 11, 20), ZONE, days=5)
    rules = incident_rules.read(packaged.rule_values())

    result = replaying.judge(replaying.replay(made.stream, made.reading, made.detector(rules)), made.stream, made.event)

    assert result.after_tickets is not None
    assert result.after_tickets <= 10
    assert min(result.precision, result.recall) >= 0.9
    assert result.warnings == 1


def test_the_plain_rule_raises_many_alarms_for_one_event() -> None:
    made = replay_scene.scene(1, date(2026, 11, 20), ZONE, days=2)

    alarms = replaying.plain_alarms(made.past, [made.reading.sighting(told) for told in made.stream])

    assert len([alarm for alarm in alarms if len(alarm.tickets & made.event) * 2 > len(alarm.tickets)]) > 10
