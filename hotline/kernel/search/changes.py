"""A file of changes to an index, in their order: what a generation being built, or a store that is away, has yet to get.

Written before the change counts as done and read again after any kill; who holds which lock is the callers' matter.
"""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path

from hotline.kernel.errors import Unavailable
from hotline.kernel.search.port import IndexDoc

Change = tuple[list[IndexDoc], list[str]]
"""Documents to put and ids to remove, as `SearchBackend.apply` takes them."""

AT_ONCE = 2_000
"""Changes put together into one, of which only the last for each document counts."""


class Changes:
    """The changes kept in one file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, upserts: Iterable[IndexDoc], deletes: Iterable[str]) -> None:
        """Keep a change; it is on the disk when this returns. Raises Unavailable when it cannot be."""
        line = json.dumps({"put": [asdict(doc) for doc in upserts], "gone": list(deletes)}, ensure_ascii=False)
        try:
            with self._path.open("a", encoding="utf-8") as file:
                # The line break comes first: half a line of a writer that was killed must not swallow this one.
                file.write("\n" + line)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise Unavailable(f"search index: {error.strerror}", part="search") from error

    def merged(self) -> Iterator[Change]:
        """The changes in their order, many put together into one."""
        lines = self._lines()
        while some := list(islice(lines, AT_ONCE)):
            last: dict[str, IndexDoc | None] = {}
            for upserts, deletes in some:
                last |= dict.fromkeys(deletes) | {doc.id: doc for doc in upserts}
            yield [doc for doc in last.values() if doc is not None], [key for key, doc in last.items() if doc is None]

    def count(self) -> int:
        """How many changes are kept."""
        return sum(1 for _ in self._lines())

    def size_bytes(self) -> int:
        """How big the file is; 0 without one."""
        return self._path.stat().st_size if self._path.exists() else 0

    def clear(self) -> None:
        """Forget them all."""
        self._path.unlink(missing_ok=True)

    def _lines(self) -> Iterator[Change]:
        if not self._path.exists():
            return
        with self._path.open(encoding="utf-8", errors="replace") as file:
            for line in file:
                change = _change(line)
                if change is not None:
                    yield change


def _change(line: str) -> Change | None:
    """Half a line was never acknowledged to anybody, so it is none."""
    try:
        told = json.loads(line)
    except ValueError:
        return None
    return [_doc(entry) for entry in told["put"]], told["gone"]


def _doc(told: dict[str, dict[str, list[str]]]) -> IndexDoc:
    keywords = {name: tuple(values) for name, values in told["keywords"].items()}
    return IndexDoc(**{**told, "keywords": keywords})  # type: ignore[arg-type]  # as `asdict` wrote it
