"""Links by which somebody evaluates without signing in: of a matter, a call, or a service mark. Signed, expiring, used once.

Only the hash of a token is kept; `token_of` makes it again from the row and the installation's secret when it is sent, after
the commit. What an evaluation leads to is in `outcomes`, `call_evaluations` and `service_marks`.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork, vault_of
from hotline.kernel.errors import Conflict, NotFound
from hotline.tickets import timeline
from sla.events import EvaluationLinkMade
from sla.opinions import Callback, EvaluationLink, ServiceMark


class LinkKind(StrEnum):
    """What is evaluated: a matter (一事一评), a call (一次一评), a service mark once more (追评)."""

    MATTER = "matter"
    CALL = "call"
    MARK = "mark"


@dataclass(frozen=True)
class FoundLink:
    """A link that was really made here, and whether it is still good."""

    kind: LinkKind
    subject_id: int
    used: bool
    expired: bool


def make(uow: UnitOfWork, kind: LinkKind, subject_id: int, *, valid: timedelta) -> EvaluationLink:
    """A new link for one evaluation; earlier ones of the same thing are good no longer. It is sent after the commit."""
    revoke(uow, kind, subject_id)
    link = EvaluationLink(kind=kind.value, subject_id=subject_id, made_at=uow.now, expires_at=uow.now + valid)
    # The token is signed over the row's id, so the row comes first, under a hash that nothing has.
    link.token_hash = secrets.token_hex(32)
    uow.session.add(link)
    uow.session.flush()
    link.token_hash = _hash(token_of(uow.session, link))
    uow.session.flush()
    uow.record(EvaluationLinkMade(link.id, kind.value, subject_id))
    return link


def token_of(session: Session, link: EvaluationLink) -> str:
    """The token of a link: 43 letters, digits, - and _ that only a holder of the newest secret can make."""
    signature = vault_of(session).sign(_message(link))
    return base64.urlsafe_b64encode(bytes.fromhex(signature)).decode().rstrip("=")


def sendable(uow: UnitOfWork, link_id: int) -> tuple[EvaluationLink, str] | None:
    """The link and its token while it may still be used; None when it was used, revoked or ran out before it was sent."""
    link = uow.session.get(EvaluationLink, link_id, with_for_update=True, populate_existing=True)
    if link is None or link.used_at or link.revoked_at or link.expires_at <= uow.now:
        return None
    token = token_of(uow.session, link)
    # Another secret since the link was made gives another token: the one that is sent must be the one that is known.
    link.token_hash = _hash(token)
    return link, token


def look(session: Session, token: str, now: datetime) -> FoundLink:
    """What a token is for, used or not. Raises NotFound for a token that we did not make."""
    return _found(_of_token(session, token), now)


def take(uow: UnitOfWork, token: str) -> FoundLink:
    """Use a link, once: of two at the same moment one waits for the other and finds it used.

    Raises NotFound for a token that we did not make, Conflict when it was used, was replaced by another, or ran out.
    """
    link = _of_token(uow.session, token)
    # Whoever answers on another way holds the ticket first and then lets the links go: so do we.
    ticket_id = ticket_of(uow.session, LinkKind(link.kind), link.subject_id)
    if ticket_id is not None:
        timeline.hold(uow, ticket_id)
    link = uow.session.get_one(EvaluationLink, link.id, with_for_update=True, populate_existing=True)
    if link.used_at is not None:
        raise Conflict("used before", reason="link-used")
    found = _found(link, uow.now)
    if found.expired:
        raise Conflict("ran out", reason="link-expired")
    link.used_at = uow.now
    uow.session.flush()
    return found


def revoke(uow: UnitOfWork, kind: LinkKind, subject_id: int) -> None:
    """Let no link of this thing be good any more: it was evaluated another way, or a new link is made."""
    mine = EvaluationLink.kind == kind.value, EvaluationLink.subject_id == subject_id
    open_still = EvaluationLink.used_at.is_(None), EvaluationLink.revoked_at.is_(None)
    uow.session.execute(update(EvaluationLink).where(*mine, *open_still).values(revoked_at=uow.now))


def ticket_of(session: Session, kind: LinkKind, subject_id: int) -> int | None:
    """The ticket that a link's subject belongs to; None for a call, and for a mark that has none."""
    if kind is LinkKind.CALL:
        return None
    subject = Callback if kind is LinkKind.MATTER else ServiceMark
    return session.scalar(select(subject.ticket_id).where(subject.id == subject_id))


def latest(session: Session, kind: LinkKind, subject_ids: list[int]) -> dict[int, EvaluationLink]:
    """The last link made of each thing that has one."""
    mine = EvaluationLink.kind == kind.value, EvaluationLink.subject_id.in_(subject_ids)
    return {link.subject_id: link for link in session.scalars(select(EvaluationLink).where(*mine).order_by(EvaluationLink.id))}


def _of_token(session: Session, token: str) -> EvaluationLink:
    link = session.scalars(select(EvaluationLink).where(EvaluationLink.token_hash == _hash(token))).one_or_none()
    if link is None or not vault_of(session).has_signed(_message(link), _signature(token)):
        raise NotFound("evaluation link", thing="evaluation-link")
    return link


def _found(link: EvaluationLink, now: datetime) -> FoundLink:
    gone = link.revoked_at is not None or link.expires_at <= now
    used = link.used_at is not None
    return FoundLink(LinkKind(link.kind), link.subject_id, used=used, expired=gone and not used)


def _message(link: EvaluationLink) -> bytes:
    return f"evaluation:{link.id}:{link.kind}:{link.subject_id}:{link.expires_at.astimezone(UTC).isoformat()}".encode()


def _signature(token: str) -> str:
    return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).hex()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
