"""Questions as they were asked, written down for the worklist of what has no answer and for a ranker to come.

Numbers and names that could tell a person are taken out before anything is stored. While somebody types on, one row grows.
"""

import re
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from hotline.kernel.db import UnitOfWork
from knowledge_base import uses
from knowledge_base.answers import Answer, Reply, is_sure
from knowledge_base.feedback import AskedBy, AskedOutcome, AskedQuestion
from knowledge_base.models import UsePlace
from knowledge_base.policy import AnswerPolicy
from knowledge_base.uses import Showing

TYPING = timedelta(seconds=90)
"""Within which a longer or shorter wording of the last question is still the same question."""
LATELY = 20
"""Questions of the last minutes that are looked through for that."""
LONGEST = 500
HIDDEN = "***"
_NUMBERS = re.compile(
    r"(?:[0-9０-９][ \-－.·]?){8,}[0-9０-９]"  # written in groups: 199 0000 1234
    r"|[0-9０-９一二三四五六七八九零〇幺]{5,}[xXＸ]?"
    r"|[\w.+-]+@[\w-]+(\.[\w-]+)+"
)
_END = r"(?=[，,。；;、！!？?\s]|$"
_NAMES = (
    re.compile(rf"((?:我叫|名叫|名字叫|姓名是?)[：:\s]*)[\u4e00-\u9fff]{{2,3}}{_END}|我|想|要|请|家|住|电话|手机|身份证)"),
    re.compile(rf"((?:我是|本人)[：:\s]*)[\u4e00-\u9fff]{{2,3}}{_END})"),
)
"""Who is stated by name; after 我是 often comes what somebody is, which is told from a name by what follows."""


@dataclass(frozen=True)
class Asking:
    """Who asks: by which way, in which contact. `earlier_id` is the question this one may be typed on from."""

    via: AskedBy
    contact_id: int | None = None
    earlier_id: int | None = None


def note(uow: UnitOfWork, asking: Asking, text: str, reply: Reply, policy: AnswerPolicy) -> AskedQuestion | None:
    """Write down a question with what was shown for it; None for one without words."""
    words = masked(text)
    if not words:
        return None
    row = _typed_on(uow, asking, words) or AskedQuestion(via=asking.via, at=uow.now, contact_id=asking.contact_id)
    shown = [reply.answer, *reply.others] if reply.answer else list(reply.others)
    row.text, row.outcome = words, outcome_of(reply, policy)
    best = shown[0] if shown and row.outcome is not AskedOutcome.NONE else None
    row.article_id, row.confidence = (best.article_id, best.confidence) if best else (None, None)
    row.officer_id = uow.actor.officer_id
    uow.session.add(row)
    uow.session.flush()
    return row


def show(uow: UnitOfWork, row: AskedQuestion, shown: list[Answer], place: UsePlace) -> None:
    """Note what was shown for a question, in its order."""
    places = {one.article_id: Showing(row.contact_id, row.id, place, rank, one.confidence) for rank, one in enumerate(shown, 1)}
    uses.note_shown(uow, places)


def outcome_of(reply: Reply, policy: AnswerPolicy) -> AskedOutcome:
    """What became of a question by its reply alone."""
    best = reply.answer or (reply.others[0] if reply.others else None)
    if best is None or best.confidence < policy.card_at:
        return AskedOutcome.NONE
    return AskedOutcome.SURE if is_sure(best, policy) else AskedOutcome.OFFERED


def take_to_person(uow: UnitOfWork, asked_id: int) -> None:
    """A citizen's question went on to a person. Safe for an id that is unknown, or of no citizen's question."""
    row = _asked_by(uow, AskedBy.CITIZEN, asked_id)
    if row is not None:
        row.outcome = AskedOutcome.PERSON


def disappoint(uow: UnitOfWork, via: AskedBy, asked_id: int) -> None:
    """The sure answer did not help: the question counts among those without one. Safe as `take_to_person`."""
    row = _asked_by(uow, via, asked_id)
    if row is not None and row.outcome is AskedOutcome.SURE:
        row.outcome = AskedOutcome.OFFERED


def masked(text: str) -> str:
    """The words without numbers, addresses of mail and stated names, on one line."""
    plain = _NUMBERS.sub(HIDDEN, " ".join(text.split()))
    for stated in _NAMES:
        plain = stated.sub(rf"\1{HIDDEN}", plain)
    return plain[:LONGEST] if any(one.isalnum() for one in plain.replace(HIDDEN, "")) else ""


def _asked_by(uow: UnitOfWork, via: AskedBy, asked_id: int) -> AskedQuestion | None:
    row = uow.session.get(AskedQuestion, asked_id)
    return row if row is not None and row.via is via else None


def _typed_on(uow: UnitOfWork, asking: Asking, words: str) -> AskedQuestion | None:
    """The row of the same asker that these words go on from, or take letters back from.

    Citizens are not told apart but by the question that their page names: two who ask alike at once are two.
    """
    if asking.via is AskedBy.CITIZEN and asking.earlier_id is None:
        return None
    query = select(AskedQuestion).where(AskedQuestion.via == asking.via, AskedQuestion.at >= uow.now - TYPING)
    query = query.where(AskedQuestion.contact_id.is_not_distinct_from(asking.contact_id))
    query = query.where(AskedQuestion.officer_id.is_not_distinct_from(uow.actor.officer_id))
    if asking.earlier_id is not None:
        query = query.where(AskedQuestion.id == asking.earlier_id)
    for row in uow.session.scalars(query.order_by(AskedQuestion.id.desc()).limit(LATELY)):
        if row.cluster_id is None and (words.startswith(row.text) or row.text.startswith(words)):
            return row
    return None
