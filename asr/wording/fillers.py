"""Rules of what is left out of the shown text: words of hesitation, and words said twice by a stumbling tongue. Pure."""

import re
from collections.abc import Iterator
from functools import cache

from asr.wording.changes import Edit
from asr.wording.numerals import ANY
from asr.wording.passage import Passage
from asr.wording.words import MARKS, any_of, load_words

_HAN = "\u3400-\u9fff"
_PHRASE = re.compile(rf"(?P<said>[{_HAN}]{{3,8}})(?:[，、 ]*(?P=said))+")


def without_fillers(passage: Passage) -> Iterator[Edit]:
    """呃 and 嗯 by themselves, 那个 and its like where one begins anew behind it. What is nothing else answers: it stays."""
    dropped = sorted({*_always(passage), *_leaning(passage)})
    if "".join(_left(passage.text, dropped)).strip(MARKS + " "):
        yield from (Edit(start, end, "") for start, end in _joined(dropped))


def without_repeats(passage: Passage) -> Iterator[Edit]:
    """我我我 is 我: of what was said several times in a row, the last. Numbers and verbs said twice (看看) stay."""
    last = 0
    for found in _repeated().finditer(passage.text):
        kept = found["single"] or found["thrice"] or found["pair"]
        if passage.is_free(*found.span()):
            yield Edit(found.start(), found.end(), str(kept))
        last = found.end()
    for found in _PHRASE.finditer(passage.text):
        is_told = not any(one in ANY for one in found["said"]) and found["said"] not in load_words().repeats["not"]
        if is_told and passage.is_free(*found.span()) and not any(found.start() < end for end in (last,)):
            yield Edit(found.start(), found.end(), found["said"])


def _always(passage: Passage) -> Iterator[tuple[int, int]]:
    words = load_words().fillers
    kept = [found.span() for found in re.finditer(any_of(words["never"]), passage.text)]
    for found in re.finditer(rf"{any_of(words['always'])}+[，、,]?", passage.text):
        if not any(found.start() < end and start < found.end() for start, end in kept):
            yield found.span()


def _leaning(passage: Passage) -> Iterator[tuple[int, int]]:
    words, text = load_words().fillers, passage.text
    before = any_of(words["holds"])
    pattern = rf"{any_of(words['leaning'])}[，、,]?"
    begins = re.compile(any_of(words["begins"]))
    never = [found.span() for found in re.finditer(any_of(words["never"]), text)]
    for found in re.finditer(pattern, text):
        if any(found.start() < end and start < found.end() for start, end in never):
            continue
        is_paused = found.end() in passage.pauses and found.end() < len(text)
        is_held = bool(re.search(rf"{before}$", text[: found.start()]))
        if not is_held and (is_paused or begins.match(text, found.end())):
            yield found.span()


@cache
def _repeated() -> re.Pattern[str]:
    repeats = load_words().repeats
    return re.compile(
        rf"(?P<single>[{''.join(repeats['single'])}])(?:[，、 ]?(?P=single))+"
        rf"|(?P<thrice>[{''.join(repeats['thrice'])}])(?:[，、 ]?(?P=thrice)){{2,}}"
        rf"|(?P<pair>{any_of(repeats['pairs'])})(?:[，、 ]?(?P=pair))+"
    )


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found = list[tuple[int, int]]()
    for start, end in spans:
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _left(text: str, spans: list[tuple[int, int]]) -> Iterator[str]:
    at = 0
    for start, end in spans:
        yield text[at:start]
        at = max(at, end)
    yield text[at:]
