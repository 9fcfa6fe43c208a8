"""The note of a generation being built in a folder: which, for what, and the last document that is safely in it."""

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from hotline.kernel.search.changes import Changes

NOTE, CHANGES = "building.json", "building.changes"


@dataclass(frozen=True)
class Building:
    """A build under way, or left by one that was killed. `after` is the id of the last of its `done` safe documents."""

    generation: int
    fingerprint: str
    after: str | None = None
    done: int = 0

    def advanced(self, after: str, count: int) -> "Building":
        """The build with so many documents more, of which that is the last."""
        return replace(self, after=after, done=self.done + count)

    def write(self, home: Path) -> None:
        """Keep the note: whole or not at all."""
        put(home / NOTE, json.dumps(asdict(self)))


def read(home: Path, fingerprint: str) -> Building | None:
    """The build of that fingerprint which the folder knows of; what cannot be understood is none."""
    try:
        found = Building(**json.loads((home / NOTE).read_text("utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None
    return found if found.fingerprint == fingerprint else None


def changes(home: Path) -> Changes:
    """What changed since the build began, to be brought into it before it takes over."""
    return Changes(home / CHANGES)


def forget(home: Path) -> None:
    """The build is over; the changes go last, since they are only of use with the note."""
    (home / NOTE).unlink(missing_ok=True)
    changes(home).clear()


def put(path: Path, text: str) -> None:
    """Write a file that is whole whenever somebody looks."""
    written = path.with_name(f"{path.name}.new")
    written.write_text(text, "utf-8")
    os.replace(written, path)
