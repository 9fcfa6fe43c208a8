"""Asking an index in words: text → tokens with their synonyms → backend. What articles and tickets both use."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from hotline.kernel.search.analysis import GRAM, Analyzer, grams, suggest_group
from hotline.kernel.search.port import CompiledQuery, Cursor, Filters, Hits, IndexSchema, SearchBackend, TextField

LONGEST_QUERY = 64
"""Tokens of a query that are looked at: a pasted page must not cost a thousand term look-ups."""

LONGEST_NAMED = 10
"""Characters of a word with synonyms that is looked for across the words of a text."""

Alternative = tuple[str, ...]
"""Tokens that together mean what another token means."""


@dataclass(frozen=True)
class Asked:
    """A text cut up to be asked: words (`filler` left out), character pairs, sounds, and what else each word may be called."""

    tokens: tuple[str, ...]
    grams: tuple[str, ...]
    sounds: tuple[str, ...]
    alternatives: Mapping[str, tuple[Alternative, ...]]

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """The groups of a query: a word with its one-word synonyms, the words of longer ones, pairs, sounds."""
        words = [(token, *(one[0] for one in self.alternatives.get(token, ()) if len(one) == 1)) for token in self.tokens]
        known = set(self.tokens)
        parts = [part for many in self.alternatives.values() for one in many if len(one) > 1 for part in one]
        rest = [(one,) for one in (*(part for part in dict.fromkeys(parts) if part not in known), *self.grams, *self.sounds)]
        return (*words, *rest)


@dataclass(frozen=True)
class Search:
    """A backend with the analyzer its indexes were written with. `synonyms` maps a word to others that mean the same."""

    backend: SearchBackend
    analyzer: Analyzer
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def compile(self, schema: IndexSchema, text: str, fields: Sequence[TextField] = ()) -> CompiledQuery:
        """The query of a text over the fields, by default all that the schema ranks."""
        tokens = self.analyzer.tokens(text[: LONGEST_QUERY * 8])[:LONGEST_QUERY]
        groups = tuple((token, *self.synonyms.get(token, ())) for token in tokens)
        return CompiledQuery(groups, tuple(fields) or schema.texts)

    def asked(self, text: str, filler: Collection[str] = ()) -> Asked:
        """The text cut up for fields of `Analyzer.indexed` and `Analyzer.sounding`."""
        said = text[: LONGEST_QUERY * 8]
        folded = self.analyzer.repaired(said)
        tokens = tuple(token for token in self.analyzer.tokens(folded) if token not in filler)[:LONGEST_QUERY]
        pairs = tuple(pair for pair in grams(folded) if pair[len(GRAM) :] not in filler)[:LONGEST_QUERY]
        sounds = tuple(self.analyzer.sounds(said, filler)[:LONGEST_QUERY])
        return Asked(tokens, pairs, sounds, self._alternatives(folded, tokens))

    def find(
        self, schema: IndexSchema, text: str, filters: Filters = (), *, size: int = 10, after: Cursor | None = None
    ) -> Hits:
        """The best documents for a text."""
        return self.backend.search(schema, self.compile(schema, text), filters, size=size, after=after)

    def suggest(self, schema: IndexSchema, field_name: str, typed: str, filters: Filters = (), *, size: int = 5) -> Hits:
        """Documents whose title, or a word of it, begins so: as characters, pinyin or initials (`analysis.suggest_terms`)."""
        group = suggest_group(typed)
        query = CompiledQuery((group,) if group else (), (TextField(field_name, 1.0),))
        return self.backend.search(schema, query, filters, size=size)

    def size(self, schema: IndexSchema) -> int:
        """How many documents the index holds. For a store on a server a request of its own: keep it."""
        return self.backend.stats(schema).docs

    def weights(self, schema: IndexSchema, tokens: Iterable[str], size: int | None = None) -> dict[str, float]:
        """How telling each token is (BM25's idf); one that no document has is the most telling. `size` is that of the index."""
        size = self.size(schema) if size is None else size
        counted = self.backend.counts(schema, tokens)
        return {token: math.log(1 + (size - n + 0.5) / (n + 0.5)) if n <= size else 0.0 for token, n in counted.items()}

    def _alternatives(self, folded: str, tokens: Sequence[str]) -> dict[str, tuple[Alternative, ...]]:
        """What each token may be called otherwise; a word of several tokens lends its synonyms to all of them."""
        found = {token: self._cut(self.synonyms[token]) for token in tokens if token in self.synonyms}
        for word in self._named(folded):
            if word not in found:
                others = self._cut(self.synonyms[word])
                for part in self.analyzer.parts(word):
                    if part in tokens:
                        found[part] = (*found.get(part, ()), *others)
        return found

    def _named(self, folded: str) -> dict[str, None]:
        """The words with synonyms that stand anywhere in the text, longer than one character."""
        ends = range(2, LONGEST_NAMED + 1)
        parts = (folded[at : at + size] for at in range(len(folded) - 1) for size in ends)
        return dict.fromkeys(part for part in parts if part in self.synonyms)

    def _cut(self, words: Iterable[str]) -> tuple[Alternative, ...]:
        return tuple(cut for word in words if (cut := self.analyzer.parts(word)))
