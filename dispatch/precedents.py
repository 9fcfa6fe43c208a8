"""Rulings on disputes that are like the one at hand: by the words of both tickets, beside category and units that took part.

Asked when a dispute starts; the rulings themselves are `hotline.tickets.rulings`.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch import lessons, shelf
from dispatch.rules import PrecedentRules, load_rules
from hotline.kernel.scope import Scope
from hotline.tickets import rulings
from hotline.tickets.models import Ruling, Ticket
from hotline.tickets.rulings import Dispute


def alike(session: Session, scope: Scope, ticket: Ticket, limit: int = 10) -> list[Ruling]:
    """Rulings this reader may see that are like the dispute about a ticket, the likest first, of equals the newest."""
    rules, dispute = load_rules().precedents, rulings.dispute_of(session, ticket)
    found = rulings.listed(session, scope, limit=rules.looked_at)
    if not found:
        return []
    live = shelf.live(session)
    words = f"{ticket.title}\n{ticket.body}\n{dispute.words}"
    likenesses = lessons.likenesses(words, _texts(session, found), live.model if live else None)
    figures = [_figure(one, dispute, likeness, rules) for one, likeness in zip(found, likenesses, strict=True)]
    ordered = sorted(zip(figures, found, strict=True), key=lambda pair: (-pair[0], -pair[1].id))
    return [one for figure, one in ordered if figure >= rules.alike][:limit]


def _figure(one: Ruling, dispute: Dispute, likeness: float, rules: PrecedentRules) -> float:
    same = one.category_code is not None and one.category_code == dispute.category_code
    shared = len(set(one.party_unit_ids) & dispute.unit_ids)
    return likeness + rules.category * same + rules.party * shared


def _texts(session: Session, found: Sequence[Ruling]) -> list[str]:
    query = select(Ticket.id, Ticket.title, Ticket.body).where(Ticket.id.in_([one.ticket_id for one in found]))
    told = {row.id: f"{row.title}\n{row.body}" for row in session.execute(query)}
    return [f"{told[one.ticket_id]}\n{one.evidence}\n{one.decision}" for one in found]
