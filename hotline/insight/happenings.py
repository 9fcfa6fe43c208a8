"""What kind of happening a text speaks of, whatever its words: read from `data/happenings.yaml`. Pure.

Asked while tickets are read into sightings, and by whoever must know whether a demand is the common one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from hotline.kernel.search.analysis import normalise

AREA = "area"
NONE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Spoken:
    """The kinds of happening a text speaks of, and the words by which it does."""

    kinds: frozenset[str]
    cues: frozenset[str]


@dataclass(frozen=True)
class Happenings:
    """Kinds of happening by what people say; which of them spread over an area, which bring others; what says nothing."""

    says: Mapping[str, re.Pattern[str]]
    spreading: frozenset[str]
    causes: Mapping[str, frozenset[str]]
    own_demands: re.Pattern[str]
    filler: frozenset[str]

    def spoken(self, text: str) -> Spoken:
        """What a normalised text speaks of."""
        found = {kind: {hit[0] for hit in pattern.finditer(text)} for kind, pattern in self.says.items()}
        kinds = frozenset(kind for kind, cues in found.items() if cues)
        return Spoken(kinds, frozenset(cue for cues in found.values() for cue in cues))

    def are_related(self, one: frozenset[str], other: frozenset[str]) -> bool:
        """Whether a kind of one side brings a kind of the other with it."""
        return any(self.causes.get(kind, NONE) & other for kind in one) or any(
            self.causes.get(kind, NONE) & one for kind in other
        )

    def has_own_demand(self, text: str) -> bool:
        """Whether somebody asks for more than that the happening ends: compensation, blame."""
        return self.own_demands.search(normalise(text)) is not None


@cache
def packaged_happenings() -> Happenings:
    """What comes with the package."""
    raw = yaml.safe_load(resources.files("hotline.insight").joinpath("data", "happenings.yaml").read_text("utf-8"))
    kinds = raw["happenings"]
    return Happenings(
        says={kind: re.compile("|".join(row["says"])) for kind, row in kinds.items()},
        spreading=frozenset(kind for kind, row in kinds.items() if row["spreads"] == AREA),
        causes={kind: frozenset(name for name, row in kinds.items() if kind in row.get("brings", ())) for kind in kinds},
        own_demands=re.compile(raw["own_demands"]),
        filler=frozenset(word for line in raw["filler"] for word in line.split("|")),
    )
