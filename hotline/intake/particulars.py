"""What a text names that tells two matters of one kind apart: numbers, names, stance, time, yes and no. Pure.

Names are compared as they sound, since a transcript writes 翠湖 as 催湖. Called by `likeness`; words are in
`data/particulars.yaml`.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import ahocorasick
import yaml

from hotline.intake.drafting.numerals import NUMBER, value_of
from hotline.kernel.search import pinyin

Numbers = Mapping[str, frozenset[int]]
"""What is counted → the numbers said of it: building → {3}."""
STEM = 2
"""Characters before 花园, 路, 中学 … by which a name is known."""
LAST_WORDS = 5
"""Characters of what stands alone at the end of a summary: ", 老码头。"""
LONG_NUMBER = "[0-9]+|[一二两三四五六七八九十百千万零]{2,}"
"""What is a number whatever follows it."""
SUMMARY = "反映|投诉|咨询|举报|建议"
GAP = ","
"""Stands where a name or number stood, so that what was apart does not become one word."""
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True)
class Particulars:
    """What a text names. `names` are by their sound, `sound` is that of the text, `opposites` are sides (pair, side)."""

    numbers: Numbers
    names: Mapping[str, str]
    sound: str
    negations: int
    questions: frozenset[str]
    stances: frozenset[str]
    opposites: frozenset[tuple[int, int]]
    matters: frozenset[str]
    amounts: frozenset[int]
    parts: frozenset[str]
    is_over: bool
    is_now: bool
    names_another: bool
    refers_back: bool
    matter: str
    """The text without names and counted numbers: what is wrong there."""

    @property
    def is_anchored(self) -> bool:
        """Whether it says where or which one."""
        return bool(self.names or self.numbers)


class _Matters:
    """What citizens call about, by the words they use; words of two characters and more also as they sound."""

    def __init__(self, told: Mapping[str, Sequence[str]]) -> None:
        self._written, self._heard = ahocorasick.Automaton(), ahocorasick.Automaton()
        for matter, words in told.items():
            for word in words:
                _put(self._written, word, matter)
                if len(word) > 1:
                    _put(self._heard, _spoken(word), matter)
        self._written.make_automaton()
        self._heard.make_automaton()

    def told_in(self, text: str) -> frozenset[str]:
        """The matters that the text tells of."""
        found = (*self._written.iter(text), *self._heard.iter(_spoken(text)))
        return frozenset(name for _, names in found for name in names)


def _put(automaton: Any, key: str, matter: str) -> None:  # ahocorasick.Automaton
    automaton.add_word(key, (*automaton.get(key, ()), matter))


@dataclass(frozen=True)
class _Words:
    counted: re.Pattern[str]
    kinds: Mapping[str, str]
    name: re.Pattern[str]
    beside: Sequence[re.Pattern[str]]
    suffixes: frozenset[str]
    common: frozenset[str]
    nameless: tuple[str, ...]
    negation: re.Pattern[str]
    questions: Mapping[str, str]
    asking: re.Pattern[str]
    stances: Mapping[str, re.Pattern[str]]
    apart: Sequence[frozenset[str]]
    opposites: Sequence[tuple[str, str]]
    matters: "_Matters"
    telling: tuple[str, ...]
    past: re.Pattern[str]
    now: re.Pattern[str]
    amount: re.Pattern[str]
    part: re.Pattern[str]
    another: re.Pattern[str]
    back: re.Pattern[str]


