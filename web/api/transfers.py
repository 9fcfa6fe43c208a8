"""Hand-overs to partners over HTTP: opening one, the voice call beside it, sending again, the list."""

from apiflask import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field

from dispatch.linkage import transfers
from dispatch.linkage.transfers import FLOOR, Handover
from hotline.kernel.errors import Invalid
from web.api.detail import transfer_facts
from web.api.schemas.base import Page
from web.api.schemas.contacts import TransferIn, VoiceAnswer
from web.api.schemas.tickets import TransferFact
from web.auth import allowed
from web.idempotency import once
from web.requests import asks, reading, scope, takes, working

api = APIBlueprint("transfers", __name__, url_prefix="/api/v1", tag="Hand-overs")


class TransferQuery(BaseModel):
    """Where the list goes on, and how many rows."""

    model_config = ConfigDict(extra="ignore")

    after: str | None = None
    limit: int = Field(50, ge=1, le=200)

    def seen(self) -> int | None:
        """The id of the last row seen. Raises Invalid for a cursor we did not make."""
        if self.after is None:
            return None
        if not self.after.isdecimal():
            raise Invalid("after", "unknown-cursor")
        return int(self.after)


@api.post("/transfers")
@takes(api, TransferIn)
@api.output(TransferFact, status_code=201)
@allowed(*FLOOR)
def open_transfer(body: TransferIn) -> TransferFact:
    """Open a hand-over. Repeat with the same Idempotency-Key and the partner still gets one matter."""
    with working() as uow:
        given = Handover(**body.model_dump(), key=once() or "")
        return transfer_facts([transfers.open_transfer(uow, scope(), given)])[0]


@api.get("/transfers")
@asks(api, TransferQuery)
@api.output(Page[TransferFact])
@allowed(*FLOOR)
def list_transfers(query: TransferQuery) -> Page[TransferFact]:
    """All hand-overs, newest first."""
    with reading() as session:
        found = transfers.newest(session, limit=query.limit, before_id=query.seen())
        after = str(found[-1].id) if len(found) == query.limit else None
        return Page[TransferFact](items=transfer_facts(found), after=after)


@api.post("/transfers/<int:transfer_id>/voice")
@takes(api, VoiceAnswer)
@api.output(TransferFact)
@allowed(*FLOOR)
def note_voice(transfer_id: int, body: VoiceAnswer) -> TransferFact:
    """Record who answered at the partner's (the time is now), or that nobody did."""
    with working() as uow:
        noted = transfers.note_voice(uow, scope(), transfer_id, state=body.state, answered_by=body.answered_by)
        return transfer_facts([noted])[0]


@api.post("/transfers/<int:transfer_id>/resend")
@api.output(TransferFact)
@allowed(*FLOOR)
def resend(transfer_id: int) -> TransferFact:
    """Try to send again under the same key."""
    with working() as uow:
        return transfer_facts([transfers.resend(uow, scope(), transfer_id)])[0]
