"""Two wordings of an article side by side, field by field, with what is the same, removed and added. Pure.

Texts are compared by sentences first and only where those differ by characters and numbers, so that the time stays bounded.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from knowledge_base.content import ArticleContent, AttachedFile, plain

SENTENCE = re.compile(r"[^。！？；\n]*[。！？；\n]?")
TOKEN = re.compile(r"[0-9A-Za-z]+|\s+|.", re.DOTALL)
CLOSE_WORK = 1_000_000
"""Most pairs of tokens that are compared one by one; larger differing passages are shown as removed and added whole."""
ISLAND = 1
"""A match so short between two differences reads worse than the difference without it."""


class PartKind(StrEnum):
    """What became of a passage."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True)
class Part:
    """A passage of a field."""

    kind: PartKind
    text: str


@dataclass(frozen=True)
class FieldCompared:
    """One field on both sides, as plain values; the same and removed parts make the left text, the same and added the right."""

    field: str
    left: Any  # a plain value of any field
    right: Any  # as `left`
    parts: tuple[Part, ...]

    @property
    def changed(self) -> bool:
        """Whether the two sides differ."""
        return bool(self.left != self.right)


def compared(left: ArticleContent, right: ArticleContent) -> list[FieldCompared]:
    """Every field, in the order of the content."""
    before, after = plain(left), plain(right)
    return [
        FieldCompared(
            each.name,
            before[each.name],
            after[each.name],
            parts(_text(getattr(left, each.name)), _text(getattr(right, each.name))),
        )
        for each in fields(ArticleContent)
    ]


def parts(left: str, right: str) -> tuple[Part, ...]:
    """What makes the right text of the left one."""
    return tuple(_joined(_without_islands(_joined(_by_sentence(left, right)))))


def _by_sentence(left: str, right: str) -> Iterator[Part]:
    before, after = ([each for each in SENTENCE.findall(text) if each] for text in (left, right))
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, before, after).get_opcodes():
        removed, added = "".join(before[i1:i2]), "".join(after[j1:j2])
        if kind == "equal":
            yield Part(PartKind.SAME, removed)
        else:
            yield from _closely(removed, added)


def _closely(left: str, right: str) -> Iterator[Part]:
    before, after = TOKEN.findall(left), TOKEN.findall(right)
    if len(before) * len(after) > CLOSE_WORK:
        yield from _replaced(left, right)
        return
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, before, after).get_opcodes():
        removed, added = "".join(before[i1:i2]), "".join(after[j1:j2])
        if kind == "equal":
            yield Part(PartKind.SAME, removed)
        else:
            yield from _replaced(removed, added)


def _replaced(removed: str, added: str) -> Iterator[Part]:
    if removed:
        yield Part(PartKind.REMOVED, removed)
    if added:
        yield Part(PartKind.ADDED, added)


def _without_islands(found: Sequence[Part]) -> Iterator[Part]:
    for place, part in enumerate(found):
        inside = 0 < place < len(found) - 1
        if inside and part.kind is PartKind.SAME and len(part.text) <= ISLAND and not part.text.isspace():
            yield from _replaced(part.text, part.text)
        else:
            yield part


def _joined(found: Iterator[Part]) -> list[Part]:
    """Neighbours of one kind as one; between two same parts what was removed stands before what was added."""
    made: list[Part] = []
    changed = {PartKind.REMOVED: "", PartKind.ADDED: ""}
    for part in (*found, Part(PartKind.SAME, "")):
        if part.kind is not PartKind.SAME:
            changed[part.kind] += part.text
            continue
        made += _replaced(changed[PartKind.REMOVED], changed[PartKind.ADDED])
        changed = {PartKind.REMOVED: "", PartKind.ADDED: ""}
        if made and made[-1].kind is PartKind.SAME:
            made[-1] = Part(PartKind.SAME, made[-1].text + part.text)
        elif part.text:
            made.append(part)
    return made


def _text(value: Any) -> str:  # the value of any field
    if isinstance(value, tuple):
        return "\n".join(item.name if isinstance(item, AttachedFile) else str(item) for item in value)
    return "" if value is None else str(value)
