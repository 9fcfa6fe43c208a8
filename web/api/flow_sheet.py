"""The flow sheet (流转单) over HTTP: the ticket as the reader may see it, as a PDF."""

from apiflask import APIBlueprint
from flask import Response

from hotline.people import access_log
from hotline.tickets import queries, rights
from hotline.tickets.rights import Right
from web import flow_sheet
from web.api.detail import ticket_detail
from web.api.schemas.detail import Requester
from web.auth import EVERYONE, allowed
from web.requests import actor, container, locale, scope, working

api = APIBlueprint("flow_sheet", __name__, url_prefix="/api/v1", tag="Tickets")


@api.get("/tickets/<int:ticket_id>/flow-sheet.pdf")
@allowed(*EVERYONE)
def print_flow_sheet(ticket_id: int) -> Response:
    """The flow sheet of a ticket that the reader sees and may take out of the house; the log keeps who took contact data."""
    with working() as uow:
        ticket = queries.get_visible(uow.session, scope(), ticket_id)
        rights.check(scope(), Right.EXPORT, ticket)
        detail = ticket_detail(uow.session, container(), scope(), ticket, uow.now)
        if _tells_contact_data(detail.requester):
            access_log.note_print(uow, scope(), ticket)
    printed = flow_sheet.Printed(actor().name, uow.now, container().database.zone, locale())
    headers = {"Content-Disposition": f'inline; filename="{detail.number}.pdf"', "Cache-Control": "no-store"}
    return Response(flow_sheet.render(detail, printed), mimetype="application/pdf", headers=headers)


def _tells_contact_data(requester: Requester) -> bool:
    return not requester.masked and bool(requester.name or requester.phone)
