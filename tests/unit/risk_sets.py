"""The sentences of `tests/data/risk`, written by somebody who knew neither words nor rules, and what is made of them."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hotline.intake.risk_words import load_risk_words, worst

FOLDER = Path(__file__).parents[1] / "data" / "risk"


@dataclass(frozen=True)
class Figures:
    """Shares 0-1: dangers found, harmless sentences that raised an alarm, dangers found with the right level."""

    recall: float
    false_alarms: float
    levels: float


@cache
def figures(half: str) -> Figures:
    with (FOLDER / f"{half}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = {row["id"]: worst(load_risk_words().find(row["sentence"])) for row in rows}
    dangers = [row for row in rows if row["danger"] == "1"]
    harmless = [row for row in rows if row["danger"] == "0"]
    heard = [row for row in dangers if found[row["id"]]]
    return Figures(
        recall=len(heard) / len(dangers),
        false_alarms=sum(found[row["id"]] is not None for row in harmless) / len(harmless),
        levels=sum(getattr(found[row["id"]], "level", "") == row["level"] for row in heard) / len(heard),
    )
