"""Which limit holds: the most specific row of the policy version in effect. Pure.

The rows are data: defaults in `defaults.yaml`, a city's own in the table `policy`. Called by `clocks`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sla.limits import Limit, LimitUnit, Stage, StartEvent, StartRule


@dataclass(frozen=True)
class Case:
    """What a limit is looked up for; `unit_class` None is the hotline itself."""

    type: str
    urgency: str
    profile: str
    unit_class: str | None


@dataclass(frozen=True)
class PolicyRow:
    """One limit of one version; None in a matching field means any."""

    id: int
    version: int
    effective_from: datetime
    stage: Stage
    type: str | None
    urgency: str | None
    profile: str | None
    unit_class: str | None
    amount: int
    unit: LimitUnit
    start_rule: StartRule
    start_event: StartEvent
    source: str

    @property
    def limit(self) -> Limit:
        """The time it gives."""
        return Limit(self.amount, self.unit, self.start_rule)

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


def version_at(rows: Iterable[PolicyRow], at: datetime) -> int | None:
    """The version in effect at that moment: the highest whose day has come; None before the first."""
    return max((row.version for row in rows if row.effective_from <= at), default=None)


def find(rows: Iterable[PolicyRow], stage: Stage, case: Case, at: datetime) -> PolicyRow | None:
    """The row that holds for the case; None when the version in effect has none for the stage."""
    known = tuple(rows)
    version = version_at(known, at)
    fitting = [row for row in known if row.version == version and row.stage is stage and row.fits(case)]
    return max(fitting, key=PolicyRow.specificity, default=None)
