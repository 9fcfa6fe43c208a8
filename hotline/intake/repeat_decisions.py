"""What people make of offered repeats: merged, related, joined, again or rejected. Each decision is kept with its figures.

Thresholds learn from them (`repeat_thresholds`), and what was rejected is not offered again. The only writer of RepeatDecision.
"""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hotline.intake.comparing import Matter, Repeat
from hotline.intake.models import Draft, RepeatDecision
from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Invalid
from hotline.kernel.scope import Scope
from hotline.tickets import merging, queries, tickets
from hotline.tickets.models import Ticket

MERGED, RELATED, JOINED, AGAIN, REJECTED = "merged", "related", "joined", "again", "rejected"
VERDICTS = frozenset({MERGED, RELATED, JOINED, AGAIN, REJECTED})
OF_TICKETS = frozenset({MERGED, RELATED, REJECTED})


def decide(uow: UnitOfWork, scope: Scope, ticket_id: int, offer: Repeat, *, verdict: str, note: str, version: int) -> Ticket:
    """A person says what two tickets are to each other, and it is done at once: merged, related, or not the same.

    Raises NotFound for a hidden one, Invalid for a verdict, Conflict when the ticket changed since or may not be merged.
    """
    if verdict not in OF_TICKETS:
        raise Invalid("verdict", "not-one-of", known=sorted(OF_TICKETS))
    ticket = queries.get_visible(uow.session, scope, ticket_id)
    other = queries.get_visible(uow.session, scope, offer.ticket_id)
    if ticket.version != version:
        raise Conflict("changed meanwhile", reason="stale", thing="ticket", version=ticket.version)
    if verdict == MERGED:
        tickets.move(uow, ticket_id, "merge", roles=scope.roles, given={"main_id": other.id, "note": note})
    elif verdict == RELATED:
        tickets.move(uow, ticket_id, "relate", roles=scope.roles, given={"other_id": other.id, "note": note})
    keep(uow, scope, offer, verdict, category_code=ticket.category_code, ticket_id=ticket_id)
    return ticket


def keep(
    uow: UnitOfWork,
    scope: Scope,
    offer: Repeat,
    verdict: str,
    *,
    category_code: str | None,
    ticket_id: int | None = None,
    draft_id: int | None = None,
) -> RepeatDecision:
    """Keep what a person decided on an offer. Safe to repeat."""
    same = {"ticket_id": ticket_id, "draft_id": draft_id, "other_id": offer.ticket_id, "verdict": verdict}
    kept = uow.session.scalars(select(RepeatDecision).filter_by(**same).limit(1)).one_or_none()
    if kept is not None:
        return kept
    made = RepeatDecision(
        **same,
        score=offer.score,
        features={name: round(value, 4) for name, value in offer.figures.items()},
        category_code=category_code,
        at=uow.now,
        by_id=scope.officer_id,
    )
    uow.session.add(made)
    uow.session.flush()
    return made


def rejected(session: Session, matter: Matter) -> frozenset[int]:
    """The tickets that a person said are not this matter: of its draft, of its ticket, or of the other side."""
    if matter.ticket_id is None and matter.draft_id is None:
        return frozenset()
    rows = RepeatDecision.__table__.c
    drafts = select(Draft.id).where(Draft.ticket_id == matter.ticket_id) if matter.ticket_id else None
    own = [rows.ticket_id == matter.ticket_id] if matter.ticket_id else []
    own += [rows.draft_id.in_(drafts)] if drafts is not None else []
    own += [rows.draft_id == matter.draft_id] if matter.draft_id else []
    query = select(rows.other_id).where(or_(*own), rows.verdict == REJECTED)
    found = set(session.scalars(query))
    if matter.ticket_id:
        turned = select(rows.ticket_id).where(rows.other_id == matter.ticket_id, rows.verdict == REJECTED)
        found |= set(session.scalars(turned)) - {None}
    return frozenset(found)


def may_of_ticket(ticket: Ticket, other: Ticket, *, may_merge_now: bool) -> list[str]:
    """What a person may make of two tickets: merge, related, reject."""
    merge = ["merge"] if may_merge_now and merging.may_merge(ticket) and merging.may_be_main(other) else []
    return [*merge, "related", "reject"]


def may_of_draft(other: Ticket) -> list[str]:
    """What may be made of a draft and an earlier ticket: its words join an open one, an ended one is asked again."""
    return ["join" if other.state.is_open else "again", "reject"]
