"""Each call judged by its caller (一次一评): who is asked, what was said, and the rate it makes. Not the matter: `callbacks`.

`follow` is a within-reaction to ContactClosed; answers come by link or by the keys that the exchange takes after a call.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hotline.intake.events import ContactClosed
from hotline.intake.models import Contact
from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, NotFound
from sla import answers as said
from sla import evaluation_links, plans
from sla.answers import Satisfaction
from sla.book import book_of, is_set_up
from sla.evaluation_links import LinkKind
from sla.events import CallEvaluated
from sla.opinions import CallEvaluation

PHONE = "phone"
LINK, KEYS = "link", "keys"
FORMULA = "call_satisfaction/1"
CONTENT = (Satisfaction.VERY_SATISFIED, Satisfaction.SATISFIED, Satisfaction.FAIRLY_SATISFIED)
BY_KEY = dict(zip("12345", Satisfaction, strict=True))
"""The keys after a call: 1 is very satisfied, 5 very dissatisfied (好差评 levels)."""


@dataclass(frozen=True)
class CallRate:
    """Calls judged in a period, how many of them well; `value` is the share 0-1, None without any."""

    judged: int
    content: int

    @property
    def value(self) -> float | None:
        """The rate."""
        return self.content / self.judged if self.judged else None


def follow(uow: UnitOfWork, event: ContactClosed) -> None:
    """Ask the caller of a finished call by a link, if the rule's share takes this call in."""
    contact = uow.session.get_one(Contact, event.contact_id)
    if contact.channel != PHONE or not contact.number or not is_set_up(uow.session):
        return
    rules = book_of(uow.session, uow.zone, uow.now).rules.opinions.call_evaluation
    if plans.is_sampled("call", contact.id, rules.percent):
        evaluation_links.make(uow, LinkKind.CALL, contact.id, valid=rules.link)


def judge(
    uow: UnitOfWork,
    contact_id: int,
    satisfaction: Satisfaction,
    *,
    channel: str,
    reason_codes: Collection[str] = (),
    words: str = "",
) -> None:
    """Keep how a caller judged a call, once. Raises Conflict when it was judged before, Invalid, NotFound."""
    rules = book_of(uow.session, uow.zone, uow.now).rules.opinions.callback
    said.check_reasons(reason_codes, rules.reasons)
    if uow.session.get(Contact, contact_id) is None:
        raise NotFound("contact", thing="contact", id=contact_id)
    # Links before the answer, as over a link: two who judge at once wait for each other in one order.
    evaluation_links.revoke(uow, LinkKind.CALL, contact_id)
    row = insert(CallEvaluation).values(
        contact_id=contact_id,
        channel=channel,
        satisfaction=satisfaction.value,
        reason_codes=list(reason_codes),
        words=words,
        at=uow.now,
    )
    fresh = row.on_conflict_do_nothing(index_elements=[CallEvaluation.contact_id]).returning(CallEvaluation.contact_id)
    if uow.session.scalar(fresh) is None:
        raise Conflict("judged before", reason="call-judged-before")
    uow.record(CallEvaluated(contact_id, channel))


def of_contact(session: Session, contact_id: int) -> CallEvaluation | None:
    """How this call was judged."""
    return session.get(CallEvaluation, contact_id)


def rate(session: Session, start: datetime, end: datetime) -> CallRate:
    """The calls judged from `start` up to, not including, `end` (both aware)."""
    among = CallEvaluation.at >= start, CallEvaluation.at < end
    content = func.count().filter(CallEvaluation.satisfaction.in_([level.value for level in CONTENT]))
    judged, good = session.execute(select(func.count(), content).select_from(CallEvaluation).where(*among)).one()
    return CallRate(judged, good)
