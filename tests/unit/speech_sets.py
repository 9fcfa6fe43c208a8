"""Sentences of `tests/data/speech` and the demo city's names, as the tests of transcripts and their figures need them."""

import csv
from functools import cache
from pathlib import Path

from asr.wording import text_rules
from asr.wording.lexicon import Lexicon
from sla import packaged
from web.demo import data
from web.lexicon import spoken_names, spoken_subjects

FOLDER = Path(__file__).parents[1] / "data" / "speech"
NOVEMBER = 11


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a table of that folder."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def plain_sentences() -> list[str]:
    """What callers and agents say without a name that was heard wrongly."""
    return FOLDER.joinpath("plain.txt").read_text(encoding="utf-8").splitlines()


@cache
def demo_lexicon() -> Lexicon:
    """The names of the demo city as `web.lexicon` reads them from its database, in the heating season."""
    subjects = spoken_subjects(category.name for category in data.load_city().categories)
    return Lexicon.of(demo_names(), text_rules.read(packaged.rule_values()), subjects).heated(NOVEMBER)


@cache
def demo_names() -> frozenset[str]:
    """All names of the demo city."""
    city = data.load_city()
    return spoken_names(
        areas=[(area.name, area.level) for area in city.areas],
        places=[(place.name, place.kind, place.aliases) for place in city.places],
        units=[unit.name for unit in city.units],
    )
