"""What partners tell us over HTTP, with the integrator token: receipts for what was handed to them."""

from apiflask import APIBlueprint

from dispatch.linkage import transfers
from web.api.detail import transfer_facts
from web.api.schemas.contacts import PartnerReceipt
from web.api.schemas.tickets import TransferFact
from web.auth import machine
from web.requests import takes, working

api = APIBlueprint("partners", __name__, url_prefix="/api/v1", tag="Partners")


@api.post("/partners/<name>/receipts")
@takes(api, PartnerReceipt)
@api.output(TransferFact)
@machine()
def take_receipt(name: str, body: PartnerReceipt) -> TransferFact:
    """Take a partner's receipt by the key it was given. Repeating it changes nothing; another number is a conflict."""
    with working() as uow:
        return transfer_facts([transfers.receive_receipt(uow, name, body.idempotency_key, body.receipt_no)])[0]
