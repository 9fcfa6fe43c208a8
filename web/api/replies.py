"""The reply check over HTTP: what is to be said about a reply while it is written, and when it is audited."""

from typing import Literal

from apiflask import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field

from hotline.tickets import queries, reply_check, rights
from hotline.tickets.models import Ticket
from hotline.tickets.reply_check import Asked, Reply
from hotline.tickets.rights import Right
from web.auth import EVERYONE, allowed
from web.requests import reading, scope, takes

api = APIBlueprint("replies", __name__, url_prefix="/api/v1", tag="Replies")


class ReplyToCheck(BaseModel):
    """A reply as it stands in the form."""

    model_config = ConfigDict(extra="forbid")

    ticket_id: int = Field(ge=1)
    reply_public: str = Field("", max_length=5000)
    reply_internal: str = Field("", max_length=5000)
    solved: Literal["", "yes", "partly", "no"] = ""


class ReplyFinding(BaseModel):
    """A finding and its place in code points of the field; `start` is `end` where something lacks."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    severity: Literal["stop", "warn", "hint"]
    field: Literal["reply_public", "reply_internal"]
    start: int
    end: int


class ReplyFindings(BaseModel):
    """All findings, in the order of the text."""

    findings: list[ReplyFinding]


@api.post("/replies/check")
@takes(api, ReplyToCheck)
@api.output(ReplyFindings)
@allowed(*EVERYONE)
def check_reply(body: ReplyToCheck) -> ReplyFindings:
    """The findings in a reply to a ticket that the reader sees; nothing is kept."""
    with reading() as session:
        ticket = queries.get_visible(session, scope(), body.ticket_id)
        asked = _asked(ticket)
    found = reply_check.check(Reply(body.reply_public, body.reply_internal, body.solved), asked)
    return ReplyFindings(findings=[ReplyFinding.model_validate(one) for one in found])


def _asked(ticket: Ticket) -> Asked:
    """Whoever may not know the requester must not find out by trying names either."""
    if not rights.may(scope(), Right.READ_ORIGINAL, ticket):
        return reply_check.redacted_of(ticket)
    return reply_check.asked_of(ticket)
