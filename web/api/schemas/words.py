"""Words that search knows, as administrators and editors keep them."""

from pydantic import Field

from web.api.schemas.base import Shape


class SynonymRow(Shape):
    """Words of one meaning; no id for a new group."""

    id: int | None = None
    words: list[str]
    note: str = Field("", max_length=200)
    active: bool = True


class Synonyms(Shape):
    """All groups of the city."""

    items: list[SynonymRow] = Field(max_length=5000)


class VocabularyRow(Shape):
    """A name or term that must not be cut apart; `kind` is free (place, item …)."""

    id: int | None = None
    word: str
    kind: str = Field("", max_length=16)


class Vocabulary(Shape):
    """All words of the city."""

    items: list[VocabularyRow] = Field(max_length=20_000)
