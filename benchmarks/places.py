"""Time to find the place of a text in a city of many names, as a text arrives in a call or from the portal.

The texts are those of the tests; the names are the demo city's and as many made ones. `python -m benchmarks places`.
"""

from collections.abc import Iterator
from time import perf_counter

from benchmarks.frame import Row, Timed
from hotline.intake.drafting.country import load_country
from hotline.intake.drafting.cues import load_cues
from hotline.intake.drafting.gazetteer import Gazetteer, NamedPlace
from hotline.intake.drafting.locating import locate, question
from hotline.intake.drafting.values import CALLER, Turn
from hotline.intake.risk_words import load_risk_words
from tests.unit.place_sets import demo_places, texts

SIZES = {"small": 1_000, "full": 50_000}
STEMS = "云泽澜桥渡青塘石枫陵澄源桂影望江清晏听涛银杏书染坊柳浪芦汀长堤渔歌枕河月台"
ENDS = (("road", "路"), ("road", "街"), ("estate", "花园"), ("estate", "小区"))
MEMBERS = 0.95


def run(size: str = "full") -> list[Row]:
    """Measure with that many names beside the demo city's."""
    started = perf_counter()
    gazetteer = Gazetteer([*demo_places(), *_made(SIZES[size])])
    built = perf_counter() - started
    said = [row.text for row in texts("build")]
    names = f"{SIZES[size]:,} names"
    return [
        Row("places: reading the names", built, "s", note=names),
        Row("places: a text, p95", _located(gazetteer, said).part(MEMBERS), "ms", note=names),
        Row("risk words: a text, p95", _listened(said).part(MEMBERS), "ms", note="words of danger"),
    ]


def _located(gazetteer: Gazetteer, said: list[str]) -> Timed:
    cues, country, times = load_cues(), load_country("99"), []
    for text in said:
        started = perf_counter()
        question(locate([Turn(1, CALLER, text)], gazetteer, cues, country), gazetteer, "street")
        times.append(1000 * (perf_counter() - started))
    return Timed(times, 0)


def _listened(said: list[str]) -> Timed:
    risks, times = load_risk_words(), []
    for text in said:
        started = perf_counter()
        risks.find(text)
        times.append(1000 * (perf_counter() - started))
    return Timed(times, 0)


def _made(count: int) -> Iterator[NamedPlace]:
    """So many different names of roads and estates, all in one street."""
    for number in range(count):
        first, rest = divmod(number, len(STEMS) * len(ENDS))
        letter, end = divmod(rest, len(ENDS))
        kind, word = ENDS[end]
        yield NamedPlace(f"{_letters(first)}{STEMS[letter]}{word}", kind, "990101")


def _letters(number: int) -> str:
    return "".join(STEMS[digit] for digit in divmod(number, len(STEMS)))
