"""The port to a language model that fills what the rules left out: what it is told, and what of its answer is believed. Pure.

Optional: drafts are good without one. Implementations are entry points of `hotline.draft_models`, chosen by `drafting_url`;
`web` asks them, `hotline.intake.drafts` completes its fields with `complete`. A model sees masked words only, is never asked
who calls, and what it says without the caller's own words for it is dropped.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Protocol

import yaml

from hotline.intake.drafting.cues import load_cues
from hotline.intake.drafting.person import find_person
from hotline.intake.drafting.talk import wants_nothing
from hotline.intake.drafting.values import CALLER, Evidence, Proposal, Turn
from hotline.intake.limits import check_typed
from hotline.kernel.errors import Invalid

HIDDEN = "*"
Mask = Callable[[str], str]
"""Hides personal numbers in a text."""
Message = Mapping[str, str]
"""`role` (system or user) and `content`."""


class DraftModel(Protocol):
    """Answers messages with a text."""

    def answer(self, messages: Sequence[Message]) -> str:
        """What the model says; empty when it is away, slow or broken. Never raises, and logs no word of either."""


class NullDraftModel:
    """Says nothing."""

    def answer(self, messages: Sequence[Message]) -> str:
        return ""


@dataclass(frozen=True)
class Suggestion:
    """What a model says of a field, with the words of the caller that it gives for it."""

    field: str
    value: str
    quote: str


@dataclass(frozen=True)
class ModelRules:
    """The words and limits of `draft_model.yaml`."""

    instruction: str
    fields: Mapping[str, str]
    verbatim: frozenset[str]
    speakers: Mapping[str, str]
    hidden_digits_min: int
    kept_before: str
    confidence: float
    quote_min: int
    answer_max: int


@cache
def load_model_rules() -> ModelRules:
    """The rules that come with the package."""
    text = resources.files("hotline.intake").joinpath("data", "draft_model.yaml").read_text(encoding="utf-8")
    read = yaml.safe_load(text)
    return ModelRules(**{**read, "verbatim": frozenset(read["verbatim"])})


def messages(turns: Sequence[Turn], mask: Mask) -> list[Message]:
    """What a model is sent: the task and the talk, with numbers and the caller's name hidden."""
    rules = load_model_rules()
    person = find_person(turns, load_cues())
    names = sorted({person.name, person.form_of_address} - {"", person.surname}, key=len, reverse=True) if person else []
    asked = "\n".join(f"- {name}: {meaning}" for name, meaning in rules.fields.items())
    told = "\n".join(f"{turn.seq} {_speaker(turn)}：{_masked(turn.text, mask, names)}" for turn in turns)
    return [{"role": "system", "content": f"{rules.instruction}\n{asked}"}, {"role": "user", "content": told}]


def suggestions(answer: str) -> list[Suggestion]:
    """What an answer says of the fields that were asked; anything else in it is left out."""
    rules = load_model_rules()
    found = _object(answer[: rules.answer_max])
    rows = [(name, found.get(name)) for name in rules.fields]
    return [
        Suggestion(name, row["value"], row["quote"])
        for name, row in rows
        if isinstance(row, dict) and isinstance(row.get("value"), str) and isinstance(row.get("quote"), str)
    ]


def complete(found: Mapping[str, Proposal], suggested: Iterable[Suggestion], turns: Sequence[Turn]) -> dict[str, Proposal]:
    """The rules' fields, and for those they left out what a model suggested with the caller's own words as evidence."""
    fields = dict(found)
    if wants_nothing(turns):
        return fields
    for one in suggested:
        proposal = None if one.field in fields else _believed(one, turns)
        if proposal:
            fields[one.field] = proposal
    return fields


def _believed(one: Suggestion, turns: Sequence[Turn]) -> Proposal | None:
    rules = load_model_rules()
    evidence = _where(one.quote, turns)
    in_quote = one.field not in rules.verbatim or _folded(one.value)[0] in _folded(one.quote)[0]
    if one.field not in rules.fields or not evidence or not in_quote or HIDDEN in one.value:
        return None
    try:
        value = check_typed(one.field, one.value)
    except Invalid:
        return None
    return Proposal(value, rules.confidence, (evidence,)) if value else None


def _where(quote: str, turns: Sequence[Turn]) -> Evidence | None:
    """Where the caller says the quote, spaces and punctuation apart; the first place."""
    wanted, _ = _folded(quote)
    if len(wanted) < load_model_rules().quote_min or HIDDEN in quote:
        return None
    for turn in turns:
        said, places = _folded(turn.text)
        at = said.find(wanted) if turn.role == CALLER else -1
        if at >= 0:
            return Evidence(turn.seq, places[at], places[at + len(wanted) - 1] + 1)
    return None


def _folded(text: str) -> tuple[str, list[int]]:
    """Letters and digits only, and where each stands in the text."""
    kept = [(letter, at) for at, letter in enumerate(text) if unicodedata.category(letter)[0] in "LN"]
    return "".join(letter for letter, _ in kept), [at for _, at in kept]


def _object(answer: str) -> Mapping[str, Any]:  # JSON
    start, end = answer.find("{"), answer.rfind("}")
    try:
        found = json.loads(answer[start : end + 1]) if 0 <= start < end else {}
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _speaker(turn: Turn) -> str:
    return load_model_rules().speakers.get(turn.role, turn.role)


def _masked(text: str, mask: Mask, names: Sequence[str]) -> str:
    hidden = _digits().sub(lambda found: HIDDEN * len(found[0]), mask(text))
    for name in names:
        hidden = hidden.replace(name, HIDDEN * len(name))
    return " ".join(hidden.split())


@cache
def _digits() -> re.Pattern[str]:
    rules = load_model_rules()
    digit = r"[\d零〇一幺二两三四五六七八九洞*]"
    more = rf"(?:[\s\-，,、]{{0,2}}{digit}){{{rules.hidden_digits_min - 1},}}"
    return re.compile(rf"{digit}{more}(?!{digit})(?!号(?!码)|[{rules.kept_before.replace('号', '')}])")
