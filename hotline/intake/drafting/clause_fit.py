"""Fitting the weights of `clause_weights` to written calls: which words, and which clauses, people take into a title.

`python -m hotline.intake.drafting.clause_fit CALLS...` writes `data/draft_clauses.json`; nothing calls it at run time.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click
import numpy as np

from hotline.intake.drafting import written
from hotline.intake.drafting.clause_weights import FILE, Spot, Weights, figures, word_figures, words_of
from hotline.intake.drafting.cues import load_cues
from hotline.intake.drafting.judging import folded
from hotline.intake.drafting.matter import spotted
from hotline.intake.drafting.values import CALLER
from hotline.intake.drafting.written import KnownMatter, WrittenCall

OUT = Path(__file__).parents[1] / "data" / FILE
STEPS, RATE = 600, 0.5
CALM_WORDS, CALM_CLAUSES = 2e-4, 2.0
"""How strongly weights are held small."""
_FRAME = re.compile(
    r"^(?:（加急）)?关于(.{1,5}?(?:先生|女士)|市民)?(?:再次|多次)?(?:反映|咨询|建议|表扬|举报|求助)?|(?:的问题)$"
)


def fitted(calls: Sequence[WrittenCall]) -> Weights:
    """The weights that fit these calls."""
    words = _words_fitted(calls)
    rows, shares = [], []
    for text, clause, spot, share in _clauses_told(calls):
        rows.append(figures(text, clause, spot, words))
        shares.append(share)
    names = list(rows[0])
    table = np.asarray([[row[name] for name in names] for row in rows])
    held = CALM_CLAUSES * np.eye(len(names))
    found = np.linalg.solve(table.T @ table + held, table.T @ np.asarray(shares))
    return Weights(words, dict(zip(names, map(float, found), strict=True)))


def _words_fitted(calls: Iterable[WrittenCall]) -> np.ndarray:
    """Weights of a word's figures by which it is in the title or not."""
    rows = list(_words_told(calls))
    table = word_figures([word for word, _ in rows])
    wanted = np.asarray([told for _, told in rows], float)
    spread = table.std(axis=0)
    spread[spread < 1e-9] = 1.0
    even, weights = table / spread, np.zeros(table.shape[1])
    moved = np.zeros_like(weights)
    for _ in range(STEPS):
        wrong = 1 / (1 + np.exp(-even @ weights)) - wanted
        moved = 0.9 * moved - RATE * (even.T @ wrong / len(wanted) + CALM_WORDS * weights)
        weights = weights + moved
    found: np.ndarray = weights / spread
    return found


def _words_told(calls: Iterable[WrittenCall]) -> Iterator[tuple[str, bool]]:
    for call in calls:
        for matter in call.matters:
            title = _matter_of(matter)
            told = [turn.text for turn in call.turns if turn.role == CALLER and turn.seq in matter.turns]
            for word in dict.fromkeys(word for text in told for word in words_of(text)) if title else ():
                yield word, any(word[at : at + 2] in title for at in range(max(1, len(word) - 1)))


def _matter_of(matter: KnownMatter) -> str:
    """What a title says of the matter itself: without the caller and the place."""
    filled = matter.fields.get("title")
    title = _FRAME.sub("", filled.values[0]) if filled else ""
    for name in ("address", "contact_name"):
        for value in matter.fields[name].values if name in matter.fields else ():
            title = title.replace(value, "")
    return title


def _clauses_told(calls: Iterable[WrittenCall]) -> Iterator[tuple[str, str, Spot, float]]:
    for call in calls:
        for matter in call.matters:
            title = Counter(folded(_matter_of(matter)))
            turns = [turn for turn in call.turns if turn.seq in matter.turns]
            for told, clause, spot in spotted(turns, load_cues(), (), ()) if title else ():
                yield told.text, clause, spot, (Counter(folded(told.text)) & title).total() / title.total()


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(files: tuple[Path, ...]) -> None:
    """Fit to the calls of the FILES and keep the weights."""
    calls = [call for file in files for call in written.read(file.read_text(encoding="utf-8").splitlines())]
    found = fitted(calls)
    of_clauses = {name: round(weight, 4) for name, weight in found.figures.items()}
    kept = {"words": [round(float(one), 4) for one in found.words], "figures": of_clauses}
    OUT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    for name, weight in of_clauses.items():
        click.echo(f"{name:14} {weight:>8}")


if __name__ == "__main__":
    main()
