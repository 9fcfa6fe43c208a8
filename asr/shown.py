"""What a person reads of what an engine heard: the rules in their order, each change kept with the rule that made it.

Called for finals (`show`) and partials (`show_partial`) by whoever stores and pushes words. What a rule does stands in
`asr.wording`; the raw text is kept beside the shown one by whoever stores both.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from asr.engine import HeardWord
from asr.text import join_words
from asr.wording import plain
from asr.wording.changes import Change, carry_out
from asr.wording.lexicon import Lexicon, Suggestion
from asr.wording.passage import Passage, Rule, pauses_between

RULES: tuple[tuple[str, Rule], ...] = (
    ("join", plain.without_gaps),
    ("simplify", plain.simplified_characters),
)
"""Name and rule, in the order in which they are carried out; a name is kept with each change that the rule made."""


@dataclass(frozen=True)
class Shown:
    """The shown text; `changes` make it of the raw one (`changes.replayed`), `suggestions` are for a person to decide."""

    text: str
    changes: tuple[Change, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()


def show(raw: str, lexicon: Lexicon, *, alternatives: Sequence[str] = (), words: Sequence[HeardWord] = ()) -> Shown:
    """What is shown of a final. `alternatives` are the engine's other readings, likeliest first; `words` bring the pauses."""
    passage = Passage(raw, lexicon, pauses_between(raw, words, lexicon.rules.text.pause_seconds), tuple(alternatives))
    made = list[Change]()
    for name, rule in RULES:
        text, changes = carry_out(name, passage.text, rule(passage))
        if changes:
            passage, made = passage.after(text, changes, ()), [*made, *changes]
    return Shown(passage.text, tuple(made))


def show_partial(raw: str) -> str:
    """What is shown while the speaker goes on: words joined, nothing that could jump. Cheap."""
    return join_words(raw)
