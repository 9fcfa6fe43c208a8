"""Two stores as one: the one of the settings answers, and while it is away the embedded one does, and says so.

Both take every change. What the first misses is kept in a file and given to it, in order, before it answers again; whether
it is away is kept in a file too, so that all processes of the installation agree. Made by `web.bootstrap`.
"""

import json
import logging
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from hotline.kernel import clock
from hotline.kernel.errors import Unavailable
from hotline.kernel.search.building import put
from hotline.kernel.search.changes import Changes
from hotline.kernel.search.filelock import locked
from hotline.kernel.search.port import (
    Away,
    CompiledQuery,
    Cursor,
    Filters,
    Hits,
    IndexDoc,
    IndexSchema,
    IndexStats,
    SearchBackend,
    Source,
)

LOG = logging.getLogger("hotline.search")
WRITE_WAIT_S = 5.0
LOOK_AGAIN_S = 5.0
"""A first store without an index of ours is asked again after so long."""
MOST_MISSED_BYTES = 200_000_000
"""About a week of a big city; beyond it a rebuild is quicker than catching up, and asked for."""


@dataclass(frozen=True)
class _Mark:
    """Why the first store does not answer now, since when; `too_far` behind to catch up: it must be built again."""

    since: str
    reason: str
    too_far: bool = False


class FallbackBackend:
    """`SearchBackend` of a first store and a spare one."""

    def __init__(
        self, first: SearchBackend, spare: SearchBackend, folder: Path, *, most_bytes: int = MOST_MISSED_BYTES
    ) -> None:
        """`folder` keeps what the first store missed, at most `most_bytes` of it for each index."""
        self._first, self._spare = first, spare
        self._folder = folder
        self._most_bytes = most_bytes
        self._looked: dict[str, tuple[float, bool]] = {}

    def ensure(self, schema: IndexSchema, source: Source) -> bool:
        built = self._spare.ensure(schema, source)
        try:
            if not self._first.ensure(schema, source):
                return built
        except Unavailable as error:
            self._lost(schema, error)
            return built
        self._has_all(schema)
        return True

    def replace(self, schema: IndexSchema, source: Source) -> None:
        self._spare.replace(schema, source)
        self._first.replace(schema, source)
        self._has_all(schema)

    def apply(self, schema: IndexSchema, upserts: Iterable[IndexDoc], deletes: Iterable[str] = ()) -> None:
        with locked(self._file(schema, "lock"), wait_s=WRITE_WAIT_S):
            docs, gone = list(upserts), list(deletes)
            if not docs and not gone:
                return self._catch_up(schema)
            self._spare.apply(schema, docs, gone)
            if self._mark(schema) is None:
                try:
                    return self._first.apply(schema, docs, gone)
                except Unavailable as error:
                    self._lost(schema, error)
            return self._miss(schema, docs, gone)

    def search(
        self, schema: IndexSchema, query: CompiledQuery, filters: Filters = (), *, size: int = 10, after: Cursor | None = None
    ) -> Hits:
        if self._first_answers(schema):
            try:
                return self._first.search(schema, query, filters, size=size, after=after)
            except Unavailable as error:
                self._lost(schema, error)
        return replace(self._spare.search(schema, query, filters, size=size, after=after), degraded=True)

    def counts(self, schema: IndexSchema, tokens: Iterable[str]) -> dict[str, int]:
        asked = list(tokens)
        if self._first_answers(schema):
            try:
                return self._first.counts(schema, asked)
            except Unavailable as error:
                self._lost(schema, error)
        return self._spare.counts(schema, asked)

    def stats(self, schema: IndexSchema) -> IndexStats:
        try:
            found = self._first.stats(schema)
        except Unavailable as error:
            self._lost(schema, error)
            found = IndexStats(ready=False)
        mark = self._mark(schema)
        if mark is None and found.ready:
            return found
        mark = mark or _Mark(clock.now().isoformat(), "it has no index yet: run `hotline kb rebuild`")
        away = Away(datetime.fromisoformat(mark.since), mark.reason, self._missed(schema).count())
        return replace(self._spare.stats(schema), away=away)

    def _first_answers(self, schema: IndexSchema) -> bool:
        """Whether the first store has all there is: asked of files, and of the store itself only until it once was ready."""
        if self._mark(schema) is not None:
            return False
        looked_at, ready = self._looked.get(schema.name, (0.0, False))
        if not ready and (not looked_at or time.monotonic() - looked_at > LOOK_AGAIN_S):
            try:
                ready = self._first.stats(schema).ready
            except Unavailable as error:
                self._lost(schema, error)
            self._looked[schema.name] = (time.monotonic(), ready)
        return ready

    def _lost(self, schema: IndexSchema, error: Unavailable) -> None:
        """From now on the spare store answers; `apply` brings the first one back."""
        if self._mark(schema) is None:
            LOG.warning("search of %s falls back to the embedded index: %s", schema.name, error)
            self._write(schema, _Mark(clock.now().isoformat(), str(error)))

    def _miss(self, schema: IndexSchema, docs: list[IndexDoc], gone: list[str]) -> None:
        """Keep it for the first store. Beyond the most only what is newer is kept: a rebuild begins with that at the latest."""
        mark, missed = self._mark(schema), self._missed(schema)
        missed.append(docs, gone)
        if mark is not None and missed.size_bytes() > self._most_bytes:
            self._write(schema, replace(mark, reason="too far behind: run `hotline kb rebuild`", too_far=True))
            missed.clear()

    def _catch_up(self, schema: IndexSchema) -> None:
        """Give the first store what it missed, and let it answer again. It stays away when it cannot take it."""
        mark, missed = self._mark(schema), self._missed(schema)
        if mark is None or mark.too_far:
            return
        try:
            if not self._first.stats(schema).ready:
                return
            for docs, gone in missed.merged():
                self._first.apply(schema, docs, gone)
        except Unavailable as error:
            LOG.warning("search of %s is still on the embedded index: %s", schema.name, error)
            return
        missed.clear()
        self._answer_again(schema)

    def _has_all(self, schema: IndexSchema) -> None:
        """The first store was just built: what was too far behind is no longer, what it missed meanwhile it still gets."""
        mark = self._mark(schema)
        if mark is not None:
            self._write(schema, replace(mark, too_far=False))
        with locked(self._file(schema, "lock"), wait_s=WRITE_WAIT_S):
            self._catch_up(schema)

    def _answer_again(self, schema: IndexSchema) -> None:
        self._file(schema, "away").unlink(missing_ok=True)
        LOG.info("search of %s is on its own store again", schema.name)

    def _mark(self, schema: IndexSchema) -> _Mark | None:
        try:
            return _Mark(**json.loads(self._file(schema, "away").read_text("utf-8")))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError):
            return _Mark(clock.now().isoformat(), "its note cannot be read")

    def _write(self, schema: IndexSchema, mark: _Mark) -> None:
        put(self._file(schema, "away"), json.dumps(asdict(mark)))

    def _missed(self, schema: IndexSchema) -> Changes:
        return Changes(self._file(schema, "missed"))

    def _file(self, schema: IndexSchema, kind: str) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder / f"{schema.name}.{kind}"
