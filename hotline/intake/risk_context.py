"""Whether words of danger are meant, by what stands around them: denied, past, read, unsure, asked about … Pure.

The words are data (`risk_context.yaml`, where each list is explained). Called by `risk_words`.
"""

import re
from functools import lru_cache
from typing import Any

import ahocorasick

from hotline.intake.risk_patterns import SENTENCE_END, Found

KEPT_SENTENCES = 2_000
LONGEST_SENTENCE = 60
"""Speech without punctuation is looked at so many characters around the word."""
DENIAL_REACH = 9
WISH_REACH = 6
_CLAUSE_END = re.compile(r"[，,、：:\s]")
_BLANK = "＊"


class Context:
    """The rules against false alarms."""

    def __init__(self, data: dict[str, Any]) -> None:  # the YAML of `risk_context.yaml`
        self._words = {name: tuple(words) for name, words in data.items() if isinstance(words, list)}
        self._words["unsure_of_persons"] = tuple(set(self._words["unsure"]) - set(self._words["unsure_of_things"]))
        self._automaton = _automaton(self._words)
        self._rules_in = lru_cache(KEPT_SENTENCES)(self._find_rules)
        self._figures = _any_of(self._words["never"])
        self._no_denial = _any_of(self._words["no_denial"])
        self._no_still = _any_of(self._words["no_still"])
        self._over = _any_of(self._words["over"])
        self._wished = _any_of(self._words["wished"])
        self._long_ago_like = re.compile(data["long_ago_like"])
        denied, fillers = _options(self._words["denied"]), _options(self._words["fillers"])
        self._denied = re.compile(rf"(?:{denied})(?:{fillers}){{0,2}}$")

    def without_figures(self, text: str) -> str:
        """The text with figures of speech and names blanked out; positions stay."""
        return self._figures.sub(lambda found: _BLANK * len(found[0]), text)

    def is_meant(self, text: str, found: Found) -> bool:
        """Whether the words tell a danger that is there, or threatens."""
        start, end = found.start, found.end
        before = SENTENCE_END.split(text[max(0, start - LONGEST_SENTENCE) : start])[-1]
        after = SENTENCE_END.split(text[end : end + LONGEST_SENTENCE])[0]
        sentence = before + text[start:end] + after
        if self._is_named_otherwise(text, found, after) or self._is_denied(text, found, after):
            return False
        if self._has("unreal", sentence) and not self._has("real", sentence):
            return False
        if self._is_past(sentence, found):
            return False
        own = found.group.threat and self._has("own", sentence)
        return own or not self._is_talk(sentence, before, found)

    def rules_in(self, sentence: str) -> frozenset[str]:
        """The lists of which a word stands in the sentence."""
        return self._rules_in(sentence)

    def _is_named_otherwise(self, text: str, found: Found, after: str) -> bool:
        reach = found.group.reach
        near = text[max(0, found.start - reach) : found.end + reach]
        if any(words in near for words in found.group.unless):
            return True
        return any(_stands_after(words, after[:reach]) for words in self._words["after"])

    def _is_denied(self, text: str, found: Found, after: str) -> bool:
        if self._has("denied_after", after[: DENIAL_REACH + 3]):
            return True
        for start, _ in found.parts:
            before = text[max(0, start - DENIAL_REACH) : start]
            clause = _CLAUSE_END.split(SENTENCE_END.split(before)[-1])[-1]
            if self._denied.search(self._no_denial.sub(_BLANK, clause)):
                return True
        return False

    def _is_past(self, sentence: str, found: Found) -> bool:
        plain = self._no_still.sub(_BLANK, sentence)
        over = self._is_over(plain)
        if over and not self._has("still_now", plain):
            return True
        if found.group.persists and not over:
            return False
        long_ago = self._has("long_ago", plain) or self._long_ago_like.search(plain)
        return bool(long_ago) and not self._has("still", plain)

    def _is_over(self, sentence: str) -> bool:
        """Whether it is told to be over, and not only wished to be."""
        if not self._has("over", sentence):
            return False
        told = (sentence[max(0, found.start() - WISH_REACH) : found.start()] for found in self._over.finditer(sentence))
        return any(not self._wished.search(_CLAUSE_END.split(before)[-1]) for before in told)

    def _is_talk(self, sentence: str, before: str, found: Found) -> bool:
        """Read somewhere, far away, only feared, or asked about."""
        now = self._has("now", self._no_still.sub(_BLANK, sentence))
        if self._has("quoted", before) or (self._has("far", before) and not now):
            return True
        unsure = "unsure_of_persons" if found.group.threat else "unsure"
        return self._has(unsure, before) or (self._has("enquiry", sentence) and not now)

    def _has(self, name: str, text: str) -> bool:
        return name in self._rules_in(text)

    def _find_rules(self, text: str) -> frozenset[str]:
        """The lists of which a word stands in the text."""
        return frozenset(name for _, names in self._automaton.iter(text) for name in names)


def _automaton(lists: dict[str, tuple[str, ...]]) -> ahocorasick.Automaton:
    names: dict[str, list[str]] = {}
    for name, words in lists.items():
        for word in words:
            names.setdefault(word, []).append(name)
    made = ahocorasick.Automaton()
    for word, of in names.items():
        made.add_word(word, tuple(of))
    made.make_automaton()
    return made


def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(_options(words))


def _options(words: tuple[str, ...]) -> str:
    return "|".join(re.escape(one) for one in sorted(words, key=len, reverse=True))


def _stands_after(words: str, after: str) -> bool:
    return after.startswith(words[1:]) if words.startswith("=") else words in after


def clause_around(text: str, start: int, end: int) -> str:
    """The clause of a sentence that holds these characters."""
    before = _CLAUSE_END.split(SENTENCE_END.split(text[:start])[-1])[-1]
    after = _CLAUSE_END.split(SENTENCE_END.split(text[end:])[0])[0]
    return before + text[start:end] + after
