"""The demo city's public articles and words as answering is measured with. Called by `hotline kb evaluate` and by tests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from web.demo.data import ArticleFile, load_city, read_yaml


@dataclass(frozen=True)
class Material:
    """Entries as `evaluation.Bench` takes them; words and groups of synonyms beside the packaged ones."""

    entries: Sequence[Mapping[str, Any]]
    words: Sequence[str] = ()
    synonyms: Sequence[Sequence[str]] = ()


def material() -> Material:
    """The articles as a citizen may read them."""
    vocabulary = read_yaml("vocabulary.yaml")
    entries = [_entry(article) for article in load_city().articles]
    return Material(entries, vocabulary["terms"], [group["words"] for group in vocabulary["synonyms"]])


def _entry(article: ArticleFile) -> dict[str, Any]:
    told = {name: article.front[name] for name in ("title", "questions", "keywords")}
    return {"id": article.id, "body": article.public_answer, **told}
