"""Changes of a text, so kept that they can be followed and carried out again: from the raw words to the shown ones. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hotline.kernel.errors import Invalid


@dataclass(frozen=True)
class Edit:
    """Characters `start` to `end` (exclusive) of a text are to become `after`."""

    start: int
    end: int
    after: str


@dataclass(frozen=True)
class Change:
    """What a rule made of the characters `start` to `end` of the text as it stood after all changes before this one."""

    rule: str
    start: int
    end: int
    before: str
    after: str


def carry_out(rule: str, text: str, edits: Iterable[Edit]) -> tuple[str, tuple[Change, ...]]:
    """The text after the edits of one rule, and the changes. Edits count in the text given and do not overlap."""
    changes, moved = list[Change](), 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        start, end = edit.start + moved, edit.end + moved
        if text[start:end] == edit.after:
            continue
        changes.append(Change(rule, start, end, text[start:end], edit.after))
        text = text[:start] + edit.after + text[end:]
        moved += len(edit.after) - (end - start)
    return text, tuple(changes)


def replayed(raw: str, changes: Iterable[Change]) -> str:
    """The shown text, from the raw one and its changes. Raises Invalid when they do not belong together."""
    text = raw
    for change in changes:
        if text[change.start : change.end] != change.before:
            raise Invalid("changes", "other-text", made_by=change.rule, at=change.start)
        text = text[: change.start] + change.after + text[change.end :]
    return text


def moved(position: int, changes: Iterable[Change]) -> int:
    """Where a position between characters stands after the changes; inside something replaced, at its beginning."""
    for change in changes:
        if position >= change.end:
            position += len(change.after) - (change.end - change.start)
        elif position > change.start:
            position = change.start
    return position


def origins(raw: str, changes: Sequence[Change]) -> tuple[int, ...]:
    """For each character of the shown text, which character of the raw one it comes from: by it a shown word has its time.

    Characters put in their place share them evenly; a mark put in belongs to what stands before it.
    """
    found = list(range(len(raw)))
    for change in changes:
        width, count = change.end - change.start, len(change.after)
        if width:
            new = [found[change.start + at * width // count] for at in range(count)]
        else:
            new = [found[max(change.start - 1, 0)] if found else 0] * count
        found[change.start : change.end] = new
    return tuple(found)
