"""Asking an index in words: text → tokens with their synonyms → backend. What articles and tickets both use."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from hotline.kernel.search.analysis import Analyzer, suggest_query
from hotline.kernel.search.port import CompiledQuery, Cursor, Filters, Hits, IndexSchema, SearchBackend, TextField

LONGEST_QUERY = 64
"""Tokens of a query that are looked at: a pasted page must not cost a thousand term look-ups."""


@dataclass(frozen=True)
class Search:
    """A backend with the analyzer its indexes were written with. `synonyms` maps a token to others that mean the same."""

    backend: SearchBackend
    analyzer: Analyzer
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def compile(self, schema: IndexSchema, text: str, fields: Sequence[TextField] = ()) -> CompiledQuery:
        """The query of a text over the fields, by default all that the schema ranks."""
        tokens = self.analyzer.tokens(text[: LONGEST_QUERY * 8])[:LONGEST_QUERY]
        groups = tuple((token, *self.synonyms.get(token, ())) for token in tokens)
        return CompiledQuery(groups, tuple(fields) or schema.texts)

    def find(
        self, schema: IndexSchema, text: str, filters: Filters = (), *, size: int = 10, after: Cursor | None = None
    ) -> Hits:
        """The best documents for a text."""
        return self.backend.search(schema, self.compile(schema, text), filters, size=size, after=after)

    def suggest(self, schema: IndexSchema, field_name: str, typed: str, filters: Filters = (), *, size: int = 5) -> Hits:
        """Documents whose title begins so, as characters, pinyin or initials (`analysis.suggest_terms`)."""
        term = suggest_query(typed)
        query = CompiledQuery(((term,),) if term else (), (TextField(field_name, 1.0),))
        return self.backend.search(schema, query, filters, size=size)

    def weights(self, schema: IndexSchema, tokens: Iterable[str]) -> dict[str, float]:
        """How telling each token is in this index (BM25's idf); a token that no document has is the most telling."""
        counted = self.backend.counts(schema, tokens)
        total = self.backend.stats(schema).docs
        return {token: math.log(1 + (total - n + 0.5) / (n + 0.5)) if n <= total else 0.0 for token, n in counted.items()}
