"""Use cases on service marks (好差评): received from the evaluation system, rectified, evaluated once more, excluded.

A bad mark is a ticket of its own kind, given to the evaluated body, never to the person evaluated. `follow` is a
within-reaction to TicketMoved. Lists are in `mark_lists`. Handbook 8.1, 国办发〔2019〕51号.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from hotline.intake import limits
from hotline.intake.drafting.patterns import house_title
from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from hotline.kernel.scope import Scope
from hotline.people import citizens
from hotline.people.models import Unit
from hotline.people.officers import HOTLINE_KIND
from hotline.tickets import tickets, timeline
from hotline.tickets.events import TicketMoved
from hotline.tickets.models import Ticket
from hotline.tickets.tickets import NewTicket
from hotline.tickets.workflow import BAD_MARK, LEVEL, SYSTEM, State, workflow_of
from sla import callbacks, evaluation_links, reviews
from sla.book import book_of
from sla.evaluation_links import LinkKind
from sla.events import ServiceMarkAdded, ServiceMarkExcluded, ServiceMarkReceived, ServiceMarkRectified
from sla.mark_rules import MarkRules, MarkWords
from sla.opinions import ServiceMark
from sla.reviews import Decision, Judged, Verdict

CHANNEL = "platform"
EXCLUDE = "exclude"
MACHINE = (SYSTEM,)
RECTIFYING = frozenset({"close", "keep_closed"})
"""The moves that end a bad mark's ticket after its unit answered and the requester was asked."""
LEVELS = range(1, 6)
"""The five levels as stars, from very dissatisfied to very satisfied (国办发〔2019〕51号)."""


@dataclass(frozen=True)
class GivenMark:
    """A mark as the evaluation system tells it. Name and phone are kept of a real-name one only."""

    source: str
    external_id: str
    stars: int
    given_at: datetime
    unit_code: str = ""
    item: str = ""
    case_number: str = ""
    labels: tuple[str, ...] = ()
    words: str = ""
    real_name: bool = False
    name: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Received:
    """The mark, and whether it had been received before."""

    mark: ServiceMark
    duplicate: bool


def receive(uow: UnitOfWork, given: GivenMark) -> Received:
    """Keep a mark; a bad one becomes a ticket, dispatched at once where the city's rule says so and the body is known.

    Safe to call twice, and twice at once: the same id of the same source is the same mark. Raises Invalid naming the field.
    """
    _check_stars(given.stars)
    unit = uow.session.scalars(select(Unit).where(Unit.code == given.unit_code)).one_or_none()
    mark_id = _inserted(uow, given, unit)
    if mark_id is None:
        known = ServiceMark.source == given.source, ServiceMark.external_id == given.external_id
        return Received(uow.session.scalars(select(ServiceMark).where(*known)).one(), duplicate=True)
    mark = uow.session.get_one(ServiceMark, mark_id)
    rules = rules_of(uow)
    if mark.stars in rules.bad_stars:
        mark.ticket_id = _opened(uow, mark, given, unit, rules).id
    uow.session.flush()
    uow.record(ServiceMarkReceived(mark.id, mark.ticket_id, mark.unit_id, mark.stars))
    return Received(mark, duplicate=False)


def follow(uow: UnitOfWork, event: TicketMoved) -> None:
    """Keep up with a bad mark's ticket: which body it is of, when it was rectified, that it begins anew."""
    ticket = tickets.get(uow, event.ticket_id)
    mark = _of_ticket(uow, ticket.id) if ticket.type == BAD_MARK else None
    if mark is None or mark.excluded_at is not None:
        return
    if event.action == "dispatch" and mark.unit_id is None:
        mark.unit_id = ticket.lead_unit_id
    if event.action in RECTIFYING and event.target == State.CLOSED:
        _rectify(uow, mark, ticket)
    if event.action == "reopen":
        mark.rectified_at = None
        evaluation_links.revoke(uow, LinkKind.MARK, mark.id)
    uow.session.flush()


