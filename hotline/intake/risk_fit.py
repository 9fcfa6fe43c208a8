"""Fitting the weights of `risk_judge` to the scenes, and choosing its limits by scenes left out. Numpy alone.

`python -m hotline.intake.risk_fit` prints what it found and writes `data/risk_judge.json`; nothing calls it at run time.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
import numpy as np

from hotline.intake import risk_judge
from hotline.intake.risk_folds import curve, folds_of
from hotline.intake.risk_judge import MARK, Scene
from hotline.intake.risk_words import load_risk_words

FILE = Path(__file__).parent / "data" / "risk_judge.json"
FOLDS, STEPS, RATE = 8, 400, 0.1
SIGNS = re.compile(r"[^\u3400-\u9fffA-Za-z0-9]")
"""What a recogniser does not write."""
ORDINARY = "ordinary"
"""The source of scenes that a hotline hears every day; none of them holds words of danger."""
TURNS = "turns"
"""The source of what is said in calls, turn by turn, while nobody is in danger."""
MOST_TURNS = 0.003
"""The share of such turns that may raise an alarm without a word of danger."""
UNSEEN = ("own", "written", "paired")
"""The sources of scenes that were written after the words and rules: only these tell how well both do together."""


@dataclass(frozen=True)
class Table:
    """The scenes as features: `columns` and `values` of one after the other, `starts` where each begins."""

    names: list[str]
    columns: np.ndarray
    values: np.ndarray
    starts: np.ndarray
    lengths: np.ndarray
    dangers: np.ndarray

    def odds(self, weights: np.ndarray) -> np.ndarray:
        """A number a scene."""
        found: np.ndarray = np.add.reduceat(self.values * weights[self.columns], self.starts)
        return found

    def slope(self, wrong: np.ndarray) -> np.ndarray:
        """A number a feature."""
        found: np.ndarray = np.bincount(self.columns, self.values * np.repeat(wrong, self.lengths), len(self.names))
        return found


@dataclass(frozen=True)
class Chosen:
    """Limits, and what they make of scenes that were left out: shares 0-1."""

    sure: float
    spoken: float
    unlikely: float
    recall: float
    false_alarms: float
    ordinary: float


def tabled(scenes: Sequence[Scene], marks: Sequence[frozenset[str]], mark_counts: float, known: int | None = None) -> Table:
    """The scenes as features; the first is the same for all. A run that only one scene has is luck and left out.

    Of the first `known` scenes that is: those behind only say the same again.
    """
    rows = [set(risk_judge.runs(scene.sentence)) for scene in scenes]
    common = Counter(run for row in rows[:known] for run in row)
    seen = Counter(mark for row in marks[:known] for mark in row)
    names = ["", *sorted(run for run, count in common.items() if count > 1), *sorted(m for m, n in seen.items() if n > 1)]
    place = {name: at for at, name in enumerate(names)}
    columns, values, lengths = [], [], []
    for row, told in zip(rows, marks, strict=True):
        mine = [(0, 1.0), *((place[run], 1 / np.sqrt(len(row))) for run in sorted(row) if run in place)]
        mine += [(place[mark], mark_counts) for mark in sorted(told) if mark in place]
        columns += [at for at, _ in mine]
        values += [value for _, value in mine]
        lengths.append(len(mine))
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    dangers = np.array([float(scene.danger) for scene in scenes])
    return Table(names, np.array(columns), np.array(values), starts, np.array(lengths), dangers)


def fitted(table: Table, counts: np.ndarray, pull: float) -> np.ndarray:
    """Logistic weights by gradient steps (Adam), pulled towards nothing; `counts` is how much each scene weighs."""
    weights = np.zeros(len(table.names))
    mean, spread = np.zeros_like(weights), np.zeros_like(weights)
    share = counts / counts.sum()
    held = np.full(len(weights), pull / counts.sum())
    held[0] = 0.0
    for step in range(1, STEPS + 1):
        said = 1 / (1 + np.exp(-np.clip(table.odds(weights), -30, 30)))
        slope = table.slope((said - table.dangers) * share) + held * weights
        mean, spread = 0.9 * mean + 0.1 * slope, 0.999 * spread + 0.001 * slope**2
        weights = weights - RATE * (mean / (1 - 0.9**step)) / (np.sqrt(spread / (1 - 0.999**step)) + 1e-10)
    return weights


def left_out(table: Table, counts: np.ndarray, pull: float, folds: np.ndarray) -> np.ndarray:
    """The probability of each scene by weights fitted without it and its fold."""
    said = np.zeros(len(table.dangers))
    for fold in range(FOLDS):
        without = np.where(folds == fold, 0.0, counts)
        odds = table.odds(fitted(table, without, pull))
        said[folds == fold] = 1 / (1 + np.exp(-np.clip(odds[folds == fold], -30, 30)))
    return said


def chosen(scenes: Sequence[Scene], said: np.ndarray, heard: np.ndarray, kept: np.ndarray, miss_counts: float) -> Chosen:
    """The limits with the fewest mistakes, a danger missed counting `miss_counts` times a false alarm.

    Of the harmless scenes only those count that were not known when words and rules were written, and the ordinary ones.
    `heard` tells where words of danger are meant, `kept` where they must not be silenced.
    """
    ordinary = np.array([scene.source in (ORDINARY, TURNS) for scene in scenes])
    turns = np.array([scene.source == TURNS for scene in scenes])
    danger = np.array([scene.danger for scene in scenes])
    harmless = np.array([scene.source in UNSEEN and not scene.danger for scene in scenes])
    tried = []
    spoken = float(np.quantile(said[turns & ~heard], 1 - MOST_TURNS))
    for sure in np.arange(0.1, 0.96, 0.02):
        for unlikely in np.arange(0.0, sure + 0.5, 0.02):
            alarm = np.where(heard, kept | (said >= unlikely), said >= sure)
            cost = miss_counts * np.sum(danger & ~alarm) + np.sum(alarm & harmless) + np.sum(alarm & ordinary)
            tried.append((cost, unlikely, sure, alarm))
    _, unlikely, sure, alarm = min(tried, key=lambda one: one[:2])
    unseen = np.array([scene.source in UNSEEN and scene.danger for scene in scenes])
    shares = alarm[unseen].mean(), alarm[harmless].mean(), alarm[ordinary].mean()
    return Chosen(round(float(sure), 2), round(spoken, 2), round(float(unlikely), 2), *(round(float(one), 4) for one in shares))


@click.command()
def main() -> None:
    """Fit anew: reads the scenes and the settings in the file, prints figures of scenes left out, writes the file.

    \b
    python -m hotline.intake.risk_fit
    """
    data: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    scenes = risk_judge.packaged_scenes()
    marks, table, counts = _learned(scenes, data)
    folds = np.tile(folds_of([scene.sentence for scene in scenes], FOLDS), 2)
    said = left_out(table, counts, data["pull"], folds)[: len(scenes)]
    unseen = np.array([scene.source in UNSEEN for scene in scenes])
    danger = np.array([scene.danger for scene in scenes])
    for recall, false_alarms in curve(said[unseen], danger[unseen]):
        click.echo(f"of scenes left out: found {recall:.0%}, false alarms {false_alarms:.1%}")
    heard = np.array([f"{MARK}meant" in row for row in marks])
    never = {f"{MARK}meant:{name}" for name in data["never_silenced"]}
    kept = np.array([bool(row & never) for row in marks])
    best = chosen(scenes, said, heard, kept, data["miss_counts"])
    for source in sorted({scene.source for scene in scenes}):
        click.echo(f"{source}: {_told(scenes, source, said, heard, kept, best)}")
    click.echo(str(best))
    FILE.write_text(_written(data, table.names, fitted(table, counts, data["pull"]), best), encoding="utf-8")


def _learned(scenes: Sequence[Scene], data: Mapping[str, Any]) -> tuple[list[frozenset[str]], Table, np.ndarray]:
    """The marks of the scenes; them and, behind, them as a recogniser writes them as features; how much each counts."""
    risks = load_risk_words()
    spoken = [replace(scene, sentence=SIGNS.sub("", scene.sentence)) for scene in scenes]
    marks = [risks.marks(scene.sentence) for scene in scenes]
    both = marks + [risks.marks(scene.sentence) for scene in spoken]
    table = tabled([*scenes, *spoken], both, data["mark_counts"], known=len(scenes))
    counts = np.array([float(data["counts"].get(scene.source, 1)) for scene in scenes])
    return marks, table, np.concatenate([counts, counts * data["spoken_counts"]])


def _told(scenes: Sequence[Scene], source: str, said: np.ndarray, heard: np.ndarray, kept: np.ndarray, best: Chosen) -> str:
    alarm = np.where(heard, kept | (said >= best.unlikely), said >= best.sure)
    parts = []
    for danger, name in ((True, "found"), (False, "false alarms")):
        of = np.array([scene.source == source and scene.danger == danger for scene in scenes])
        if of.any():
            parts.append(f"{name} {alarm[of].mean():.1%} of {of.sum()} (words alone {heard[of].mean():.1%})")
    return ", ".join(parts)


def _written(data: Mapping[str, Any], names: Sequence[str], weights: np.ndarray, best: Chosen) -> str:
    kept = {name: round(float(weight), 2) for name, weight in zip(names, weights, strict=True) if abs(weight) >= 0.01 and name}
    limits = {"sure": best.sure, "spoken": best.spoken, "unlikely": best.unlikely, "bias": round(float(weights[0]), 4)}
    measured = {"recall": best.recall, "false_alarms": best.false_alarms, "ordinary": best.ordinary}
    return json.dumps({**data, **limits, "left_out": measured, "weights": kept}, ensure_ascii=False, indent=0) + "\n"


if __name__ == "__main__":
    main()
