"""The word lists of `asr/data/wording.yaml`, read once. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

MARKS = "，。？！、；：,.?!;:…"
"""Punctuation, of engines too."""


@dataclass(frozen=True)
class Words:
    """The lists of the file as they are used: patterns, and sets of words."""

    idioms: re.Pattern[str]
    fillers: dict[str, tuple[str, ...]]
    repeats: dict[str, frozenset[str]]
    questions: dict[str, tuple[str, ...]]
    leads: tuple[str, ...]
    follows: tuple[str, ...]
    heard_right: frozenset[str]
    endings: tuple[str, ...]
    services: frozenset[str]


@cache
def load_words() -> Words:
    """The lists that come with the package."""
    found: dict[str, Any] = yaml.safe_load(resources.files("asr").joinpath("data", "wording.yaml").read_text(encoding="utf-8"))
    return Words(
        idioms=re.compile("|".join(f"(?:{idiom})" for idiom in found["idioms"])),
        fillers={name: _longest_first(words) for name, words in found["fillers"].items()},
        repeats={name: frozenset(words) for name, words in found["repeats"].items()},
        questions={name: tuple(words) for name, words in found["questions"].items()},
        leads=tuple(found["leads"]),
        follows=tuple(found["follows"]),
        heard_right=frozenset(found["heard_right"]),
        endings=_longest_first(found["endings"]),
        services=frozenset(found["services"]),
    )


def any_of(words: Iterable[str]) -> str:
    """The words as a regular expression, longer ones first."""
    return "(?:" + "|".join(map(re.escape, _longest_first(words))) + ")"


def _longest_first(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(words, key=lambda word: (-len(word), word)))
