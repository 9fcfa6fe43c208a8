"""Numbers and tables of the ticket's life: what a city set in `ticket_rule`, else the packaged `data/rules.yaml`.

Limits of time are policies of `sla`. Asked by the effects of `tickets` and by who lists or shows what they decide.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel.errors import Invalid
from hotline.tickets.models import Ticket, TicketRule
from hotline.tickets.workflow import HEADS


@dataclass(frozen=True)
class AuditRule:
    """Replies that are audited: by type of the ticket, by its secrecy, or because it is supervised."""

    types: frozenset[str]
    secrecy: frozenset[str]
    supervised: bool

    def holds(self, ticket: Ticket, *, supervised: bool) -> bool:
        """Whether a reply to this ticket is audited."""
        return ticket.type in self.types or ticket.secrecy.value in self.secrecy or (self.supervised and supervised)


@dataclass(frozen=True)
class ImportanceRule:
    """What makes a ticket important (重件) by itself."""

    types: frozenset[str]
    urgencies: frozenset[str]
    supervised: bool

    def holds(self, ticket: Ticket, *, supervised: bool) -> bool:
        """Whether this ticket is important."""
        return ticket.type in self.types or ticket.urgency in self.urgencies or (self.supervised and supervised)


@dataclass(frozen=True)
class TicketRules:
    """All rules in force at one moment. `profiles` is whose limits hold by channel, `hand_over_targets` names of other hotlines
    by code.
    """

    precheck_channels: frozenset[str]
    profiles: Mapping[str, str]
    incomplete: timedelta
    incomplete_path: str
    audit: AuditRule
    important: ImportanceRule
    redo_signed_by: tuple[str, ...]
    return_max: int
    copied_levels: frozenset[str]
    reopen: timedelta
    archive: timedelta
    supervision_reasons: tuple[str, ...]
    hand_over_targets: Mapping[str, str]
    nuisance_warnings: int
    nuisance_memory: timedelta
    nuisance_longest: timedelta


def rules_of(session: Session, at: datetime) -> TicketRules:
    """The rules in force at that moment. Raises Invalid for a value that is not of its shape."""
    return read({**defaults(), **_set(session, at)})


def read(values: Mapping[str, Any]) -> TicketRules:  # a rule's value is a number, a list or a table
    """The rules from their keys. Raises Invalid for a missing key or a value that is not of its shape."""
    try:
        return _read(values)
    except KeyError as error:
        raise Invalid("rules", "missing-rule", entry=str(error.args[0])) from error
    except (TypeError, ValueError, AttributeError) as error:
        raise Invalid("rules", "malformed-rule", reason=str(error)) from error


@cache
def defaults() -> Mapping[str, Any]:  # as in `read`
    """The packaged value of every key."""
    return {key: row["value"] for key, row in packaged().items()}


@cache
def packaged() -> Mapping[str, Mapping[str, Any]]:  # as in `read`
    """Every key with its packaged `value` and `source`."""
    text = resources.files("hotline.tickets").joinpath("data", "rules.yaml").read_text(encoding="utf-8")
    found: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return found


def _set(session: Session, at: datetime) -> dict[str, Any]:
    rows = select(TicketRule.key, TicketRule.value).where(TicketRule.effective_from <= at)
    # In the order in which they came into force, so that the newest of a key is what stays.
    return dict(session.execute(rows.order_by(TicketRule.effective_from)).all())


def _read(values: Mapping[str, Any]) -> TicketRules:
    audit, important = values["audit.replies"], values["important"]
    return TicketRules(
        precheck_channels=frozenset(values["precheck.channels"]),
        profiles={str(channel): str(profile) for channel, profile in values["profile.channels"].items()},
        incomplete=timedelta(days=values["incomplete.days"]),
        incomplete_path=str(values["incomplete.path"]),
        audit=AuditRule(frozenset(audit["types"]), frozenset(audit["secrecy"]), bool(audit["supervised"])),
        important=ImportanceRule(
            frozenset(important["types"]), frozenset(important["urgencies"]), bool(important["supervised"])
        ),
        redo_signed_by=_signers(values["redo.signed_by"]),
        return_max=int(values["return.max"]),
        copied_levels=frozenset(values["dispatch.copied_levels"]),
        reopen=timedelta(days=values["reopen.days"]),
        archive=timedelta(days=values["archive.days"]),
        supervision_reasons=tuple(values["supervision.reasons"]),
        hand_over_targets={str(row["code"]): str(row["name"]) for row in values["hand_over.targets"]},
        nuisance_warnings=int(values["nuisance.warnings"]),
        nuisance_memory=timedelta(days=values["nuisance.memory_days"]),
        nuisance_longest=timedelta(days=values["nuisance.longest_days"]),
    )


def _signers(roles: list[str]) -> tuple[str, ...]:
    unknown = set(roles) - HEADS
    if unknown:
        raise ValueError(f"these roles sign nothing: {sorted(unknown)}")
    return tuple(roles)
