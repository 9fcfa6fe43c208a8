"""Versions of the limits: drafted from another one or a shipped profile, worked on, published from a moment on, or given up.

Administrators' use cases. A published version never changes: clocks point at its rows, and the past must stay explicable.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from hotline.kernel import typed
from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Invalid, NotFound
from hotline.people.units import choices
from hotline.tickets.workflow import PROFILES, TYPES, URGENCIES
from sla import limits, policies, recounts, rule_changes
from sla.book import Book, book_of, forget, values_of
from sla.events import PolicyPublished
from sla.models import Policy, PolicyStatus, PolicyVersion, Recount, RecountCause
from sla.policies import PolicyFacts
from sla.practices import practice
from sla.rosters import OFFICE

OF_PROFILE, OF_VERSION = "profile:", "version:"
"""Beginnings of `PolicyVersion.origin`."""
LONGEST_NAME = 120


@dataclass(frozen=True)
class Listed:
    """A version with the number of its rows, and whether it is the one in force."""

    version: PolicyVersion
    rows: int
    in_force: bool


@cache
def known_words() -> Mapping[str, Sequence[str]]:
    """What the matching fields of a row may name."""
    return {
        "type": sorted(TYPES),
        "urgency": sorted(URGENCIES),
        "profile": sorted(PROFILES),
        "unit_class": choices()["classes"],
    }


def listed(session: Session, at: datetime) -> list[Listed]:
    """Every version but discarded ones, newest first."""
    counts = dict(session.execute(select(Policy.version, func.count()).group_by(Policy.version)).all())
    kept = select(PolicyVersion).where(PolicyVersion.status != PolicyStatus.DISCARDED)
    found = list(session.scalars(kept.order_by(PolicyVersion.version.desc())))
    current = in_force(found, at)
    return [Listed(one, counts.get(one.version, 0), one is current) for one in found]


def in_force(versions: Iterable[PolicyVersion], at: datetime) -> PolicyVersion | None:
    """The version that came into force last before `at`."""
    begun = [(one.effective_from, one.version, one) for one in versions if _begun(one, at)]
    return max(begun)[2] if begun else None


def get(session: Session, version: int) -> PolicyVersion:
    """The version. Raises NotFound."""
    found = session.get(PolicyVersion, version)
    if found is None:
        raise NotFound("policy version", thing="policy-version", version=version)
    return found


def rows_of(session: Session, version: int) -> list[Policy]:
    """The limits of a version, as they were put."""
    return list(session.scalars(select(Policy).where(Policy.version == version).order_by(Policy.id)))


def draft_from_version(uow: UnitOfWork, version: int, name: str) -> PolicyVersion:
    """A draft with the rows of another version."""
    origin = get(uow.session, version)
    rows = [facts_of(row) for row in rows_of(uow.session, origin.version)]
    return _draft(uow, rows, name, f"{OF_VERSION}{origin.version}")


def draft_from_profile(uow: UnitOfWork, code: str, name: str = "") -> PolicyVersion:
    """A draft with the rows of a shipped profile, by its name where none is given; its rules come into force with it."""
    shipped = practice(code)
    return _draft(uow, shipped.rows, name or shipped.name, f"{OF_PROFILE}{code}")


def put_rows(uow: UnitOfWork, version: int, rows: Sequence[PolicyFacts]) -> PolicyVersion:
    """Replace all rows of a draft. Raises Conflict for another version, Invalid as `policies.check` says."""
    draft = _open_draft(uow, version)
    check(uow, rows)
    _replace(uow, draft, rows)
    return draft


def discard(uow: UnitOfWork, version: int) -> None:
    """Give a draft up. Raises Conflict for a version that is none."""
    _open_draft(uow, version).status = PolicyStatus.DISCARDED
    uow.session.flush()


def publish(uow: UnitOfWork, version: int, *, effective_from: datetime | None = None, note: str = "") -> Recount:
    """Let a draft come into force at a moment (default: now) and have open limits counted again then.

    Raises Conflict for a version that is no draft, Invalid for a moment past or rows that are not whole.
    """
    draft = _open_draft(uow, version)
    since = effective_from or uow.now
    if since < uow.now:
        raise Invalid("effective_from", "in-the-past")
    check(uow, [facts_of(row) for row in rows_of(uow.session, version)])
    draft.status, draft.effective_from, draft.note = PolicyStatus.PUBLISHED, since, note.strip()
    draft.published_at, draft.published_by_id = uow.now, uow.actor.officer_id
    uow.session.flush()
    forget(uow.session)
    _put_rules(uow, draft.origin, since)
    recount = recounts.request(uow, RecountCause.POLICY, version, source=draft.note or draft.name, begins_at=since)
    uow.record(PolicyPublished(version, since.isoformat(), recount.id))
    return recount


def check(uow: UnitOfWork, rows: Sequence[PolicyFacts]) -> None:
    """Raise Invalid for rows that are not whole, or give an amount of time that reaches beyond the calendar."""
    policies.check(rows, known_words())
    book = book_of(uow.session, uow.zone, uow.now)
    for place, row in enumerate(rows, start=1):
        if not _ends(book, row, uow.now):
            raise Invalid("amount", "beyond-calendar", row=place)


def facts_of(row: Policy) -> PolicyFacts:
    """The limit as a value."""
    return PolicyFacts(**{name: getattr(row, name) for name in PolicyFacts.__dataclass_fields__})


def _ends(book: Book, row: PolicyFacts, now: datetime) -> bool:
    try:
        limits.due_at(book.calendar, now, row.limit, OFFICE)
    except (Invalid, OverflowError, ValueError):
        return False
    return True


def _put_rules(uow: UnitOfWork, origin: str, since: datetime) -> None:
    """Let the rules of a shipped profile, where they differ from the city's, come into force with its limits."""
    if not origin.startswith(OF_PROFILE):
        return
    held = values_of(uow.session, since)
    for key, rule in practice(origin.removeprefix(OF_PROFILE)).rules.items():
        if held.get(key) != rule.value:
            rule_changes.put(uow, key, rule.value, source=rule.source, effective_from=since)


def _draft(uow: UnitOfWork, rows: Sequence[PolicyFacts], name: str, origin: str) -> PolicyVersion:
    newest = uow.session.scalar(select(func.max(PolicyVersion.version))) or 0
    draft = PolicyVersion(
        version=newest + 1,
        status=PolicyStatus.DRAFT,
        name=typed.needed("name", name, LONGEST_NAME),
        origin=origin,
        created_at=uow.now,
        created_by_id=uow.actor.officer_id,
    )
    uow.session.add(draft)
    uow.session.flush()
    _replace(uow, draft, rows)
    return draft


def _replace(uow: UnitOfWork, draft: PolicyVersion, rows: Sequence[PolicyFacts]) -> None:
    uow.session.execute(delete(Policy).where(Policy.version == draft.version))
    uow.session.add_all([Policy(version=draft.version, **vars(row)) for row in rows])
    uow.session.flush()


def _open_draft(uow: UnitOfWork, version: int) -> PolicyVersion:
    found = uow.session.get(PolicyVersion, version, with_for_update=True)
    if found is None:
        raise NotFound("policy version", thing="policy-version", version=version)
    if found.status is not PolicyStatus.DRAFT:
        raise Conflict("no draft", reason="not-a-draft", version=version)
    return found


def _begun(version: PolicyVersion, at: datetime) -> bool:
    since = version.effective_from if version.status is PolicyStatus.PUBLISHED else None
    return since is not None and since <= at