def add(uow: UnitOfWork, mark_id: int, *, stars: int, words: str) -> ServiceMark:
    """Take the one further evaluation (追评) after rectification.

    Raises NotFound, Invalid stars, Conflict while it is not rectified, when it was excluded, and the second time.
    """
    _check_stars(stars)
    mark = _held(uow, mark_id)
    if mark.rectified_at is None or mark.excluded_at is not None or mark.ticket_id is None:
        raise Conflict("nothing to evaluate once more", reason="not-rectified")
    if mark.added_at is not None:
        raise Conflict("evaluated once more already", reason="added-already")
    mark.added_stars, mark.added_words, mark.added_at = stars, words, uow.now
    timeline.write(uow, mark.ticket_id, "mark_added", text=words, data={"stars": stars}, unit_id=mark.unit_id)
    uow.session.flush()
    uow.record(ServiceMarkAdded(mark.id, mark.ticket_id, stars))
    return mark


def exclude(uow: UnitOfWork, scope: Scope, mark_id: int, *, reason: str) -> ServiceMark:
    """Let a wrong or malicious bad mark count no more (剔除); its ticket ends unless it has been answered already.

    Raises Forbidden, NotFound, Invalid without a reason, Conflict for a good mark or one excluded before.
    """
    if not scope.roles & LEVEL:
        raise Forbidden("not this role", action=EXCLUDE, roles=sorted(LEVEL))
    if not reason.strip():
        raise Invalid("reason", "required")
    mark = _held(uow, mark_id)
    if mark.ticket_id is None:
        raise Conflict("not a bad mark", reason="not-bad")
    if mark.excluded_at is not None:
        raise Conflict("excluded before", reason="excluded-already")
    mark.excluded_at = uow.now
    evaluation_links.revoke(uow, LinkKind.MARK, mark.id)
    uow.session.flush()
    _end_ticket(uow, scope, tickets.get(uow, mark.ticket_id), reason)
    uow.record(ServiceMarkExcluded(mark.id, mark.ticket_id))
    return mark


def rules_of(uow: UnitOfWork) -> MarkRules:
    """The city's rules of service marks in force now."""
    return book_of(uow.session, uow.zone, uow.now).rules.marks


def _rectify(uow: UnitOfWork, mark: ServiceMark, ticket: Ticket) -> None:
    """Keep that it is put right, and invite whoever can be reached to the one further evaluation, unless it was given."""
    mark.rectified_at = uow.now
    uow.record(ServiceMarkRectified(mark.id, ticket.id))
    if ticket.contact_phone and mark.added_at is None:
        evaluation_links.make(uow, LinkKind.MARK, mark.id, valid=timedelta(days=rules_of(uow).added_days))


def _check_stars(stars: int) -> None:
    if stars not in LEVELS:
        raise Invalid("stars", "one-to-five", given=stars)


def _inserted(uow: UnitOfWork, given: GivenMark, unit: Unit | None) -> int | None:
    """The id of the new row; None when it is there. A second sending at the same moment waits here for the first."""
    row = {
        "source": given.source,
        "external_id": given.external_id,
        "unit_id": unit.id if unit else None,
        "item": given.item,
        "case_number": given.case_number,
        "stars": given.stars,
        "labels": list(given.labels),
        "words": given.words,
        "real_name": given.real_name,
        "given_at": given.given_at,
        "received_at": uow.now,
    }
    statement = insert(ServiceMark).values(row).on_conflict_do_nothing(index_elements=["source", "external_id"])
    return uow.session.scalar(statement.returning(ServiceMark.id))


