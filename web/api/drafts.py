"""Drafts over HTTP (智能填单): what the machine and the agent filled in, and what becomes of it."""

from apiflask import APIBlueprint
from pydantic import Field

from hotline.intake import drafts, repeat_decisions
from hotline.intake.ownership import own_contact
from hotline.kernel import clock
from sla.book import calendar_of
from web.api import present, present_intake, present_repeats
from web.api.calls import AGENTS
from web.api.schemas.base import Page, Shape
from web.api.schemas.contacts import Draft, DraftConfirm, DraftEdit
from web.api.schemas.tickets import TicketRow
from web.auth import allowed
from web.drafting import refresh, turns_of
from web.requests import container, reading, scope, takes, working

api = APIBlueprint("drafts", __name__, url_prefix="/api/v1", tag="Drafts")


class DraftJoin(Shape):
    """The matter is an open ticket's: `kind` is supplement or urge."""

    ticket_id: int
    kind: str = Field(pattern="^(supplement|urge)$")
    text: str = ""


class DraftSplit(Shape):
    """The matters of one draft, each by the numbers of the segments that tell of it; the first stays with the draft."""

    matters: list[list[int]] = Field(min_length=2, max_length=6)


@api.get("/drafts/<int:draft_id>")
@api.output(Draft)
@allowed(*AGENTS)
def show_draft(draft_id: int) -> Draft:
    """The draft with units that fit and earlier tickets that look like it."""
    return _shown(draft_id)


@api.patch("/drafts/<int:draft_id>")
@takes(api, DraftEdit)
@api.output(Draft)
@allowed(*AGENTS)
def edit_draft(draft_id: int, body: DraftEdit) -> Draft:
    """Keep what the agent typed."""
    with working() as uow:
        drafts.edit(uow, scope(), draft_id, version=body.version, fields=body.fields)
    return _shown(draft_id)


@api.post("/drafts/<int:draft_id>/confirm")
@takes(api, DraftConfirm)
@api.output(TicketRow, status_code=201)
@allowed(*AGENTS)
def confirm_draft(draft_id: int, body: DraftConfirm) -> TicketRow:
    """Make the ticket, dispatched at once where a unit is named (直派). Repeating gives the same ticket."""
    with working() as uow:
        ticket = drafts.confirm(uow, scope(), draft_id, **body.model_dump())
        if body.repeat_of_id is not None:
            present_repeats.keep_of_draft(uow, container(), scope(), draft_id, body.repeat_of_id, repeat_decisions.AGAIN)
        return present.row(uow.session, calendar_of(uow.session, uow.zone), ticket, uow.now, scope())


@api.post("/drafts/<int:draft_id>/join")
@takes(api, DraftJoin)
@api.output(TicketRow)
@allowed(*AGENTS)
def join_ticket(draft_id: int, body: DraftJoin) -> TicketRow:
    """Add the words to an open ticket, or urge it. Repeating adds nothing more."""
    with working() as uow:
        ticket = drafts.join(uow, scope(), draft_id, ticket_id=body.ticket_id, kind=body.kind, text=body.text)
        present_repeats.keep_of_draft(uow, container(), scope(), draft_id, body.ticket_id, repeat_decisions.JOINED)
        return present.row(uow.session, calendar_of(uow.session, uow.zone), ticket, uow.now, scope())


@api.post("/drafts/<int:draft_id>/repeats/<int:other_id>/reject")
@api.output(Draft)
@allowed(*AGENTS)
def reject_repeat(draft_id: int, other_id: int) -> Draft:
    """Say that the earlier ticket is another matter: it is not offered again, for the draft nor for its ticket."""
    with working() as uow:
        own_contact(uow.session, scope(), drafts.get(uow.session, draft_id).contact_id)
        present_repeats.keep_of_draft(uow, container(), scope(), draft_id, other_id, repeat_decisions.REJECTED)
    return _shown(draft_id)


@api.post("/drafts/<int:draft_id>/split")
@takes(api, DraftSplit)
@api.output(Page[Draft])
@allowed(*AGENTS)
def split_draft(draft_id: int, body: DraftSplit) -> Page[Draft]:
    """Make a draft of each matter, filled from its own words. Repeating gives the same drafts."""
    with working() as uow:
        made = drafts.split(uow, scope(), draft_id, matters=body.matters)
        contact = own_contact(uow.session, scope(), made[0].contact_id)
        refresh(uow, contact, turns_of(uow.session, contact))
        return Page[Draft](items=[present_intake.draft(uow.session, container(), scope(), row, uow.now) for row in made])


@api.post("/drafts/<int:draft_id>/drop")
@api.output(Draft)
@allowed(*AGENTS)
def drop_draft(draft_id: int) -> Draft:
    """Throw the draft away."""
    with working() as uow:
        drafts.drop(uow, scope(), draft_id)
    return _shown(draft_id)


def _shown(draft_id: int) -> Draft:
    with reading() as session:
        row = drafts.get(session, draft_id)
        own_contact(session, scope(), row.contact_id)
        return present_intake.draft(session, container(), scope(), row, clock.now())