def read(folded: str) -> Particulars:
    """The particulars of a normalised text without blanks."""
    known = _words()
    spans = _names(known, folded)
    matter = known.counted.sub(GAP, _without(known, folded, spans))
    return Particulars(
        numbers=_numbers(known, folded),
        names={_sound(folded[start : start + STEM]): folded[start:end] for start, end in spans},
        sound=_sound(folded),
        negations=len(known.negation.findall(folded)),
        questions=frozenset(known.questions[word] for word in known.asking.findall(folded)),
        stances=frozenset(name for name, pattern in known.stances.items() if pattern.search(folded)),
        opposites=frozenset(_sides(known, folded)),
        matters=known.matters.told_in(matter),
        is_over=bool(known.past.search(folded)),
        is_now=bool(known.now.search(folded)),
        amounts=frozenset(_amounts(known, folded)),
        parts=frozenset(found.group() for found in known.part.finditer(folded)),
        names_another=bool(known.another.search(folded)),
        refers_back=bool(known.back.search(folded)),
        matter=matter,
    )


def agreement(one: Numbers, other: Numbers) -> tuple[int, int]:
    """Of how many kinds both name the same number, and of how many only different ones."""
    shared = one.keys() & other.keys()
    same = sum(1 for kind in shared if one[kind] & other[kind])
    return same, len(shared) - same


def names_heard(one: Particulars, other: Particulars) -> float:
    """Which share (0-1) of the names of one is heard in the other."""
    return sum(name in other.sound for name in one.names) / len(one.names) if one.names else 0.0


def shared_names(one: Particulars, other: Particulars) -> list[str]:
    """The names of one that are heard in the other, as written in the first."""
    return [written for sound, written in one.names.items() if sound in other.sound]


def are_opposed(one: Particulars, other: Particulars) -> bool:
    """Whether one says one side of an opposition, and the other the other side, neither both."""
    turned = {(pair, 1 - side) for pair, side in one.opposites - other.opposites}
    return bool(turned & (other.opposites - one.opposites))


def stand_apart(one: Particulars, other: Particulars) -> bool:
    """Whether they want what does not go together: praise and complaint, question and accusation."""
    mine, theirs = one.stances - other.stances, other.stances - one.stances
    return any(len(pair & mine) == 1 and pair & theirs == pair - mine for pair in _words().apart)


def are_of_other_times(one: Particulars, other: Particulars) -> bool:
    """Whether one tells of what is over and the other of what is new."""
    return (_only_over(one) and _only_now(other)) or (_only_now(one) and _only_over(other))


def _only_over(one: Particulars) -> bool:
    return one.is_over and not one.is_now


def _only_now(one: Particulars) -> bool:
    return one.is_now and not one.is_over


def _numbers(known: _Words, folded: str) -> dict[str, frozenset[int]]:
    found = dict[str, set[int]]()
    for written, counted in known.counted.findall(folded):
        number = value_of(written)
        if number is not None:
            found.setdefault(known.kinds[counted], set()).add(number)
    return {kind: frozenset(numbers) for kind, numbers in found.items()}


def _amounts(known: _Words, folded: str) -> Iterable[int]:
    """How much, how long, how many: numbers above 1, since 一个 is said of anything."""
    found = (value_of(counted or bare) for counted, bare in known.amount.findall(folded))
    return (number for number in found if number is not None and number > 1)


def _names(known: _Words, folded: str) -> list[tuple[int, int]]:
    """Where names stand: start and end (exclusive), with what kind of place it is; of overlapping ones the longer kind."""
    found = [(match.start(1), match.end(1)) for match in known.name.finditer(folded)]
    named = [(start, end) for start, end in found if _is_name(known, folded[start:end])]
    beside = (match for pattern in known.beside for match in pattern.finditer(folded))
    named += [match.span(1) for match in beside if _is_stem(known, match[1])]
    kept = list[tuple[int, int]]()
    for start, end in sorted(named, key=lambda span: (span[0] - span[1], span[0])):
        if all(end <= other or start >= until for other, until in kept):
            kept.append((start, end))
    return kept


def _is_name(known: _Words, name: str) -> bool:
    return _is_stem(known, name[:STEM]) and not name.endswith(known.nameless)


def _is_stem(known: _Words, stem: str) -> bool:
    return not known.common.intersection(stem) and stem not in known.suffixes and len(stem) == STEM