def _opened(uow: UnitOfWork, mark: ServiceMark, given: GivenMark, unit: Unit | None, rules: MarkRules) -> Ticket:
    slots = _slots(uow, given, unit, rules.words)
    new = NewTicket(
        channel=CHANNEL,
        type=BAD_MARK,
        profile=BAD_MARK,
        title=house_title(_matter(given, rules.words), length_max=limits.load_limits().title_max),
        body="\n".join(line.format_map(slots) for slot, line in rules.words.lines if slots[slot]),
        wanted=rules.words.wanted,
        area_code=unit.area_code if unit else None,
        reply_wanted=given.real_name,
        submission_key=f"service-mark:{mark.id}",
        **_requester(uow, given),
    )
    ticket = tickets.open_ticket(uow, new)
    if rules.dispatch_at_once and unit is not None and _may_take(unit) and ticket.state is State.PENDING:
        tickets.move(uow, ticket.id, "dispatch", roles=MACHINE, given={"unit_id": unit.id})
    return ticket


def _requester(uow: UnitOfWork, given: GivenMark) -> Mapping[str, Any]:  # fields of NewTicket
    if not (given.real_name and given.phone):
        return {"contact_name": given.name if given.real_name else ""}
    phone = citizens.check_phone(given.phone, "phone")
    citizen = citizens.find_or_create(uow, phone, given.name)
    return {"citizen_id": citizen.id, "contact_name": given.name, "contact_phone": phone}


def _may_take(unit: Unit) -> bool:
    """The hotline is evaluated too, but works on no ticket: what it is blamed for waits at its desk."""
    return unit.active and unit.kind != HOTLINE_KIND


def _matter(given: GivenMark, words: MarkWords) -> str:
    """What the title says; the item is cut, so that the judgement behind it stays."""
    level = words.levels.get(given.stars, "")
    room = limits.load_limits().matter_max - len(words.matter.format(item="", level=level))
    return words.matter.format(item=given.item[: max(room, 1)], level=level)


def _slots(uow: UnitOfWork, given: GivenMark, unit: Unit | None, words: MarkWords) -> Mapping[str, str]:
    return {
        "item": given.item,
        "case_number": given.case_number,
        "unit": unit.name if unit else given.unit_code,
        "stars": str(given.stars),
        "level": words.levels.get(given.stars, ""),
        "labels": "、".join(given.labels),
        "words": given.words,
        "given_on": given.given_at.astimezone(uow.zone).date().isoformat(),
    }


def _end_ticket(uow: UnitOfWork, scope: Scope, ticket: Ticket, reason: str) -> None:
    """End it where its unit still owes an answer, decide it where it is reviewed, ask nobody any more where it is answered;
    an ended one stays as it is, with a line that it counts no more. A merged one goes on with its main ticket, whose answer
    reaches it without a call-back.
    """
    callbacks.drop_excluded(uow, ticket)
    if ticket.state is State.REVIEW:
        judged = Judged(verdict=Verdict.UNREASONABLE, basis=reason, decision=Decision.TERMINATE, explanation=reason)
        reviews.review(uow, scope, ticket.id, judged)
    rows = workflow_of(uow).ticket.actions(ticket.state, MACHINE)
    if any(row.action == EXCLUDE for row in rows):
        tickets.move(uow, ticket.id, EXCLUDE, roles=MACHINE, given={"note": reason})
        return
    tickets.set_reasonable(uow, ticket, Verdict.UNREASONABLE.value)
    timeline.write(uow, ticket.id, EXCLUDE, text=reason, unit_id=ticket.lead_unit_id)


def _held(uow: UnitOfWork, mark_id: int) -> ServiceMark:
    """The mark, held by its ticket, as by whoever moves that or decides an appeal; one without a ticket never changes."""
    mark = uow.session.get(ServiceMark, mark_id)
    if mark is None:
        raise NotFound("service mark", thing="service-mark", id=mark_id)
    if mark.ticket_id is not None:
        timeline.hold(uow, mark.ticket_id)
        uow.session.refresh(mark)
    return mark


def _of_ticket(uow: UnitOfWork, ticket_id: int) -> ServiceMark | None:
    return uow.session.scalars(select(ServiceMark).where(ServiceMark.ticket_id == ticket_id)).one_or_none()
