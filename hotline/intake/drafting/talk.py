"""Who asked what and how it was answered: an agent's question and the turns in which the caller answers it. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from hotline.intake.drafting.values import CALLER, Evidence, Turn

AGENT = "agent"
MAPPED = ("questions", "this_call", "aspects")
"""Lists of the file that are told by name."""
_PIECE = re.compile(r"[^，。！？；、,.!?;\s]+")


@dataclass(frozen=True)
class TalkCues:
    """The lists of `talk_cues.yaml`; each one's use is told there."""

    questions: dict[str, tuple[str, ...]]
    this_call: dict[str, tuple[str, ...]]
    aspects: dict[str, tuple[str, ...]]
    agreements: tuple[str, ...]
    denials: tuple[str, ...]
    settled: tuple[str, ...]
    taken_back: tuple[str, ...]
    corrections: tuple[str, ...]
    next_matter: tuple[str, ...]
    next_within: tuple[str, ...]
    same_place: tuple[str, ...]
    agent_next: tuple[str, ...]
    announced: tuple[str, ...]
    together: tuple[str, ...]
    counted: tuple[str, ...]
    topic_ends: tuple[str, ...]
    ordinals: tuple[tuple[str, ...], ...]
    no_matter: tuple[str, ...]
    taken_down: tuple[str, ...]
    wrong_number: tuple[str, ...]
    promises: tuple[str, ...]
    again: tuple[str, ...]
    female: tuple[str, ...]
    male: tuple[str, ...]
    bodies: tuple[str, ...]
    unnamed: tuple[str, ...]
    unknown: tuple[str, ...]
    household: str
    to_know: str
    which_household: tuple[str, ...]
    relatives: tuple[str, ...]
    roles: tuple[str, ...]
    no_premises: tuple[str, ...]
    unlisted: tuple[str, ...]
    body_places: tuple[str, ...]
    described: tuple[str, ...]
    wish_starts: tuple[str, ...]
    praise_wishes: tuple[str, ...]
    fillers: tuple[str, ...]


@dataclass(frozen=True)
class Exchange:
    """A turn of the agent and what the caller said until the agent spoke again."""

    asked: Turn
    answers: tuple[Turn, ...]

    @property
    def answer(self) -> str:
        """The caller's words, one turn behind the other."""
        return " ".join(turn.text for turn in self.answers)


@dataclass(frozen=True)
class Piece:
    """Words between two pauses, and where they stand in their turn."""

    text: str
    evidence: Evidence


@cache
def load_talk() -> TalkCues:
    """The lists that come with the package."""
    text = resources.files("hotline.intake").joinpath("data", "talk_cues.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    lists: dict[str, Any] = {name: tuple(map(_tuple, words)) for name, words in found.items() if isinstance(words, list)}
    mapped: dict[str, Any] = {name: {key: tuple(words) for key, words in found[name].items()} for name in MAPPED}
    return TalkCues(**mapped, household=found["household"], to_know=found["to_know"], **lists)


def exchanges(turns: Sequence[Turn]) -> Iterator[Exchange]:
    """The agent's turns with their answers, in order."""
    for at, turn in enumerate(turns):
        if turn.role != CALLER:
            yield Exchange(turn, tuple(_answers(turns[at + 1 :])))


def asked_about(turns: Sequence[Turn], topic: str) -> Iterator[Exchange]:
    """The exchanges in which the agent asks for that and gets an answer."""
    words = load_talk().questions[topic]
    return (one for one in exchanges(turns) if one.answers and any(word in one.asked.text for word in words))


def pieces(turn: Turn) -> list[Piece]:
    """What a turn says between its pauses."""
    return [Piece(found[0], Evidence(turn.seq, found.start(), found.end())) for found in _PIECE.finditer(turn.text)]


def agreement(exchange: Exchange) -> Evidence | None:
    """Where the caller says yes to what the agent read back: a piece that begins so, or is nothing else."""
    talk = load_talk()
    for turn in exchange.answers:
        for at, piece in enumerate(pieces(turn)):
            if piece.text.startswith(talk.denials):
                return None
            word = next((word for word in talk.agreements if piece.text.startswith(word)), "")
            if word and (at == 0 or len(piece.text) <= len(word) + 1):
                return piece.evidence
    return None


def denies(exchange: Exchange) -> bool:
    """Whether the caller's answer begins with a no."""
    first = next((piece for turn in exchange.answers for piece in pieces(turn)), None)
    return first is not None and first.text.startswith(load_talk().denials)


def next_of_agent(turns: Sequence[Turn], after: Turn) -> Turn | None:
    """What the agent says next behind that turn."""
    return next((turn for turn in turns if turn.seq > after.seq and turn.role != CALLER), None)


def is_denied(turns: Sequence[Turn], asked: Turn) -> bool:
    """Whether the caller says no to that turn of the agent's."""
    return any(one.asked is asked and denies(one) for one in exchanges(turns))


def wants_nothing(turns: Sequence[Turn]) -> bool:
    """Whether it was said that nobody wants anything (a wrong number, abuse), and nothing was taken down after that."""
    talk = load_talk()
    said = next((at for at, turn in enumerate(turns) if any(word in turn.text for word in talk.no_matter)), None)
    if said is None:
        return False
    later = (turn.text for turn in turns[said + 1 :] if turn.role != CALLER)
    return not any(word in text for text in later for word in talk.taken_down)


def _answers(later: Sequence[Turn]) -> Iterator[Turn]:
    for turn in later:
        if turn.role != CALLER:
            return
        yield turn


def _tuple(words: Any) -> Any:  # a word, or a list of words
    return tuple(words) if isinstance(words, list) else words
