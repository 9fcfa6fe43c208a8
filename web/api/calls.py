"""Calls over HTTP: offered by the exchange, answered and hung up by agents, and what is said in them."""

from uuid import NAMESPACE_OID, UUID, uuid5

from apiflask import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field

from hotline.intake import calls
from hotline.people.permissions import CONTACT_ROLES, Role
from web.api import present_hearing, present_intake
from web.api.schemas.base import Page
from web.api.schemas.contacts import Call, CallOffer, Contact
from web.api.schemas.hearing import Transcript
from web.auth import allowed, machine
from web.contact_access import open_call
from web.idempotency import once
from web.requests import asks, container, reading, scope, takes, working

api = APIBlueprint("calls", __name__, url_prefix="/api/v1", tag="Calls")

AGENTS = (Role.AGENT.value, Role.SHIFT_LEADER.value)


class TranscriptQuery(BaseModel):
    """From which segment on."""

    model_config = ConfigDict(extra="ignore")

    after: int = Field(0, ge=0, le=1_000_000_000)


@api.post("/calls/offer")
@takes(api, CallOffer)
@api.output(Call, status_code=201)
@machine(*AGENTS)
def offer_call(body: CallOffer) -> Call:
    """A call rings. The same call_id, or the same Idempotency-Key, is the same call."""
    key = once()
    call_id = body.call_id or (uuid5(NAMESPACE_OID, key) if key else None)
    with working() as uow:
        call = calls.offer(uow, call_id=call_id, number=body.number, origin=body.origin)
        calls.name_legs(uow, call, {str(role): named for role, named in body.legs.items()})
        return present_intake.calls(uow.session, container(), scope(), [call])[0]


@api.get("/calls")
@api.output(Page[Call])
@allowed(*AGENTS)
def list_calls() -> Page[Call]:
    """The calls that ring, and one's own; a shift leader sees everybody's."""
    whose = None if scope().has(Role.SHIFT_LEADER) else scope().officer_id
    with reading() as session:
        found = [*calls.waiting(session), *calls.talking(session, whose)]
        return Page[Call](items=present_intake.calls(session, container(), scope(), found))


@api.get("/calls/<uuid:call_id>")
@api.output(Call)
@machine(*CONTACT_ROLES)
def show_call(call_id: UUID) -> Call:
    """One call."""
    with reading() as session:
        return present_intake.calls(session, container(), scope(), [calls.get(session, call_id)])[0]


@api.post("/calls/<uuid:call_id>/answer")
@api.output(Contact)
@allowed(*AGENTS)
def answer_call(call_id: UUID) -> Contact:
    """Take the call; its contact opens with a first draft. One agent wins."""
    with working() as uow:
        contact_id = calls.answer(uow, scope(), call_id).id
    return present_intake.shown_contact(contact_id)


@api.post("/calls/<uuid:call_id>/hangup")
@api.output(Call)
@allowed(*AGENTS)
def hang_up_call(call_id: UUID) -> Call:
    """End the call; its contact stays open for the summary."""
    with working() as uow:
        call = calls.hang_up(uow, scope(), call_id)
        return present_intake.calls(uow.session, container(), scope(), [call])[0]


@api.get("/calls/<uuid:call_id>/transcript")
@asks(api, TranscriptQuery)
@api.output(Transcript)
@machine(*CONTACT_ROLES)
def show_transcript(call_id: UUID, query: TranscriptQuery) -> Transcript:
    """What was said after a segment and what is still to be heard: for the exchange, and for who may look at the contact."""
    with reading() as session:
        calls.get(session, call_id) if scope().officer_id is None else open_call(session, scope(), call_id)
        return present_hearing.transcript(session, scope(), call_id, query.after)