def _without(known: _Words, folded: str, spans: Iterable[tuple[int, int]]) -> str:
    kept = list(folded)
    for start, end in spans:
        until = start + STEM if folded[start:end].endswith(known.telling) else end
        kept[start:until] = GAP * (until - start)
    return "".join(kept)


def _sides(known: _Words, folded: str) -> Iterable[tuple[int, int]]:
    for at, pair in enumerate(known.opposites):
        for side, word in enumerate(pair):
            if word in folded and not (word in pair[1 - side] and folded.count(word) == folded.count(pair[1 - side])):
                yield at, side


class _Syllables(dict[int, str]):
    """A table for `str.translate` that fills itself: each Chinese character as its syllable between marks."""

    def __init__(self, heard: Callable[[str], str]) -> None:
        super().__init__()
        self._heard = heard

    def __missing__(self, code: int) -> str:
        one = chr(code)
        said = f"'{self._heard(pinyin.syllables(one)[0])}'" if _HAN.match(one) else one
        return self.setdefault(code, said)


_AS_READ, _AS_HEARD = _Syllables(str), _Syllables(pinyin.folded)


def _spoken(text: str) -> str:
    return text.translate(_AS_READ)


def _sound(text: str) -> str:
    return text.translate(_AS_HEARD)


@cache
def _words() -> _Words:
    told = _packaged("particulars.yaml")
    kinds = {word: kind for kind, words in told["counted"].items() for word in words}
    asking = {word: kind for kind, words in told["questions"].items() for word in words}
    telling = [word for line in told["telling"] for word in line]
    suffixes = [*telling, *(word for line in told["suffixes"] for word in line)]
    return _Words(
        counted=re.compile(rf"({NUMBER})\s*({_either(kinds)})"),
        kinds=kinds,
        name=re.compile(rf"(?=([\u4e00-\u9fff]{{{STEM}}}(?:{_suffixes(suffixes, told['unless'])})))"),
        beside=(
            re.compile(rf"(?:{_either(told['introduced'])})[“\"]?([\u4e00-\u9fff]{{{STEM}}})"),
            re.compile(rf"([\u4e00-\u9fff]{{{STEM}}})(?={NUMBER}(?:{'|'.join(told['numbered'])}))"),
            re.compile(rf"(?:{SUMMARY}).{{2,}}[，,]([\u4e00-\u9fff]{{{STEM}}})[\u4e00-\u9fff]{{0,{LAST_WORDS - STEM}}}[。.]?$"),
        ),
        suffixes=frozenset((*suffixes, *told["introduced"], *told["stems"])),
        common=frozenset("".join(told["common"].split())),
        nameless=tuple(told["nameless"]),
        negation=re.compile(_either(told["negations"])),
        questions=asking,
        asking=re.compile(_either(asking)),
        stances={name: re.compile(_either(words)) for name, words in told["stances"].items()},
        apart=[frozenset(pair) for pair in told["apart"]],
        opposites=[(one, other) for one, other in told["opposites"]],
        matters=_Matters(_packaged("matters.yaml")),
        telling=tuple(telling),
        past=re.compile("|".join(told["past"])),
        now=re.compile(_either(told["now"])),
        amount=re.compile(rf"({NUMBER})[多来]?(?:{_either(told['amounts'])})|({LONG_NUMBER})"),
        part=re.compile("|".join(told["parts"])),
        another=re.compile(_either(told["another"])),
        back=re.compile(_either(told["back"])),
    )


def _packaged(name: str) -> dict[str, Any]:  # as the file of that name is laid out
    found: dict[str, Any] = yaml.safe_load(resources.files("hotline.intake").joinpath("data", name).read_text("utf-8"))
    return found


def _suffixes(words: Iterable[str], unless: Mapping[str, str]) -> str:
    return "|".join(f"{word}(?![{unless[word]}])" if word in unless else word for word in sorted(words, key=len, reverse=True))


def _either(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))
