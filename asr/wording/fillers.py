"""Rules of what is left out of the shown text: words of hesitation, and words said twice by a stumbling tongue. Pure."""

import re
from collections.abc import Iterator
from functools import cache

from asr.wording.changes import Edit
from asr.wording.numerals import ANY
from asr.wording.passage import Passage, Span
from asr.wording.words import MARKS, any_of, load_words

_HAN = "\u3400-\u9fff"
_PHRASE = re.compile(rf"(?P<said>[{_HAN}]{{3,8}})(?:[，、 ]*(?P=said))+")


def without_fillers(passage: Passage) -> Iterator[Edit]:
    """呃 and 嗯 by themselves, 那个 and its like where one begins anew behind it. What is nothing else answers: it stays."""
    dropped = sorted({*_always(passage), *_leaning(passage)})
    if "".join(_left(passage.text, dropped)).strip(MARKS + " "):
        yield from (Edit(start, end, "") for start, end in _joined(dropped))


def without_repeats(passage: Passage) -> Iterator[Edit]:
    """我我我 is 我: of what was said several times in a row, one. Numbers, verbs said twice (看看), answers (是是是) stay."""
    taken = list[Span]()
    for pattern in (_repeated(), _PHRASE):
        for found in pattern.finditer(passage.text):
            said, span = found["said"], found.span()
            if _is_stumbling(passage, found) and not any(start < span[1] and span[0] < end for start, end in taken):
                taken.append(span)
                yield Edit(*span, said)


def _is_stumbling(passage: Passage, found: re.Match[str]) -> bool:
    said, text = found["said"], passage.text
    if any(one in ANY for one in said) or said in load_words().repeats["not"] or text.strip(MARKS) == found[0]:
        return False
    edges = (found.start(), found.end(), found.start() + len(said))
    return not any(start < edge < end for start, end in passage.taken for edge in edges)


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
    single, thrice = "".join(repeats["single"]), "".join(repeats["thrice"])
    return re.compile(
        rf"(?P<said>(?P<one>[{single}])(?=[，、 ]?(?P=one))|[{thrice}](?=(?P<more>.)(?P=more))|{any_of(repeats['pairs'])})"
        rf"(?:[，、 ]?(?P=said))+"
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
