"""The city's trained ranker: text → category and text → function, and what a ranking's scores turned out to mean. Pure.

Made by `training`, kept by `shelf`, asked by `evidence`.
"""

import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from dispatch import textmodel
from dispatch.calibration import Numbers, Stretch
from dispatch.conditions import Circumstances
from dispatch.features import Reading
from dispatch.routing import Candidate
from dispatch.textmodel import TextModel
from hotline.tickets.indexing import without_numbers

NIGHT = range(6, 22)
"""Hours that are day."""
CATALOGUE = frozenset({"catalogue", "area-unknown", "no-local-unit"})


@dataclass(frozen=True)
class CityModel:
    """`sureness` stretches the figures of a ranked unit to the probability that it is the right one; None: too few to tell."""

    categories: TextModel
    functions: TextModel
    sureness: Stretch | None = None


def reading_of(text: str, area_path: Sequence[str], category_code: str | None, around: Circumstances) -> Reading:
    """A matter as the models read it: its words, and place, category, channel, hour and requester as far as known.

    Numbers that could be a person's are left out: the file keeps what was learnt from.
    """
    known = [f"place:{code}" for code in area_path]
    known += [f"category:{category_code}"] if category_code else []
    known += [f"channel:{around.channel}"] if around.channel else []
    known += [f"caller:{around.requester}"] if around.requester else []
    known += [f"hours:{'day' if around.local.hour in NIGHT else 'night'}"] if around.local else []
    return Reading(without_numbers(text), tuple(known))


def figures(ranked: Sequence[Candidate]) -> Numbers:
    """What tells how sure each ranked unit is: score, lead over the best other, what was learnt, whether a row names it."""
    rows = list[list[float]]()
    for one in ranked:
        others = max((other.score for other in ranked if other.unit_id != one.unit_id), default=0.0)
        score = min(max(one.score, 1e-3), 1 - 1e-3)
        named = any(reason.code in CATALOGUE for reason in one.reasons)
        rows.append([float(np.log(score / (1 - score))), one.score - others, one.learnt, float(named)])
    return np.array(rows).reshape(len(rows), 4)


def to_bytes(model: CityModel) -> bytes:
    """The ranker as a file: numbers and JSON."""
    out = io.BytesIO()
    told = json.dumps({"sureness": asdict(model.sureness) if model.sureness else None})
    np.savez(
        out,
        categories=_raw(textmodel.to_bytes(model.categories)),
        functions=_raw(textmodel.to_bytes(model.functions)),
        told=_raw(told.encode()),
    )
    return out.getvalue()


def from_bytes(data: bytes) -> CityModel:
    """The ranker of a file. Raises Invalid for one of another format, ValueError for what is none."""
    with np.load(io.BytesIO(data), allow_pickle=False) as kept:
        told = json.loads(bytes(kept["told"]).decode())["sureness"]
        parts = [textmodel.from_bytes(bytes(kept[name])) for name in ("categories", "functions")]
    return CityModel(parts[0], parts[1], textmodel.stretch_of(told) if told else None)


def _raw(data: bytes) -> Any:  # numpy.ndarray of bytes
    return np.frombuffer(data, np.uint8)
