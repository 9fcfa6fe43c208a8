"""Limits counted again after a correction of the ticket (更正); for changes of policies or calendar see `recounts`.

What still runs is reckoned from where it began; breaks, extensions and mergers are replayed. A limit within another follows it.
"""

from dataclasses import replace
from datetime import UTC
from typing import Any

from hotline.kernel.db import UnitOfWork
from hotline.tickets import assignments, tickets
from sla import clock_facts, clocks, reckoning
from sla.book import Book, book_of
from sla.calendar import CityCalendar
from sla.limits import Stage
from sla.models import Clock, Policy
from sla.policies import PolicyRow
from sla.reckoning import Basis

FIRST_STEPS = frozenset({Stage.SIGN, Stage.CONTACT, Stage.FEEDBACK})
"""What not every ticket asks of its unit; the answer itself always has its limit."""


def count_again(uow: UnitOfWork, ticket_id: int) -> None:
    """Give every unfinished limit of a corrected ticket the amount that its fields now ask for. Safe to call twice.

    A limit that a unit was given by name stays; so does one whose policy is the same as before. A unit's first step that such a
    ticket does not ask for ends; what it asks for now is started by `deadlines`.
    """
    ticket, book = tickets.get(uow, ticket_id), book_of(uow.session, uow.zone, uow.now)
    for clock in clocks.unfinished(uow, ticket_id):
        policy = clocks.policy_of(uow, clock.stage, ticket, clock.unit_id)
        if policy is None and clock.stage in FIRST_STEPS:
            clocks.let_go(uow, clock)
        elif policy is not None:
            _count_again(uow, clock, book, policy)
    uow.session.flush()


def _count_again(uow: UnitOfWork, clock: Clock, book: Book, policy: PolicyRow) -> None:
    """By that policy; the limit above one that lies within it comes before it, in the order of their ids."""
    if policy.id != clock.policy_id and not clock.explain.get("given"):
        clock.policy_id, clock.policy = policy.id, uow.session.get_one(Policy, policy.id)
    part_id = clock.explain.get("within")
    above = clocks.working(uow, assignments.get(uow.session, part_id)) if part_id is not None else None
    explain = explain_after(clock.explain, book.calendar, clock_facts.basis_of(above) if above else None)
    clocks.count_again(uow, clock, book, explain, {"code": "corrected", "source": policy.source})


def explain_after(explain: dict[str, Any], calendar: CityCalendar, above: Basis | None) -> dict[str, Any]:  # `Clock.explain`
    """With the caps that the limit above would have given: as it stood when this one began, and as it stands now. Pure.

    `above` is the would-be basis of the limit it lies within (`explain["within"]` names its part), None when that one is over.
    """
    if above is None or "within" not in explain:
        return explain
    began = replace(above, steps=above.steps[: explain["within_steps"]])
    now = reckoning.reckon(calendar, above).astimezone(UTC).isoformat()
    steps = [{**row, "no_later_than": now} if row.get("no_later_than") else row for row in explain.get("steps", [])]
    first = reckoning.reckon(calendar, began).astimezone(UTC).isoformat()
    return {**explain, "no_later_than": first, **({"steps": steps} if steps else {})}
