"""Pairs that people wrote who knew neither engine nor data: repeats are found among thousands, other matters are not offered.

The frozen half was never tuned on; both are asked as an agent asks: the first text is a ticket, the second what is typed.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hotline.intake import repeats
from hotline.intake.comparing import Comparison, Matter, Surroundings
from hotline.intake.likeness import Reader
from hotline.intake.repeat_rules import read
from hotline.intake.repeats import Terms
from hotline.intake.word_vectors import packaged_vectors
from hotline.kernel.search.analysis import Analyzer, packaged_words
from hotline.kernel.search.port import IndexDoc
from hotline.kernel.search.query import Search
from hotline.kernel.search.tantivy import TantivyBackend
from hotline.tickets.indexing import TICKETS
from hotline.tickets.models import Ticket
from hotline.tickets.workflow import Secrecy, State
from sla.packaged import rule_values
from web.demo.worst_day import worst_day

FOLDER = Path(__file__).parents[1] / "data" / "repeats"
NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
FLOORS = {"build": (0.79, 0.03), "frozen": (0.71, 0.045), "later": (0.63, 0.105)}
"""Share of true repeats in the top 5, and share of other matters whose ticket is shown, just under what was measured.

The aim is 0.90 and 0.05. The weights were fitted to build, more, general, verbatim and unlike; over folds of these, by pair,
build and more together show 0.68 of true repeats at 0.04 false without, and 0.73 with the sentence model, which is not asked
here. No weight, word or threshold was chosen by the frozen half (asked with each version) or the later set (asked once).
"""


@dataclass(frozen=True)
class Asked:
    """One pair, with whether its ticket was shown."""

    way: str
    same: bool
    shown: bool


def pairs(half: str) -> list[dict[str, str]]:
    with (FOLDER / f"{half}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def texts(half: str) -> list[str]:
    """The tickets of a half, and those of a city's busy day around them."""
    day = worst_day(1, date(2026, 11, 20), ZoneInfo("Asia/Shanghai"))
    return [*(row["s1"] for row in pairs(half)), *(f"{call.body} {call.address}" for call in day)]


def ticket(ticket_id: int, text: str) -> Ticket:
    return Ticket(
        id=ticket_id,
        title="",
        body=text,
        address="",
        wanted="",
        type="complaint",
        state=State.PENDING,
        secrecy=Secrecy.NORMAL,
        opened_at=NOW - timedelta(hours=3),
    )


def asked(half: str, folder: Path) -> Iterator[Asked]:
    analyzer = Analyzer(packaged_words())
    search = Search(TantivyBackend(folder), analyzer)
    tickets = [ticket(number, text) for number, text in enumerate(texts(half), 1)]
    search.backend.ensure(
        TICKETS, lambda after: (IndexDoc(str(one.id), {"body": analyzer.spaced(one.body)}) for one in tickets)
    )
    terms, reader = Terms(read(rule_values())), Reader(analyzer, packaged_vectors())
    for number, row in enumerate(pairs(half), 1):
        matter = Matter(body=row["s2"])
        comparison = Comparison(reader, matter, Surroundings(), window_days=terms.rules.window_days, now=NOW)
        hits = search.backend.search(TICKETS, repeats.telling_query(search, matter), size=terms.rules.candidates).hits
        offered = repeats.best((comparison.with_ticket(tickets[int(hit.id) - 1]) for hit in hits), terms, None)
        yield Asked(row["way"], row["label"] == "1", number in {one.ticket_id for one in offered})


@pytest.mark.parametrize("half", FLOORS)
def test_true_repeats_are_shown_and_other_matters_are_not(half: str, tmp_path: Path) -> None:
    found = list(asked(half, tmp_path / "index"))
    same, other = ([one.shown for one in found if one.same is wanted] for wanted in (True, False))

    shown_least, false_most = FLOORS[half]
    assert sum(same) / len(same) >= shown_least
    assert sum(other) / len(other) <= false_most
