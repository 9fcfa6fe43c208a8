"""Duty lists as they are sent and fetched: the units that a file names have just the duties it says, from a day on.

Units that the file does not name keep theirs. A duty that falls away ends, it is not deleted; a local rule ("各街道") stands
for every unit it can mean. Asking is in `duties`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch import catalogue_cells, catalogue_versions, duties
from dispatch.catalogue_cells import day_words
from dispatch.catalogue_lists import Sent, of_headings
from dispatch.catalogue_rows import LONGEST_TEXT, Finding
from dispatch.catalogue_versions import Publication, last_day, midnight
from dispatch.localities import Registry
from dispatch.models import Duty
from dispatch.sheet_columns import DUTIES, columns
from dispatch.sheet_names import names_of
from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Invalid
from hotline.people.models import Unit
from hotline.tickets.models import Category

Key = tuple[int, str]
"""A unit's id and the category of one of its duties."""


@dataclass(frozen=True)
class DutyLine:
    """One duty of one unit as a list says it; days are local and included, none is the list's own or no end."""

    unit_id: int
    category: str
    basis: str = ""
    effective_from: date | None = None
    effective_to: date | None = None

    @property
    def key(self) -> Key:
        """What a list may say once."""
        return self.unit_id, self.category


@dataclass(frozen=True)
class DutyDiff:
    """How the lists of the named units change; `changed` ones go on with another law or end."""

    added: tuple[DutyLine, ...]
    removed: tuple[DutyLine, ...]
    changed: tuple[tuple[DutyLine, DutyLine], ...]
    unchanged: int


@dataclass(frozen=True)
class CheckedDuties:
    """What a file comes to: its lines with rules made units, every wrong cell, and what would change."""

    lines: tuple[DutyLine, ...]
    findings: tuple[Finding, ...]
    diff: DutyDiff


def lay_down(uow: UnitOfWork, rows: Iterable[Mapping[str, Any]]) -> int:
    """Put in the duty lists of a city as its files have them; returns how many duties there are. For seeds.

    A row has unit (a code or a local rule), categories, basis and effective_from. Raises Invalid with the row's number.
    """
    known = _Known(uow.session)
    found: dict[Key, DutyLine] = {}
    for number, row in enumerate(rows, start=1):
        for category in row["categories"]:
            raw = {**row, "category": category}
            lines, wrong = known.lines(number, raw)
            for one in wrong:
                raise catalogue_versions.refusal(one)
            for line in lines:
                found.setdefault(line.key, line)
    begun = {line.key: midnight(line.effective_from, uow.zone) if line.effective_from else uow.now for line in found.values()}
    uow.session.add_all(_duty(line, begun[line.key], uow.zone) for line in found.values())
    uow.session.flush()
    return len(found)


def check(uow: UnitOfWork, sent: Sent, publication: Publication) -> CheckedDuties:
    """Look at a file as the lists of its units from a moment on; nothing is written. Raises Invalid for one in the past."""
    begins = catalogue_versions.beginning(uow, publication)
    names, known = names_of(uow.session), _Known(uow.session)
    findings = of_headings(sent.found)
    numbered = list[tuple[int, DutyLine]]()
    for number, words in sent.rows if not findings else ():
        values, wrong = catalogue_cells.read(number, words, names, DUTIES)
        broken = {one.field for one in wrong}
        lines, more = known.lines(number, values)
        findings += [*wrong, *(one for one in more if one.field not in broken)]
        numbered += [(number, line) for line in lines]
    findings += _twice(numbered)
    kept = tuple({line.key: line for _, line in numbered}.values())
    changes = _diff(uow, kept, begins)
    return CheckedDuties(kept, tuple(sorted(findings, key=lambda one: one.row)), changes)


def take(uow: UnitOfWork, checked: CheckedDuties, publication: Publication) -> int:
    """Let the lists of a file without a wrong cell hold from its day on; returns how many duties began or ended."""
    if checked.findings:
        return 0
    begins, diff = catalogue_versions.beginning(uow, publication), checked.diff
    ending = {line.key for line in (*diff.removed, *(before for before, _ in diff.changed))}
    for duty, _, _ in duties.of_units(uow.session, {unit_id for unit_id, _ in ending}, begins):
        if (duty.unit_id, duty.category_code) in ending:
            _end(uow.session, duty, begins)
    uow.session.flush()
    beginning = [*diff.added, *(after for _, after in diff.changed)]
    uow.session.add_all(_duty(line, begins, uow.zone) for line in beginning)
    uow.session.flush()
    return len(ending) + len(diff.added)


