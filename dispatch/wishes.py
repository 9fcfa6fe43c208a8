"""That a training was asked for: a file beside the rankers', since whoever trains needs that folder anyway.

Asked by a page or the clock, taken by one worker alone; what a killed worker had taken is taken again after a while.
"""

import json
import os
import tempfile
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from dispatch.shelf import FOLDER

WANTED, RUNNING = "wanted.json", "running.json"
GIVEN_UP = timedelta(hours=1)


@dataclass(frozen=True)
class Wish:
    """Who asked for a training, when, and what they noted. `state` is wanted or running."""

    at: str
    by_id: int | None = None
    note: str = ""
    state: str = "wanted"


def ask(folder: Path, wish: Wish) -> None:
    """Ask for a training; one that is asked for already stays as it is."""
    path = folder / FOLDER / WANTED
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as target:
        json.dump(asdict(wish), target, ensure_ascii=False)
    os.replace(target.name, path)


def take(folder: Path, now: datetime) -> Wish | None:
    """What is to be trained now; of several workers one alone gets it."""
    wanted, running = folder / FOLDER / WANTED, folder / FOLDER / RUNNING
    if running.exists():
        if now.timestamp() - running.stat().st_mtime < GIVEN_UP.total_seconds():
            return None
        os.replace(running, wanted)
    try:
        os.replace(wanted, running)
    except FileNotFoundError:
        return None
    os.utime(running, (now.timestamp(), now.timestamp()))
    return _read(running)


def done(folder: Path) -> None:
    """The training is over, whatever came of it."""
    (folder / FOLDER / RUNNING).unlink(missing_ok=True)


def standing(folder: Path) -> Wish | None:
    """The training under way or asked for."""
    for name, state in ((RUNNING, "running"), (WANTED, "wanted")):
        found = _read(folder / FOLDER / name)
        if found is not None:
            return Wish(found.at, found.by_id, found.note, state)
    return None


def _read(path: Path) -> Wish | None:
    try:
        return Wish(**json.loads(path.read_text("utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None
