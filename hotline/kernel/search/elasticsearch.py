"""Search on an Elasticsearch of one or several nodes, ranked as by the embedded index; the only module that knows its client.

Generations are indexes `<prefix>-<index>-<n>`; the alias `<prefix>-<index>` is the live one, `…-building` the one being built.
Made by `open_backend` from the URL of the settings; requests and their errors are in here, queries in `elastic_queries`.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs

from elasticsearch import ApiError, Elasticsearch, TransportError

from hotline.kernel.errors import Invalid, Unavailable
from hotline.kernel.search import analysis, elastic_queries
from hotline.kernel.search.filelock import locked
from hotline.kernel.search.port import (
    Access,
    CompiledQuery,
    Cursor,
    Filters,
    Hit,
    Hits,
    IndexDoc,
    IndexSchema,
    IndexStats,
    Source,
)

LOG = logging.getLogger("hotline.search")
PREFIX = "hotline"
BATCH = 1_000
WRITE_WAIT_S = 5.0
TIMEOUT_S, BUILD_TIMEOUT_S = 5.0, 60.0
TRIES, FIRST_WAIT_S = 6, 0.5
"""A rebuild waits out a busy cluster for about half a minute; live changes do not, since the outbox repeats them."""
KNOWN_FOR_S = 5.0
"""For so long a process trusts what it knows of the live index before it looks again."""
BUSY = frozenset({429, 502, 503, 504})
Json = dict[str, Any]  # what the server is sent and answers


@dataclass(frozen=True)
class _Generation:
    """An index of ours. `live` and `building` are its aliases; `made` is what its mapping keeps beside the fields."""

    name: str
    live: bool
    building: bool
    made: Mapping[str, Any]

    @property
    def number(self) -> int:
        return int(self.name.rsplit("-", 1)[1])


class ElasticsearchBackend:
    """`SearchBackend` over a server. Changes come one writer at a time: the lock is a file of this machine."""

    def __init__(
        self, client: Elasticsearch, folder: Path, *, prefix: str = PREFIX, replicas: int = 0, batch: int = BATCH
    ) -> None:
        """`batch` documents of a rebuild are sent and made safe at a time; `replicas` are copies on other nodes."""
        self._client = client
        self._folder = folder
        self._prefix = prefix
        self._replicas = replicas
        self._batch = batch
        self._known: dict[str, tuple[float, _Generation]] = {}
        self._guard = threading.Lock()

    def ensure(self, schema: IndexSchema, source: Source) -> bool:
        if self.stats(schema).ready:
            return False
        self.replace(schema, source)
        return True

    def replace(self, schema: IndexSchema, source: Source) -> None:
        with self._locked(schema, "build"), _translated():
            begun = self._begun(schema)
            self._fill(schema, begun, source)
            self._take_over(schema, begun)

    def apply(self, schema: IndexSchema, upserts: Iterable[IndexDoc], deletes: Iterable[str] = ()) -> None:
        with self._locked(schema, "write"), _translated():
            put, gone = list(upserts), list(deletes)
            if not put and not gone:
                return
            live, begun = self._live(schema), self._building(schema)
            if live is None and begun is None:
                raise Unavailable("index not built yet", part="search", index=schema.name)
            kept = {doc.id for doc in put}
            missing = [key for key in gone if key not in kept]
            written: list[Json] = []
            if live is not None:
                written += elastic_queries.writing(schema, self._alias(schema), put, missing)
            if begun is not None:
                written += elastic_queries.writing_over(schema, self._building_alias(schema), put, missing)
            self._bulk(self._client, written)
        with _translated():
            self._client.indices.refresh(index=self._alias(schema), ignore_unavailable=True)

    def search(
        self, schema: IndexSchema, query: CompiledQuery, filters: Filters = (), *, size: int = 10, after: Cursor | None = None
    ) -> Hits:
        if not query.groups or self._live(schema) is None:
            return Hits((), 0)
        asked = elastic_queries.page(query, filters, size=size + 1, after=after.last if after else None)
        with _translated():
            found = self._client.search(index=self._alias(schema), ignore_unavailable=True, **asked)["hits"]
        hits = tuple(Hit(entry["sort"][1], float(entry["sort"][0])) for entry in found["hits"])
        seen = (after.seen if after else 0) + size
        more = len(hits) > size
        return Hits(hits[:size], found["total"]["value"], Cursor(hits[size - 1], seen) if more and size else None)

    def counts(self, schema: IndexSchema, tokens: Iterable[str]) -> dict[str, int]:
        counted = dict.fromkeys(tokens, 0)
        if not counted or self._live(schema) is None:
            return counted
        with _translated():
            asked = elastic_queries.frequencies(schema, counted)
            fields = self._client.termvectors(index=self._alias(schema), **asked)["term_vectors"]
        for field in fields.values():
            for token, told in field["terms"].items():
                if token in counted:
                    counted[token] = max(counted[token], told.get("doc_freq", 0))
        return counted

    def stats(self, schema: IndexSchema) -> IndexStats:
        with _translated():
            version = self._client.info()["version"]["number"]
            live, begun = self._look(schema), self._building(schema)
            state = IndexStats(False, store=f"Elasticsearch {version}", building=begun.made["done"] if begun else None)
            if live is None:
                return state
            docs = self._client.count(index=live.name, query=elastic_queries.DOCUMENTS)["count"]
            size = self._client.indices.stats(index=live.name, metric="store")["_all"]["primaries"]["store"]["size_in_bytes"]
            return replace(state, ready=True, docs=docs, generation=live.number, size_bytes=size)

    def _alias(self, schema: IndexSchema) -> str:
        return f"{self._prefix}-{schema.name}"

    def _building_alias(self, schema: IndexSchema) -> str:
        return f"{self._alias(schema)}-building"

    @contextmanager
    def _locked(self, schema: IndexSchema, what: str) -> Iterator[None]:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Unavailable(f"search index: {error.strerror}", part="search") from error
        with locked(self._folder / f"{schema.name}-{what}.lock", wait_s=WRITE_WAIT_S):
            yield

    def _generations(self, schema: IndexSchema) -> list[_Generation]:
        alias = self._alias(schema)
        found = self._client.indices.get(index=f"{alias}-*", ignore_unavailable=True, allow_no_indices=True)
        return [
            _Generation(
                name, alias in told["aliases"], f"{alias}-building" in told["aliases"], told["mappings"].get("_meta", {})
            )
            for name, told in found.items()
            if name.removeprefix(f"{alias}-").isdigit()
        ]

    def _live(self, schema: IndexSchema) -> _Generation | None:
        """The live index of this schema, as known for a moment: asking before each search would double its requests."""
        with self._guard:
            looked_at, known = self._known.get(schema.name, (0.0, None))
        if known is not None and time.monotonic() - looked_at < KNOWN_FOR_S:
            return known
        with _translated():
            return self._look(schema)

    def _look(self, schema: IndexSchema) -> _Generation | None:
        made = _fingerprint(schema)
        found = next((one for one in self._generations(schema) if one.live and one.made.get("fingerprint") == made), None)
        with self._guard:
            self._known.pop(schema.name, None)
            if found is not None:
                self._known[schema.name] = (time.monotonic(), found)
        return found

    def _building(self, schema: IndexSchema) -> _Generation | None:
        made = _fingerprint(schema)
        generations = self._generations(schema)
        return next((one for one in generations if one.building and one.made.get("fingerprint") == made), None)

    def _begun(self, schema: IndexSchema) -> _Generation:
        """The build to go on with, else a new one. Whatever is written from here on goes there too."""
        found = self._building(schema)
        if found is not None:
            return found
        generations = self._generations(schema)
        for left in generations:
            if not left.live:
                self._client.indices.delete(index=left.name, ignore_unavailable=True)
        self._client.indices.put_index_template(name=self._prefix, **elastic_queries.template(self._prefix))
        number = 1 + max((one.number for one in generations), default=0)
        made = {"fingerprint": _fingerprint(schema), "after": None, "done": 0}
        name = f"{self._alias(schema)}-{number}"
        self._client.indices.create(
            index=name,
            aliases={self._building_alias(schema): {}},
            mappings={**elastic_queries.mappings(schema), "_meta": made},
            settings=elastic_queries.WHILE_BUILT,
        )
        return _Generation(name, live=False, building=True, made=made)

    def _fill(self, schema: IndexSchema, begun: _Generation, source: Source) -> None:
        """Send what the source has after the last safe document. What changed meanwhile is there already and stays."""
        patient = self._client.options(request_timeout=BUILD_TIMEOUT_S)
        made = dict(begun.made)
        docs = iter(source(made["after"]))
        while some := list(islice(docs, self._batch)):
            self._bulk(patient, elastic_queries.filling(schema, begun.name, some), tries=TRIES)
            made |= {"after": some[-1].id, "done": made["done"] + len(some)}
            _patiently(partial(patient.indices.put_mapping, index=begun.name, meta=made), TRIES)

    def _take_over(self, schema: IndexSchema, begun: _Generation) -> None:
        indices = self._client.options(request_timeout=BUILD_TIMEOUT_S).indices
        indices.put_settings(index=begun.name, settings=elastic_queries.when_built(self._replicas))
        indices.refresh(index=begun.name)
        alias = self._alias(schema)
        old = [one.name for one in self._generations(schema) if one.name != begun.name]
        actions: list[Json] = [{"remove": {"index": name, "alias": alias, "must_exist": False}} for name in old]
        actions.append({"add": {"index": begun.name, "alias": alias}})
        actions.append({"remove": {"index": begun.name, "alias": self._building_alias(schema)}})
        indices.update_aliases(actions=actions)
        with self._guard:
            self._known.pop(schema.name, None)
        self._client.delete_by_query(index=begun.name, query=elastic_queries.GONE, conflicts="proceed", refresh=True)
        for name in old:
            indices.delete(index=name, ignore_unavailable=True)

    def _bulk(self, client: Elasticsearch, operations: Sequence[Json], *, tries: int = 1) -> None:
        """Send operations; those that a busy server put off are sent again, those it will never take raise Invalid."""
        left = list(operations)

        def send() -> None:
            nonlocal left
            answered = client.bulk(operations=elastic_queries.lines(left))
            left = elastic_queries.put_off(left, answered["items"], BUSY)
            if left:
                raise Unavailable(f"Elasticsearch put off {len(left)} changes", part="search")

        _patiently(send, tries)


def open_backend(url: SplitResult, *, data_dir: Path, access: Access | None = None) -> ElasticsearchBackend:
    """`elasticsearch+https://a:9200,b:9200/prefix?replicas=1&timeout=5`; without `+https` in clear, for a server beside us.

    A user may stand before the first node; key, password and CA file come by their own settings. Raises Invalid for a
    password in the URL, since URLs are shown and logged.
    """
    given, asked = access or Access(), {name: values[-1] for name, values in parse_qs(url.query).items()}
    user, _, nodes = url.netloc.rpartition("@")
    if ":" in user:
        raise Invalid("search_url", "password-in-url")
    scheme = url.scheme.rpartition("+")[2].replace("elasticsearch", "http")
    hosts = [f"{scheme}://{node}" for node in nodes.split(",") if node]
    secured: Json = {"ca_certs": given.ca_file} if given.ca_file and scheme == "https" else {}
    if given.api_key:
        secured["api_key"] = given.api_key
    elif user:
        secured["basic_auth"] = (user, given.password)
    timeout = float(asked.get("timeout", TIMEOUT_S))
    # Its client tells each failed connection with a whole trace; what follows from it we say ourselves, once.
    logging.getLogger("elastic_transport").setLevel(logging.ERROR)
    # One try for each node: a dead one is passed over, and a search that no node answers is left to the spare index.
    client = Elasticsearch(hosts, request_timeout=timeout, max_retries=len(hosts), retry_on_timeout=False, **secured)
    prefix = url.path.strip("/") or PREFIX
    return ElasticsearchBackend(client, data_dir / "search" / "locks", prefix=prefix, replicas=int(asked.get("replicas", 0)))


@contextmanager
def _translated() -> Iterator[None]:
    """Whatever the server or the way to it cannot do now is Unavailable; the message names no key and no text."""
    try:
        yield
    except ApiError as error:
        raise Unavailable(f"Elasticsearch: {error.status_code} {error.error}", part="search") from error
    except TransportError as error:
        raise Unavailable(f"Elasticsearch: {type(error).__name__}", part="search") from error


def _patiently(work: Callable[[], object], tries: int) -> None:
    """Do it, waiting longer after each try while the server is busy or does not answer in time."""
    for attempt in range(tries):
        try:
            with _translated():
                work()
        except Unavailable as error:
            if attempt + 1 == tries or not _may_pass(error.__cause__):
                raise
            LOG.warning("%s; again in a moment", error)
            time.sleep(FIRST_WAIT_S * 2**attempt)
        else:
            return


def _may_pass(cause: BaseException | None) -> bool:
    return cause is None or isinstance(cause, TransportError) or (isinstance(cause, ApiError) and cause.status_code in BUSY)


def _fingerprint(schema: IndexSchema) -> str:
    return schema.fingerprint("elasticsearch", analysis.VERSION)
