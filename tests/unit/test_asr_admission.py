"""Admission: by the operator's guess until the cost is known, by the cost from then on, never past what lags."""

import pytest

from asr.admission import Cost, Load, Terms, Verdict, decide, may_hear_late, room
from asr.gaps import Gap, after, merged, of_lost
from asr.meters import Meter

TERMS = Terms(max_streams=100, cores=2, streams_per_core=5, share=0.8, most_lag_s=2)


@pytest.mark.parametrize(
    ("streams", "lag_s", "cost", "expected"),
    [
        (9, 0.0, None, Verdict.YES),
        (10, 0.0, None, Verdict.CORES),
        (15, 0.0, 0.1, Verdict.YES),
        (16, 0.0, 0.1, Verdict.CORES),
        (1, 0.0, 0.8, Verdict.YES),
        (2, 0.0, 0.8, Verdict.CORES),
        (0, 0.0, 50.0, Verdict.YES),
        (3, 2.1, 0.1, Verdict.LAG),
        (100, 9.0, 0.001, Verdict.MOST),
    ],
)
def test_a_new_call_is_judged_by_streams_lag_and_cost(
    streams: int, lag_s: float, cost: float | None, expected: Verdict
) -> None:
    assert decide(TERMS, Load(streams, lag_s, cost)) is expected


@pytest.mark.parametrize(("streams", "lag_s", "expected"), [(0, 0.0, True), (5, 0.0, True), (6, 0.0, False), (1, 1.5, False)])
def test_recordings_are_heard_only_beside_few_calls_that_are_well_heard(streams: int, lag_s: float, expected: bool) -> None:
    assert may_hear_late(TERMS, Load(streams, lag_s, None)) is expected


def test_no_stream_is_allowed_where_the_operator_allows_none() -> None:
    assert room(Terms(0, 2), None) == 0
    assert decide(Terms(0, 2), Load(0, 0, None)) is Verdict.MOST


def test_the_cost_is_known_after_enough_audio_and_follows_what_is_newer() -> None:
    cost = Cost()
    cost.add(1.9, 19)
    unknown = cost.per_second
    for _ in range(100):
        cost.add(2.0, 10)

    assert unknown is None
    assert cost.per_second == pytest.approx(0.2, abs=0.001)


def test_the_meter_divides_cpu_time_by_audio_and_forgives_a_process_that_died() -> None:
    used = [10.0]
    meter = Meter(lambda: used[0])
    meter.worked(5)
    meter.cost(1)
    for step in (3.0, 3.0, -8.0):
        used[0] += step
        meter.worked(15)
        found = meter.cost(1)

    assert found == pytest.approx(6 / 45, rel=0.1)


def test_work_while_nobody_speaks_costs_no_caller_a_recogniser() -> None:
    used = [0.0]
    meter = Meter(lambda: used[0])
    for _ in range(3):
        used[0] += 3.0
        meter.worked(20)
        meter.cost(1)
    before = meter.cost(1)

    used[0] += 3600
    meter.cost(0)
    used[0] += 3.0
    meter.worked(20)

    assert before == pytest.approx(0.15)
    assert meter.cost(1) == pytest.approx(0.15)


@pytest.mark.parametrize(("delays", "expected"), [([], (0, 0)), ([0.5], (0.5, 0.5)), ([0.1] * 18 + [3.0] * 2, (0.1, 3.0))])
def test_delays_are_told_by_their_middle_and_their_worst_twentieth(delays: list[float], expected: tuple[float, float]) -> None:
    meter = Meter(lambda: 0.0)

    for delay in delays:
        meter.told(delay, is_final=True)

    assert meter.final_delays() == expected


@pytest.mark.parametrize(
    ("gaps", "expected"),
    [
        ([], ()),
        ([(3, 4), (1, 2)], ((1, 2), (3, 4))),
        ([(1, 3), (2, 4), (4, 5)], ((1, 5),)),
        ([(1, 1.1), (2, 3)], ((2, 3),)),
    ],
)
def test_gaps_are_joined_where_they_touch(gaps: list[Gap], expected: tuple[Gap, ...]) -> None:
    assert merged(gaps) == expected


def test_of_gaps_what_comes_after_a_second_is_left() -> None:
    assert after([(1, 4), (6, 8)], 2.5) == ((2.5, 4), (6, 8))
    assert after([(1, 4), (6, 8)], 8) == ()


def test_of_a_lost_recording_all_behind_the_last_final_or_the_last_gap_is_left() -> None:
    assert of_lost([], 3.0, 10.0) == ((3.0, 10.0),)
    assert of_lost([(2.0, 5.0)], 6.0, 10.0) == ((2.0, 5.0), (6.0, 10.0))
    assert of_lost([(6.0, 8.0)], 5.0, 10.0) == ((6.0, 10.0),)
