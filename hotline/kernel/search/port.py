"""The port of search: index schemas, documents, queries, filters and hits as values, and what a backend must do.

The database is the truth; an index is a cache that can always be built again. Nothing here knows articles or tickets.
"""

import base64
import binascii
import hashlib
import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cache
from typing import Protocol

from hotline.kernel.errors import Invalid


@dataclass(frozen=True)
class TextField:
    """A field of tokens that is ranked; `boost` multiplies its BM25."""

    name: str
    boost: float


@dataclass(frozen=True)
class IndexSchema:
    """What one index holds. `keywords` are matched whole, `numbers` by range; neither is ranked.

    `extra` are token fields that only a query which names them looks at (suggestions).
    """

    name: str
    version: int
    texts: tuple[TextField, ...]
    extra: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()

    def fingerprint(self, *made_by: str | int) -> str:
        """Changes whenever an index built before must be built again; `made_by` are versions of whatever wrote it."""
        return _fingerprint(self, (FORM, *made_by))


@dataclass(frozen=True)
class IndexDoc:
    """One document. `texts` are tokens joined by blanks (`Analyzer.spaced`); a keyword may have several values."""

    id: str
    texts: Mapping[str, str]
    keywords: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)


Source = Callable[[str | None], Iterable[IndexDoc]]
"""The documents after the one of that id (None: all of them), in an order that stays, each as it is when it is asked for."""
FORM = 2
"""Raise it when backends write the same document otherwise: indexes of another form are rebuilt."""
NOTHING = "∅"
"""The token of a field without text. Engines differ in how empty fields count in BM25; so none is empty."""


def texts_of(schema: IndexSchema, doc: IndexDoc) -> dict[str, str]:
    """Every token field of the schema with its text, as each backend must write it to rank like the others."""
    names = (*(field.name for field in schema.texts), *schema.extra)
    return {name: doc.texts.get(name, "").strip() or NOTHING for name in names}


@dataclass(frozen=True)
class CompiledQuery:
    """What is looked for: any of the groups. A group is a token, then its synonyms, which count `SYNONYM_BOOST` of it.

    Best field wins, the others add `tie` of their score. Repeated tokens are kept: every backend counts them alike.
    """

    groups: tuple[tuple[str, ...], ...]
    fields: tuple[TextField, ...]
    tie: float = 0.3


SYNONYM_BOOST = 0.8
LONGEST_CURSOR = 256
"""Characters; ours are far shorter."""
DEEPEST = 10_000
"""Hits a reader may page through; further down nobody looks, and each page costs what lies before it."""


@dataclass(frozen=True)
class AnyOf:
    """The keyword field holds at least one of the values; no values, no hit."""

    name: str
    values: frozenset[str]


@dataclass(frozen=True)
class Between:
    """The number lies between both ends, ends included; None leaves that end open."""

    name: str
    low: int | None = None
    high: int | None = None


Filters = tuple[AnyOf | Between, ...]
"""All must hold. They decide who sees what, so they are part of the query and never change a score."""


@dataclass(frozen=True)
class Hit:
    """A document and its score: greater is better, comparable only within one answer."""

    id: str
    score: float


@dataclass(frozen=True)
class Cursor:
    """Where a page ended: its last hit, and how many hits lie before the next."""

    last: Hit
    seen: int

    def encoded(self) -> str:
        """The cursor as text, to hand to a client."""
        return base64.urlsafe_b64encode(json.dumps([self.last.id, self.last.score, self.seen]).encode()).decode()

    @classmethod
    def decoded(cls, text: str) -> "Cursor":
        """The cursor of `encoded`. Raises Invalid for anything else."""
        try:
            key, score, seen = json.loads(base64.urlsafe_b64decode(text[:LONGEST_CURSOR].encode()))
            made = cls(Hit(str(key), float(score)), min(max(int(seen), 0), DEEPEST))
        except (ValueError, TypeError, OverflowError, binascii.Error) as error:
            raise Invalid("after", "broken-cursor") from error
        if not math.isfinite(made.last.score):
            raise Invalid("after", "broken-cursor")
        return made


@dataclass(frozen=True)
class Hits:
    """A page, best first, equal scores by id. `total` counts all that match; `next_page` is None on the last page.

    `degraded`: the store of the settings is away, and the spare one answered.
    """

    hits: tuple[Hit, ...]
    total: int
    next_page: Cursor | None = None
    degraded: bool = False


@dataclass(frozen=True)
class Away:
    """The store of the settings does not answer, or is not up to date: since when, why, and how many changes wait for it."""

    since: datetime
    reason: str
    missed: int = 0


@dataclass(frozen=True)
class IndexStats:
    """State of one index. `ready` is False when it has yet to be built, or was built for another schema.

    `store` names what answers. `building` are the documents safely in the generation built beside it, None when none is.
    """

    ready: bool
    docs: int = 0
    generation: int = 0
    size_bytes: int = 0
    store: str = ""
    building: int | None = None
    away: Away | None = None


@dataclass(frozen=True)
class Access:
    """What a store on a server asks for; a store in a folder needs none of it."""

    api_key: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    ca_file: str = ""


class SearchBackend(Protocol):
    """An index store. Reading never fails for want of an index: it finds nothing until one is built.

    Writing raises Unavailable when another process writes, or no index is built yet: the outbox tries again.
    """

    def ensure(self, schema: IndexSchema, source: Source) -> bool:
        """Build the index from the source unless there is one of this schema; says whether it was built."""

    def replace(self, schema: IndexSchema, source: Source) -> None:
        """Build a new generation beside the live one, then put it in its place.

        The live one answers and takes changes meanwhile, and what changes is in the new one too when it takes over. A
        killed build leaves a note of how far it came; the next call goes on from there. Unavailable while another builds.
        """

    def apply(self, schema: IndexSchema, upserts: Iterable[IndexDoc], deletes: Iterable[str] = ()) -> None:
        """Remove documents, then put others (what is put stays, though it was named to be removed).

        Found by every process when this returns. Safe to repeat. `upserts` is read when no other process can write.
        Applying nothing brings a store that was away what it missed.
        """

    def search(
        self, schema: IndexSchema, query: CompiledQuery, filters: Filters = (), *, size: int = 10, after: Cursor | None = None
    ) -> Hits:
        """The best `size` documents after the cursor."""

    def counts(self, schema: IndexSchema, tokens: Iterable[str]) -> dict[str, int]:
        """In how many documents each token stands (in the ranked field that has it most often)."""

    def stats(self, schema: IndexSchema) -> IndexStats:
        """Whether it is there, and how big."""


@cache
def _fingerprint(schema: IndexSchema, made_by: tuple[str | int, ...]) -> str:
    stated = json.dumps([asdict(schema), *made_by], sort_keys=True)
    return hashlib.sha256(stated.encode()).hexdigest()[:16]
