"""Keys of moves: kept for as long as somebody may send the move again, then dropped by the schedule."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from hotline.kernel import clock
from hotline.tickets import replays
from hotline.tickets.models import MoveKey
from web.bootstrap import Container
from web.schedule import timed


def sent(parts: Container, key: str, age: timedelta) -> bool:
    """Whether the move is the first of its key when it is sent that long ago."""
    with parts.database.work(now=clock.now() - age) as uow:
        return replays.is_first(uow, key, thing="ticket", thing_id=1, action="dispatch")


def kept(parts: Container) -> set[str]:
    with parts.database.read() as session:
        return {row.key for row in session.query(MoveKey)}


@pytest.fixture
def keys(parts: Container) -> Container:
    """Two keys past the days of the setting, one just within."""
    days = parts.settings.move_key_days
    for key, age in (("1:old", 2 * days), ("1:past", days + 0.01), ("1:young", days - 0.01)):
        assert sent(parts, key, timedelta(days=age))
    return parts


def test_keys_older_than_the_setting_are_dropped(keys: Container) -> None:
    runs = [timed("move-keys-forget").run(keys) for _ in range(2)]

    assert (runs, kept(keys)) == ([2, 0], {"1:young"})


def test_two_runs_at_once_share_the_work(keys: Container) -> None:
    with ThreadPoolExecutor(2) as both:
        runs = list(both.map(timed("move-keys-forget").run, [keys, keys]))

    assert (sorted(map(str, runs)), kept(keys)) in [(["0", "2"], {"1:young"}), (["1", "1"], {"1:young"})]


def test_a_key_within_its_days_still_moves_nothing_and_a_dropped_one_is_new(keys: Container) -> None:
    timed("move-keys-forget").run(keys)

    assert (sent(keys, "1:young", timedelta(0)), sent(keys, "1:old", timedelta(0))) == (False, True)