def headings(locale: str) -> list[str]:
    """The headings of the list."""
    return [column.heading(locale) for column in columns(DUTIES).values()]


def lines(session: Session, at: datetime, zone: tzinfo, locale: str) -> Iterator[list[str]]:
    """All duties that hold or will, as words; what is written can be sent again."""
    names, unit_column = names_of(session), columns(DUTIES)["unit"]
    for duty, unit, category in duties.of_units(session, None, at):
        since, until = duty.effective_from.astimezone(zone).date(), last_day(duty.effective_to, zone)
        whose, what = names.unit(unit.code, unit_column, locale), names.category(category.code)
        yield [whose, what, duty.basis, day_words(since), day_words(until)]


class _Known:
    """Units and categories that a list may name."""

    def __init__(self, session: Session) -> None:
        self._units = Registry(list(session.scalars(select(Unit).where(Unit.active))))
        self._categories = set(session.scalars(select(Category.code)))

    def lines(self, number: int, raw: Mapping[str, Any]) -> tuple[list[DutyLine], list[Finding]]:  # of a sheet or a seed
        """A duty for each unit that the row means, or everything that is wrong with it."""
        unit, category, basis = (str(raw.get(name) or "") for name in ("unit", "category", "basis"))
        meant, wrong = self._units.meant(unit) if unit else [], list[Finding]()
        if not meant:
            wrong.append(Finding(number, "unit", "unknown-code" if unit else "required", unit))
        if category not in self._categories:
            wrong.append(Finding(number, "category", "unknown-code" if category else "required", category))
        if len(basis) > LONGEST_TEXT:
            wrong.append(Finding(number, "basis", "too-long", basis[:100], {"maximum": LONGEST_TEXT, "given": len(basis)}))
        try:
            since, until = _day("effective_from", raw), _day("effective_to", raw)
        except Invalid as error:
            return [], [*wrong, Finding(number, error.details["field"], "not-a-date", str(raw[error.details["field"]]))]
        if since and until and until < since:
            wrong.append(Finding(number, "effective_to", "ends-before-it-begins", until.isoformat()))
        return ([] if wrong else [DutyLine(one.id, category, basis, since, until) for one in meant]), wrong


def _diff(uow: UnitOfWork, wanted: Sequence[DutyLine], begins: datetime) -> DutyDiff:
    held = {
        (duty.unit_id, duty.category_code): DutyLine(
            duty.unit_id,
            duty.category_code,
            duty.basis,
            duty.effective_from.astimezone(uow.zone).date(),
            last_day(duty.effective_to, uow.zone),
        )
        for duty, _, _ in duties.of_units(uow.session, {line.unit_id for line in wanted}, begins)
    }
    new = {line.key: line for line in wanted}
    both = [(held[key], line) for key, line in new.items() if key in held]
    changed = [(before, line) for before, line in both if _said(before) != _said(line)]
    return DutyDiff(
        added=tuple(line for key, line in new.items() if key not in held),
        removed=tuple(line for key, line in held.items() if key not in new),
        changed=tuple(changed),
        unchanged=len(both) - len(changed),
    )


def _said(line: DutyLine) -> tuple[str, date | None]:
    """What makes a duty another one: since when it holds does not."""
    return line.basis, line.effective_to


def _twice(numbered: Iterable[tuple[int, DutyLine]]) -> list[Finding]:
    """A finding for each line of a unit that says again what an earlier line says of it."""
    first: dict[Key, int] = {}
    found: dict[int, Finding] = {}
    for number, line in numbered:
        if first.setdefault(line.key, number) != number:
            found[number] = Finding(number, "category", "twice-in-file", line.category, {"given": first[line.key]})
    return list(found.values())


def _end(session: Session, duty: Duty, at: datetime) -> None:
    """Let a duty end; one that would not have begun by then never holds."""
    if duty.effective_from >= at:
        session.delete(duty)
    else:
        duty.effective_to = at


def _duty(line: DutyLine, begins: datetime, zone: tzinfo) -> Duty:
    """A duty from its own day on, but never from before its list: what was is not laid down afterwards."""
    since = max(begins, midnight(line.effective_from, zone)) if line.effective_from else begins
    until = midnight(line.effective_to, zone) + catalogue_versions.DAY if line.effective_to else None
    return Duty(unit_id=line.unit_id, category_code=line.category, basis=line.basis, effective_from=since, effective_to=until)


def _day(name: str, raw: Mapping[str, Any]) -> date | None:  # of a sheet or a seed
    value = raw.get(name)
    try:
        return value if isinstance(value, date) or not value else date.fromisoformat(str(value))
    except ValueError as error:
        raise Invalid(name, "not-a-date") from error
