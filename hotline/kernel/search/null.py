"""No search: takes everything, finds nothing. For installations that switch search off."""

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import SplitResult

from hotline.kernel.search.port import Access, CompiledQuery, Cursor, Filters, Hits, IndexDoc, IndexSchema, IndexStats, Source


class NullBackend:
    """The null object of `SearchBackend`."""

    def ensure(self, schema: IndexSchema, source: Source) -> bool:
        return False

    def replace(self, schema: IndexSchema, source: Source) -> None:
        return None

    def apply(self, schema: IndexSchema, upserts: Iterable[IndexDoc], deletes: Iterable[str] = ()) -> None:
        return None

    def search(
        self, schema: IndexSchema, query: CompiledQuery, filters: Filters = (), *, size: int = 10, after: Cursor | None = None
    ) -> Hits:
        return Hits((), 0)

    def counts(self, schema: IndexSchema, tokens: Iterable[str]) -> dict[str, int]:
        return dict.fromkeys(tokens, 0)

    def stats(self, schema: IndexSchema) -> IndexStats:
        return IndexStats(ready=True, store="none")


def open_backend(url: SplitResult, *, data_dir: Path, access: Access | None = None) -> NullBackend:
    """`null:`; neither the URL nor the folder matters."""
    return NullBackend()
