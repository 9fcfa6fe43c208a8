"""What a person reads of what an engine heard: the rules in their order, each change kept with the rule that made it.

Called for finals (`show`) and partials (`show_partial`) by whoever stores and pushes words. What a rule does stands in
`asr.wording`; the raw text is kept beside the shown one by whoever stores both.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from asr.engine import HeardWord
from asr.text import join_words
from asr.wording import addresses, amounts, codes, fillers, moments, names, plain
from asr.wording.changes import Change, Edit, carry_out, moved
from asr.wording.lexicon import Lexicon, Suggestion
from asr.wording.passage import Passage, Rule, pauses_between
from asr.wording.punctuation import Punctuator, RulePunctuator
from asr.wording.words import load_words

RULES: tuple[tuple[str, Rule], ...] = (
    ("join", plain.without_gaps),
    ("simplify", plain.simplified_characters),
    ("mark", plain.chinese_marks),
    ("alternative", names.names_of_alternatives),
    ("filler", fillers.without_fillers),
    ("repeat", fillers.without_repeats),
    ("name", names.names_by_sound),
    ("percent", amounts.percents),
    ("plate", codes.plates),
    ("date", moments.dates),
    ("time", moments.times),
    ("decimal", amounts.decimals),
    ("money", amounts.sums_of_money),
    ("money", amounts.small_money),
    ("address", addresses.numbers_of_addresses),
    ("digits", codes.numbers_by_digit),
    ("measure", amounts.measures),
    ("number", amounts.counts),
    ("punctuation", plain.punctuated),
)
"""Name and rule, in the order in which they are carried out; a name is kept with each change that the rule made."""


@dataclass(frozen=True)
class Shown:
    """The shown text; `changes` make it of the raw one (`changes.replayed`), `suggestions` are for a person to decide."""

    text: str
    changes: tuple[Change, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()


def show(
    raw: str,
    lexicon: Lexicon,
    *,
    alternatives: Sequence[str] = (),
    words: Sequence[HeardWord] = (),
    punctuator: Punctuator | None = None,
) -> Shown:
    """What is shown of a final. `alternatives` are the engine's other readings, likeliest first; `words` bring the pauses;
    without a punctuator rules put the marks in."""
    rules = lexicon.rules.text
    passage = Passage(
        raw,
        lexicon,
        pauses=pauses_between(raw, words, rules.pause_seconds),
        alternatives=tuple(alternatives)[: rules.alternatives],
        punctuator=punctuator or RulePunctuator(),
    )
    passage = passage.after(raw, (), taken_in(raw, lexicon))
    made, offered = list[Change](), list[Suggestion]()
    for name, rule in RULES:
        wanted = tuple(rule(passage))
        text, changes = carry_out(name, passage.text, (one for one in wanted if isinstance(one, Edit)))
        offered += (one for one in wanted if isinstance(one, Suggestion))
        if changes:
            passage = passage.after(text, changes, taken_in(text, lexicon))
            offered = [_carried(one, changes) for one in offered]
            made += changes
    return Shown(passage.text, tuple(made), tuple(one for one in offered if one.start < one.end))


def taken_in(text: str, lexicon: Lexicon) -> list[tuple[int, int]]:
    """Where names and idioms stand, in which no number is rewritten."""
    return [*lexicon.written.find(text), *(found.span() for found in load_words().idioms.finditer(text))]


def show_partial(raw: str) -> str:
    """What is shown while the speaker goes on: words joined, nothing that could jump. Cheap."""
    return join_words(raw)


def _carried(offered: Suggestion, changes: Sequence[Change]) -> Suggestion:
    return replace(offered, start=moved(offered.start, changes), end=moved(offered.end, changes))
