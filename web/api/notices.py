"""The inbox over HTTP: notices worded in the reader's language."""

from apiflask import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field

from hotline.people import notices
from hotline.people.models import Notice as NoticeRow
from hotline.tickets import queries
from web import digests
from web.api.schemas.base import Done
from web.api.schemas.session import Inbox, Notice
from web.auth import EVERYONE, allowed
from web.notice_links import link_of
from web.requests import asks, locale, reading, scope, working

api = APIBlueprint("notices", __name__, url_prefix="/api/v1", tag="Inbox")


class InboxQuery(BaseModel):
    """Notices older than `before`, so many."""

    model_config = ConfigDict(extra="ignore")

    before: int | None = Field(None, ge=1)
    limit: int = Field(50, ge=1, le=200)


@api.get("/notices")
@asks(api, InboxQuery)
@api.output(Inbox)
@allowed(*EVERYONE)
def show_inbox(query: InboxQuery) -> Inbox:
    """The newest notices of the reader, and how many are unread in all."""
    with reading() as session:
        among = queries.of_visible(scope(), NoticeRow.ticket_id)
        found = notices.inbox(session, scope(), among=among, before_id=query.before, limit=query.limit)
        return Inbox(items=[_worded(row) for row in found], unread=notices.unread_count(session, scope(), among=among))


@api.post("/notices/<int:notice_id>/read")
@api.output(Done)
@allowed(*EVERYONE)
def read_notice(notice_id: int) -> Done:
    """Mark a notice as read, for everyone it went to; one of others is left alone."""
    with working() as uow:
        notices.mark_read(uow, scope(), [notice_id])
    return Done()


@api.post("/notices/read-all")
@api.output(Done)
@allowed(*EVERYONE)
def read_all_notices() -> Done:
    """Mark every notice of the reader as read."""
    with working() as uow:
        notices.mark_all_read(uow, scope())
    return Done()


def _worded(row: NoticeRow) -> Notice:
    language = locale()
    title, text = (digests.worded(row.code, part, row.args, language) for part in ("title", "text"))
    plain = ("id", "code", "args", "ticket_id", "at", "read_at")
    return Notice(**{name: getattr(row, name) for name in plain}, title=title, text=text, link=link_of(row.ticket_id, row.args))
