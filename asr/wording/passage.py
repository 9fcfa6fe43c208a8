"""A text on its way from raw to shown, as each rule of `asr.shown` gets it. Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from re import Match, Pattern

from asr.engine import HeardWord
from asr.wording.changes import Change, Edit, moved
from asr.wording.lexicon import Lexicon, Suggestion
from asr.wording.punctuation import Punctuator, RulePunctuator

Span = tuple[int, int]


@dataclass(frozen=True)
class Passage:
    """The text as it stands; `pauses` are positions before which the speaker paused, `alternatives` other readings.

    `taken` are names and idioms, in which no number is rewritten.
    """

    text: str
    lexicon: Lexicon
    pauses: tuple[int, ...] = ()
    alternatives: tuple[str, ...] = ()
    taken: tuple[Span, ...] = ()
    punctuator: Punctuator = field(default_factory=RulePunctuator)

    def is_free(self, start: int, end: int) -> bool:
        """Whether nothing of it stands in a name or an idiom."""
        return not any(start < last and first < end for first, last in self.taken)

    def after(self, text: str, changes: Sequence[Change], taken: Iterable[Span]) -> "Passage":
        """The passage with the text that the changes made."""
        pauses = tuple(moved(pause, changes) for pause in self.pauses)
        return replace(self, text=text, pauses=pauses, taken=tuple(taken))


Rule = Callable[[Passage], Iterable[Edit | Suggestion]]
"""What a rule wants changed, in positions of the passage's text, not overlapping, and what it only suggests."""


def rewritten(passage: Passage, pattern: Pattern[str], written: Callable[[Match[str]], str | None]) -> Iterator[Edit]:
    """An edit for each match that stands free and that `written` has other words for."""
    for found in pattern.finditer(passage.text):
        after = written(found) if passage.is_free(*found.span()) else None
        if after is not None:
            yield Edit(found.start(), found.end(), after)


def pauses_between(raw: str, words: Sequence[HeardWord], least_s: float) -> tuple[int, ...]:
    """The positions in the raw text before which the speaker was silent for `least_s` or longer."""
    found, at, ended = list[int](), 0, None
    for heard in words:
        plain = heard.word.strip()
        start = raw.find(plain, at)
        if not plain or start < 0:
            continue
        if ended is not None and heard.start_s - ended >= least_s:
            found.append(start)
        at, ended = start + len(plain), heard.end_s
    return tuple(found)
