"""Which limit holds: the most specific row of the policy version in effect, and what makes a set of rows whole. Pure.

The rows are data: defaults in `defaults.yaml`, examples of places in `profiles/`, a city's own in the table `policy`. Called by
`clocks`, `recounts` and `versions`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.kernel.errors import Invalid
from sla.limits import Limit, LimitUnit, Stage, StartEvent, StartRule

FROM_UNITS = (StartEvent.DISPATCHED, StartEvent.SIGNED, StartEvent.ACCEPTED)
STARTS: Mapping[Stage, tuple[StartEvent, ...]] = {
    Stage.TOTAL: (StartEvent.ACCEPTED,),
    Stage.DISPATCH: (StartEvent.PENDING,),
    Stage.SIGN: (StartEvent.DISPATCHED, StartEvent.ACCEPTED),
    Stage.CONTACT: FROM_UNITS,
    Stage.FEEDBACK: FROM_UNITS,
    Stage.HANDLE: FROM_UNITS,
    Stage.REDO: (StartEvent.DISPATCHED, StartEvent.SIGNED),
    Stage.SUPERVISION: (StartEvent.ORDERED,),
    Stage.DECIDE_RETURN: (StartEvent.ASKED,),
    Stage.RULING: (StartEvent.ASKED,),
    Stage.DECIDE_EXTENSION: (StartEvent.ASKED,),
    Stage.REPLY_AUDIT: (StartEvent.REPLIED,),
    Stage.CALLBACK: (StartEvent.REPLIED,),
    Stage.REVIEW: (StartEvent.DOUBTED,),
    Stage.APPEAL: (StartEvent.ASKED,),
}
"""From what each stage may be counted, the usual first."""
OF_UNITS = frozenset({Stage.SIGN, Stage.CONTACT, Stage.FEEDBACK, Stage.HANDLE, Stage.REDO, Stage.SUPERVISION})
"""The stages that a unit owes; the others are the hotline's, of no unit class."""
NEEDED = (Stage.TOTAL, Stage.HANDLE)
"""The two limits that every ticket has: each needs a row that fits whatever no other row fits."""
MATCHING = ("type", "urgency", "profile", "unit_class")


@dataclass(frozen=True)
class Case:
    """What a limit is looked up for; `unit_class` None is the hotline itself."""

    type: str
    urgency: str
    profile: str
    unit_class: str | None


@dataclass(frozen=True, kw_only=True)
class PolicyFacts:
    """One limit as somebody lays it down; None in a matching field means any."""

    stage: Stage
    type: str | None = None
    urgency: str | None = None
    profile: str | None = None
    unit_class: str | None = None
    amount: int
    unit: LimitUnit
    start_rule: StartRule
    start_event: StartEvent
    source: str

    @property
    def limit(self) -> Limit:
        """The time it gives."""
        return Limit(self.amount, self.unit, self.start_rule)

    @property
    def match(self) -> tuple[str | None, ...]:
        """What it holds for; no two rows of a version have the same."""
        return self.stage, self.type, self.urgency, self.profile, self.unit_class

    def fits(self, case: Case) -> bool:
        """Whether no field that it names differs from the case's."""
        pairs = zip(self._named(), (case.urgency, case.profile, case.unit_class, case.type), strict=True)
        return all(named in (None, given) for named, given in pairs)

    def specificity(self) -> tuple[int, tuple[bool, ...]]:
        """More named fields go first; then urgency before profile before unit class before type."""
        named = tuple(field is not None for field in self._named())
        return sum(named), named

    def _named(self) -> tuple[str | None, ...]:
        return self.urgency, self.profile, self.unit_class, self.type


@dataclass(frozen=True, kw_only=True)
class PolicyRow(PolicyFacts):
    """One limit of one version in force from a moment on."""

    id: int
    version: int
    effective_from: datetime


def version_at(rows: Iterable[PolicyRow], at: datetime) -> int | None:
    """The version in effect at that moment: the one that came into force last; None before the first."""
    begun = {(row.effective_from, row.version) for row in rows if row.effective_from <= at}
    return max(begun)[1] if begun else None


def find(rows: Iterable[PolicyRow], stage: Stage, case: Case, at: datetime) -> PolicyRow | None:
    """The row that holds for the case; None when the version in effect has none for the stage."""
    known = tuple(rows)
    version = version_at(known, at)
    fitting = [row for row in known if row.version == version and row.stage is stage and row.fits(case)]
    return max(fitting, key=PolicyRow.specificity, default=None)


def check(rows: Sequence[PolicyFacts], known: Mapping[str, Collection[str]]) -> None:
    """Raise Invalid for the first row that breaks a rule (`row` counts from 1), or for a set that leaves tickets without limit.

    `known` has the words that each matching field may name.
    """
    for place, row in enumerate(rows, start=1):
        _check_row(row, known, place)
    first: dict[tuple[str | None, ...], int] = {}
    for place, row in enumerate(rows, start=1):
        if first.setdefault(row.match, place) != place:
            raise Invalid("rows", "same-case-twice", row=place, earlier=first[row.match])
    for stage in NEEDED:
        if (stage, None, None, None, None) not in first:
            raise Invalid("rows", "general-row-missing", stage=stage.value)


def _check_row(row: PolicyFacts, known: Mapping[str, Collection[str]], place: int) -> None:
    for field in MATCHING:
        named = getattr(row, field)
        if named is not None and named not in known[field]:
            raise Invalid(field, "unknown-choice", choice=named, row=place)
    if row.amount < 1:
        raise Invalid("amount", "at-least-one", row=place)
    if row.start_event not in STARTS[row.stage]:
        raise Invalid("start_event", "not-of-this-stage", row=place, stage=row.stage.value)
    if row.unit_class is not None and row.stage not in OF_UNITS:
        raise Invalid("unit_class", "no-units-step", row=place, stage=row.stage.value)
    if not row.source.strip():
        raise Invalid("source", "required", row=place)
