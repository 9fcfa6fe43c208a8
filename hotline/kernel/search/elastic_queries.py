"""What Elasticsearch is sent: mappings, template, bulk lines and queries as plain values. Pure; `elasticsearch.py` sends them.

Chosen so that it ranks as the embedded index: text cut by the application, one shard, BM25 1.2/0.75, no empty fields.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from hotline.kernel.errors import Invalid
from hotline.kernel.search.port import (
    SYNONYM_BOOST,
    AnyOf,
    Between,
    CompiledQuery,
    Filters,
    Hit,
    IndexDoc,
    IndexSchema,
    texts_of,
)

Json = dict[str, Any]
ID = "id"
DOCUMENTS: Json = {"exists": {"field": ID}}
"""What is a document, and not the mark of one that was removed while the generation was built."""
GONE: Json = {"bool": {"must_not": [DOCUMENTS]}}
WHILE_BUILT: Json = {"refresh_interval": "-1", "number_of_replicas": 0}
PRIORITY = 200
"""Before the templates that come with Elasticsearch, which are at 100."""
CONFLICT, NOT_FOUND, FIRST_ERROR = 409, 404, 400


def template(prefix: str) -> Json:
    """The settings of all our indexes; whoever runs the cluster adds own ones in the component template `<prefix>@custom`."""
    settings = {
        "number_of_shards": 1,  # idf is counted a shard; several would rank by chance of where a document lies
        "similarity": {"default": {"type": "BM25", "k1": 1.2, "b": 0.75}},
    }
    custom = f"{prefix}@custom"
    return {
        "index_patterns": [f"{prefix}-*-*"],
        "priority": PRIORITY,
        "template": {"settings": settings},
        "composed_of": [custom],
        "ignore_missing_component_templates": [custom],
    }


def when_built(replicas: int) -> Json:
    """The settings of a generation that takes over."""
    return {"refresh_interval": None, "number_of_replicas": replicas}


def mappings(schema: IndexSchema) -> Json:
    """The fields; a document with any other is refused."""
    names = (*(field.name for field in schema.texts), *schema.extra)
    text = {"type": "text", "analyzer": "whitespace", "norms": True, "index_options": "freqs"}
    fields: Json = {ID: {"type": "keyword"}, **dict.fromkeys(names, text)}
    fields |= dict.fromkeys(schema.keywords, {"type": "keyword", "doc_values": False})
    fields |= dict.fromkeys(schema.numbers, {"type": "long"})
    return {"dynamic": "strict", "properties": fields}


def writing(schema: IndexSchema, alias: str, upserts: Iterable[IndexDoc], deletes: Iterable[str]) -> list[Json]:
    """Operations that bring the live index up to date."""
    put = [{"index": {"_index": alias, "_id": doc.id, "require_alias": True}, "doc": _document(schema, doc)} for doc in upserts]
    return [*put, *({"delete": {"_index": alias, "_id": key}} for key in deletes)]


def writing_over(schema: IndexSchema, alias: str, upserts: Iterable[IndexDoc], deletes: Iterable[str]) -> list[Json]:
    """The same for the generation being built; a removed document leaves a mark there, so the build cannot bring it back."""
    said = {"_index": alias, "require_alias": True}
    put = [{"index": {**said, "_id": doc.id}, "doc": _document(schema, doc), "spare": True} for doc in upserts]
    return [*put, *({"index": {**said, "_id": key}, "doc": {}, "spare": True} for key in deletes)]


def filling(schema: IndexSchema, index: str, docs: Iterable[IndexDoc]) -> list[Json]:
    """Operations of a build: each document is made only where none, and no mark of one, is there yet."""
    return [{"create": {"_index": index, "_id": doc.id}, "doc": _document(schema, doc)} for doc in docs]


def lines(operations: Iterable[Json]) -> list[Json]:
    """The lines of a bulk request."""
    found: list[Json] = []
    for one in operations:
        found += [{verb: said} for verb, said in one.items() if verb in ("index", "create", "delete")]
        found += [one["doc"]] if "doc" in one else []
    return found


def put_off(operations: Sequence[Json], items: Sequence[Json], busy: Collection[int]) -> list[Json]:
    """The operations that a busy server wants again. Raises Invalid for one that it will never take.

    All is well with: a removed document that is not there, one that a build finds there already, and a build that is over.
    """
    left = []
    for operation, item in zip(operations, items, strict=True):
        ((verb, told),) = item.items()
        status = told["status"]
        if status in busy:
            left.append(operation)
        elif status >= FIRST_ERROR and not _is_fine(operation, verb, status):
            raise Invalid("document", "index-refused", id=told["_id"], status=status, reason=told["error"]["type"])
    return left


def page(query: CompiledQuery, filters: Filters, *, size: int, after: Hit | None) -> Json:
    """A search: best first, equals by id, behind that hit."""
    asked: Json = {
        "query": {"bool": {"must": [_ranked(query)], "filter": [_filter(one) for one in filters]}},
        "sort": [{"_score": "desc"}, {ID: "asc"}],
        "size": size,
        "track_total_hits": True,
        "source": False,
    }
    return asked if after is None else {**asked, "search_after": [after.score, after.id]}


def frequencies(schema: IndexSchema, tokens: Iterable[str]) -> Json:
    """In how many documents tokens stand, field by field: asked as the term vectors of a document that has them all."""
    names = [field.name for field in schema.texts]
    return {
        "doc": dict.fromkeys(names, " ".join(tokens)),
        "fields": names,
        "term_statistics": True,
        "field_statistics": False,
        "positions": False,
        "offsets": False,
        "payloads": False,
    }


def _document(schema: IndexSchema, doc: IndexDoc) -> Json:
    keywords = {name: list(values) for name, values in doc.keywords.items()}
    return {ID: doc.id, **texts_of(schema, doc), **keywords, **doc.numbers}


def _is_fine(operation: Json, verb: str, status: int) -> bool:
    return (verb, status) in (("delete", NOT_FOUND), ("create", CONFLICT)) or (status == NOT_FOUND and "spare" in operation)


def _ranked(query: CompiledQuery) -> Json:
    fields = [
        {"bool": {"should": [_group(field.name, group) for group in query.groups], "boost": field.boost}}
        for field in query.fields
    ]
    return {"dis_max": {"queries": fields, "tie_breaker": query.tie}}


def _group(field: str, group: tuple[str, ...]) -> Json:
    first, *synonyms = group
    term = {"term": {field: {"value": first}}}
    if not synonyms:
        return term
    others = [{"term": {field: {"value": synonym, "boost": SYNONYM_BOOST}}} for synonym in synonyms]
    return {"dis_max": {"queries": [term, *others]}}


def _filter(wanted: AnyOf | Between) -> Json:
    if isinstance(wanted, AnyOf):
        return {"terms": {wanted.name: sorted(wanted.values)}}
    ends = {"gte": wanted.low, "lte": wanted.high}
    limits = {name: end for name, end in ends.items() if end is not None}
    return {"range": {wanted.name: limits}} if limits else {"match_all": {}}
