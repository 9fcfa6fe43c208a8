"""What an installation says of itself beside up and down: the notice of a year that is wanted, the limits that wait."""

from datetime import date

from asr.meters import Standing
from sla import years
from tests.integration.changes import FICTIONAL, NOTICE
from tests.integration.people import SignIn
from web import health, speech_standing
from web.bootstrap import Container

NOVEMBER = date(2026, 11, 20)


def test_a_missing_year_is_told_with_the_limits_that_wait_for_it(parts: Container) -> None:
    [found] = health.data(parts, NOVEMBER)

    assert (found.name, found.up, found.attention) == ("calendar", True, True)
    assert found.detail.startswith("no notice of 2027, 2 months left; 0 provisional limits")


def test_nothing_is_wanted_once_the_year_is_put_in(parts: Container) -> None:
    with parts.database.work() as uow:
        years.put(uow, 2027, NOTICE, FICTIONAL)

    [found] = health.data(parts, NOVEMBER)

    assert (found.attention, found.detail) == (False, "2024, 2025, 2026, 2027; 0 provisional limits")


def test_officers_read_it_among_the_parts(sign_in: SignIn) -> None:
    told = sign_in("administrator").done("GET", "/health-parts")

    assert [part["up"] for part in told["parts"] if part["name"] == "calendar"] == [True]


def test_gateways_say_how_well_they_hear(parts: Container) -> None:
    standing = Standing(
        engine="vosk",
        streams=3,
        room=8,
        admitted=40,
        refused=2,
        lag_s=0.1,
        cost=0.18,
        partial_s=(0.3, 0.6),
        final_s=(0.5, 0.9),
        restarts=1,
        losses=4,
    )
    speech_standing.publish(parts.broker.redis_url, "127.0.0.1:9092", standing)

    [(gateway, found)] = speech_standing.read(parts.broker.redis_url).items()

    assert gateway == "127.0.0.1:9092"
    assert speech_standing.sentence(found) == (
        "vosk: 3 of 8 streams, 0.18 CPU s a second, lag 0.1 s, words after 0.3/0.6 s, finals after 0.5/0.9 s (p50/p95), "
        "40 heard, 2 left for later, 1 restarts, 4 recognisers lost"
    )
