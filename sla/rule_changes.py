"""Changing rules as data: one value from a moment on, history kept. Administrators' use cases; `rules` and `book` read them.

A value is kept only if all rules together can be read with it, at its moment and at every later change that is known.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Invalid, NotFound
from sla import book, mark_rules, recounts, rules
from sla.events import RuleChanged
from sla.models import Clock, RecountCause, SlaRule
from sla.packaged import defaults
from sla.rosters import AROUND_THE_CLOCK, OFFICE
from sla.sums import UNFINISHED

ROSTERS = "calendar.rosters"
MOVING = ("calendar.", "warn.", "escalation.")
"""Beginnings of the keys on which the ends and warnings of open limits rest: a change of one has them counted again."""

Reader = Callable[[Mapping[str, Any]], object]  # values as in `rules.read`
READERS: tuple[Reader, ...] = (rules.read, mark_rules.read)
"""Who reads rules of time and of opinions into values of their own; whoever wires hands in the readers of other packages."""


@dataclass(frozen=True)
class KnownRule:
    """A rule with its changes, oldest first; `current` is the one in force, None while the packaged default holds."""

    key: str
    default: Any  # as the rule's reader takes it
    default_source: str
    current: SlaRule | None
    history: Sequence[SlaRule]


def listed(session: Session, at: datetime) -> list[KnownRule]:
    """Every rule by key; `current` as of `at`."""
    changes: dict[str, list[SlaRule]] = {key: [] for key in defaults()["rules"]}
    for row in session.scalars(select(SlaRule).order_by(SlaRule.effective_from)):
        changes.setdefault(row.key, []).append(row)
    return [_known(key, history, at) for key, history in sorted(changes.items())]


def put(
    uow: UnitOfWork,
    key: str,
    value: Any,  # as the rule's reader takes it
    *,
    source: str,
    effective_from: datetime | None = None,
    readers: Sequence[Reader] = READERS,
) -> SlaRule:
    """Give a rule another value from a moment on (default: now); all `readers` must be able to read it.

    Raises NotFound for an unknown key, Invalid for a moment past, no source or a value that is not of the rule's shape,
    Conflict when that moment has a value already.
    """
    since = effective_from or uow.now
    _check(uow, key, value, source=source, since=since, readers=readers)
    row = SlaRule(key=key, effective_from=since, value=value, source=source.strip(), changed_by_id=uow.actor.officer_id)
    uow.session.add(row)
    uow.session.flush()
    book.forget(uow.session)
    if key.startswith(MOVING):
        recounts.request(uow, RecountCause.RULES, 0, source=f"{key}: {row.source}", begins_at=since)
    uow.record(RuleChanged(key, since.isoformat()))
    return row


def _check(
    uow: UnitOfWork,
    key: str,
    value: Any,  # as in `put`
    *,
    source: str,
    since: datetime,
    readers: Sequence[Reader],
) -> None:
    changes = list(uow.session.scalars(select(SlaRule).where(SlaRule.key == key)))
    if not changes and key not in defaults()["rules"]:
        raise NotFound("rule", thing="rule", key=key)
    if since < uow.now:
        raise Invalid("effective_from", "in-the-past")
    if not source.strip():
        raise Invalid("source", "required")
    if any(change.effective_from == since for change in changes):
        raise Conflict("the rule has a value from that moment", reason="rule-has-value", key=key)
    later = uow.session.scalars(select(SlaRule.effective_from).where(SlaRule.effective_from > since).distinct())
    until = min((change.effective_from for change in changes if change.effective_from > since), default=None)
    for moment in (since, *sorted(one for one in later if until is None or one < until)):
        _check_readable(uow.session, key, value, moment, readers)
    _check_rosters_kept(uow.session, key, value)


def _check_readable(
    session: Session,
    key: str,
    value: Any,  # as in `put`
    at: datetime,
    readers: Sequence[Reader],
) -> None:
    values = {**book.values_of(session, at), key: value}
    try:
        for read in readers:
            read(values)
    except Invalid as error:
        raise Invalid("value", "malformed-rule", key=key, reason=str(error.details.get("reason") or error)) from error
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        # A value of another shape altogether, such as a number for a table.
        raise Invalid("value", "malformed-rule", key=key, reason=type(value).__name__) from error


def _check_rosters_kept(session: Session, key: str, value: Any) -> None:  # value as in `put`
    """Raise Invalid when a roster goes by which open limits count: nobody could say any more when they end."""
    if key != ROSTERS:
        return
    used = set(session.scalars(select(Clock.roster).where(UNFINISHED).distinct()))
    gone = used - {OFFICE, AROUND_THE_CLOCK, *value}
    if gone:
        raise Invalid("value", "rosters-in-use", key=key, roster=min(gone))


def _known(key: str, history: list[SlaRule], at: datetime) -> KnownRule:
    begun = [row for row in history if row.effective_from <= at]
    packaged = defaults()["rules"].get(key, {})
    return KnownRule(key, packaged.get("value"), packaged.get("source", ""), begun[-1] if begun else None, history)
