"""Other cities and counties of the country in what was said: their matters go to their own hotline (handbook 3.8). Pure.

The names are `divisions.csv`. A bare name that several cities have (朝阳区) never sends a matter to one of them.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import ahocorasick

from hotline.intake.drafting.forms import Elsewhere, load_forms

PROVINCE, CITY = 2, 4
"""Digits of a code; a county has six."""
SHORTEST = 2
_NO_NAMES = {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}
_LEFT_OFF = ("维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "地区", "省", "市", "盟")


@dataclass(frozen=True)
class Division:
    """A province, city or county; `path` is the names from the province down, itself the last."""

    code: str
    name: str
    path: tuple[str, ...]


@dataclass(frozen=True)
class Abroad:
    """What names a place of another city, at `start` to `end`; `division` is None when several bear the name."""

    start: int
    end: int
    said: str
    division: Division | None


class Country:
    """The divisions outside of one's own city, whose code is `own`."""

    def __init__(self, rows: Iterable[tuple[str, str]], own: str) -> None:
        names = {code: name for code, name in rows if name not in _NO_NAMES}
        self._divisions = {
            code: Division(code, name, _path(code, names)) for code, name in names.items() if not _is_own(code, own)
        }
        self._automaton = ahocorasick.Automaton()
        codes: dict[str, list[str]] = {}
        for code, division in self._divisions.items():
            for name in _names(division):
                codes.setdefault(name, []).append(code)
        for name, bearers in codes.items():
            self._automaton.add_word(name, (len(name), tuple(bearers)))
        self._empty = not codes
        self._automaton.make_automaton()

    def find(self, text: str, taken: Sequence[tuple[int, int]] = ()) -> list[Abroad]:
        """The places of other cities that are meant; what overlaps with `taken` (start, end) names something of one's own."""
        chains: list[list[tuple[int, int, tuple[str, ...]]]] = []
        for start, end, codes in self._longest(text, taken):
            below = self._below(chains[-1][-1][2], codes) if chains else ()
            if below and text[chains[-1][-1][1] : start] in {"", "的", "那边的", "那边"}:
                chains[-1].append((start, end, below))
            else:
                chains.append([(start, end, codes)])
        return [found for chain in chains if (found := self._meant(text, chain))]

    def _meant(self, text: str, chain: list[tuple[int, int, tuple[str, ...]]]) -> Abroad | None:
        (start, _, _), (_, end, codes) = chain[0], chain[-1]
        around, said = load_forms().elsewhere, text[start:end]
        if text.startswith(around.not_before, end) or text.endswith(around.not_after, 0, start):
            return None
        in_full = len(chain) > 1 or any(self._divisions[code].name == said for code in codes)
        if not in_full and not _told_as_place(text, start, end, around):
            return None
        return Abroad(start, end, said, self._divisions[codes[0]] if len(codes) == 1 else None)

    def _below(self, above: tuple[str, ...], codes: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(code for code in codes if any(code.startswith(one) and code != one for one in above))

    def _longest(self, text: str, taken: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, tuple[str, ...]]]:
        found = (
            [] if self._empty else [(last + 1 - size, last + 1, codes) for last, (size, codes) in self._automaton.iter(text)]
        )
        reached = 0
        for start, end, codes in sorted(found, key=lambda hit: (hit[0], -hit[1])):
            if start >= reached and not any(start < other_end and other < end for other, other_end in taken):
                reached = end
                yield start, end, codes


@cache
def load_country(own: str) -> Country:
    """The country as seen from the city with this code."""
    text = resources.files("hotline.intake").joinpath("data", "divisions.csv").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return Country(((row["code"], row["name"]) for row in csv.DictReader(lines)), own)


def _is_own(code: str, own: str) -> bool:
    return bool(own) and (code.startswith(own) or own.startswith(code))


def _path(code: str, names: dict[str, str]) -> tuple[str, ...]:
    above = (code[:size] for size in (PROVINCE, CITY, len(code)))
    return tuple(dict.fromkeys(names[one] for one in above if one in names))


def _names(division: Division) -> list[str]:
    names = [division.name]
    if len(division.code) <= CITY:
        short = next((division.name[: -len(end)] for end in _LEFT_OFF if division.name.endswith(end)), "")
        names += [short] if len(short) >= SHORTEST else []
    return names


def _told_as_place(text: str, start: int, end: int, around: Elsewhere) -> bool:
    return text.endswith(around.after, 0, start) or text.startswith(around.before, end)
