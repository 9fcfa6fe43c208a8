"""Rules of names heard wrongly: by another reading of the engine, and by their sound. Pure."""

from collections.abc import Iterator

from rapidfuzz.distance import Levenshtein

from asr.text import join_words, simplified
from asr.wording.changes import Edit
from asr.wording.lexicon import Suggestion
from asr.wording.passage import Passage


def names_of_alternatives(passage: Passage) -> Iterator[Edit]:
    """Where another reading of the engine has a name and the first one has none: that piece of it, nothing more."""
    text, taken = passage.text, list(passage.lexicon.written.find(passage.text))
    for reading in passage.alternatives:
        other = simplified(join_words(reading))
        for start, end in passage.lexicon.written.find(other):
            edit = _piece(text, other, start, end)
            if edit is not None and not any(edit.start < last and first < edit.end for first, last in taken):
                taken.append((edit.start, edit.end))
                yield edit


def names_by_sound(passage: Passage) -> Iterator[Edit | Suggestion]:
    """What sounds so much like a name that it was meant, and what a person should decide."""
    hearing = passage.lexicon.heard(passage.text)
    yield from (Edit(one.start, one.end, one.name) for one in hearing.sure)
    yield from hearing.suggested


def _piece(text: str, other: str, start: int, end: int) -> Edit | None:
    """What of the text stands where the other reading has the name; None where it is the same, or of another length."""
    first, last = _position(text, other, start), _position(text, other, end)
    if abs((last - first) - (end - start)) > 1 or first >= last or text[first:last] == other[start:end]:
        return None
    return Edit(first, last, other[start:end])


def _position(text: str, other: str, position: int) -> int:
    for op in Levenshtein.opcodes(other, text):
        if op.src_start <= position < op.src_end:
            return min(op.dest_start + position - op.src_start, op.dest_end)
    return len(text)
