"""The words by which people name what they call about (`matters.yaml`), found in what was said. Pure."""

from functools import cache
from importlib import resources
from typing import Any

import ahocorasick
import yaml

SHORTEST = 2


def topic_words(text: str) -> frozenset[str]:
    """The words in the text that tell of a matter, without those inside of longer ones."""
    found = [(last + 1 - len(word), last + 1, word) for last, word in _words().iter(text)]
    return frozenset(
        word
        for start, end, word in found
        if not any(other <= start and end <= stop and (other, stop) != (start, end) for other, stop, _ in found)
    )


@cache
def _words() -> Any:  # ahocorasick.Automaton
    text = resources.files("hotline.intake").joinpath("data", "matters.yaml").read_text(encoding="utf-8")
    words = {str(word) for told in yaml.safe_load(text).values() for word in told if len(str(word)) >= SHORTEST}
    automaton = ahocorasick.Automaton()
    for word in words:
        automaton.add_word(word, word)
    automaton.make_automaton()
    return automaton
